//! How the last digits of a VAT number follow from the others, country by country.
//!
//! Each rule is the country's own: of its tax authority, or of the register whose number the VAT number contains. All
//! of them are also collected in the Commission's "VIES VAT number algorithms" (DG TAXUD, and
//! the Austrian ministry of finance, <https://www.bmf.gv.at>, "Konstruktionsregeln der UID-Nummern").

/// A country's letters, the forms of its numbers (see [`super::has_form`]) and their check.
type Country = (&'static str, &'static [&'static str], fn(&str) -> bool);

/// Every country, by its letters.
pub(super) const COUNTRIES: [Country; 29] = [
    ("AT", &["U99999999"], austria),
    ("BE", &["9999999999"], belgium),
    ("BG", &["999999999", "9999999999"], bulgaria),
    ("CY", &["99999999a"], cyprus),
    ("CZ", &["99999999", "999999999", "9999999999"], czechia),
    ("DE", &["999999999"], germany),
    ("DK", &["99999999"], denmark),
    ("EE", &["999999999"], estonia),
    ("EL", &["999999999"], greece),
    ("ES", &["*9999999*"], spain),
    ("FI", &["99999999"], finland),
    ("FR", &["**999999999"], france),
    (
        "GB",
        &["999999999", "999999999999", "GD999", "HA999"],
        britain,
    ),
    ("HR", &["99999999999"], croatia),
    ("HU", &["99999999"], hungary),
    (
        "IE",
        &["9999999a", "9999999aa", "9a99999a", "9?99999a"],
        ireland,
    ),
    ("IT", &["99999999999"], italy),
    ("LT", &["999999999", "999999999999"], lithuania),
    ("LU", &["99999999"], luxembourg),
    ("LV", &["99999999999"], latvia),
    ("MT", &["99999999"], malta),
    ("NL", &["999999999B99"], netherlands),
    ("PL", &["9999999999"], poland),
    ("PT", &["999999999"], portugal),
    (
        "RO",
        &[
            "99",
            "999",
            "9999",
            "99999",
            "999999",
            "9999999",
            "99999999",
            "999999999",
            "9999999999",
        ],
        romania,
    ),
    ("SE", &["999999999999"], sweden),
    ("SI", &["99999999"], slovenia),
    ("SK", &["9999999999"], slovakia),
    (
        "XI",
        &["999999999", "999999999999", "GD999", "HA999"],
        britain,
    ),
];

/// The digits of a text; what is no digit is left out.
fn digits(text: &str) -> Vec<u32> {
    text.chars().filter_map(|c| c.to_digit(10)).collect()
}

/// A text of at most eleven digits as a number; text that is none is zero.
fn number(text: &str) -> u64 {
    text.parse().unwrap_or(0)
}

/// The sum of the first digits, each times its weight.
fn weighted(digits: &[u32], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(d, w)| d * w).sum()
}

/// The sum of a number's two digits.
fn across(number: u32) -> u32 {
    number / 10 + number % 10
}

/// ISO/IEC 7812-1 annex B, "Luhn": every second digit from the right but one counts twice.
fn luhn(digits: &[u32]) -> bool {
    let doubled = digits.iter().rev().enumerate().map(|(i, d)| match i % 2 {
        0 => *d,
        _ => across(d * 2),
    });
    doubled.sum::<u32>().is_multiple_of(10)
}

/// ISO/IEC 7064, the hybrid system MOD 11,10.
fn mod_11_10(digits: &[u32]) -> bool {
    let Some((check, rest)) = digits.split_last() else {
        return false;
    };
    let product = rest.iter().fold(10, |product, digit| {
        let sum = (product + digit) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (product + check) % 10 == 1
}

/// Umsatzsteuer-Identifikationsnummer: like Luhn, with 4 more.
fn austria(text: &str) -> bool {
    let d = digits(text);
    let sum: u32 = d[..7]
        .iter()
        .enumerate()
        .map(|(i, d)| if i % 2 == 0 { *d } else { across(d * 2) })
        .sum();
    (sum + 4 + d[7]).is_multiple_of(10)
}

/// Ondernemingsnummer (Kruispuntbank van Ondernemingen): 97 less the first eight digits modulo 97.
fn belgium(text: &str) -> bool {
    let (body, check) = text.split_at(8);
    matches!(text.as_bytes()[0], b'0' | b'1') && 97 - number(body) % 97 == number(check)
}

/// Nine digits: BULSTAT of a company. Ten: ЕГН of a citizen, ЛНЧ of a foreigner, or a number of the tax authority.
fn bulgaria(text: &str) -> bool {
    let d = digits(text);
    if d.len() == 9 {
        let first = weighted(&d[..8], &[1, 2, 3, 4, 5, 6, 7, 8]) % 11;
        let check = match first {
            10 => weighted(&d[..8], &[3, 4, 5, 6, 7, 8, 9, 10]) % 11 % 10,
            first => first,
        };
        return check == d[8];
    }
    let citizen = weighted(&d[..9], &[2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 % 10;
    let foreigner = weighted(&d[..9], &[21, 19, 17, 13, 11, 9, 7, 3, 1]) % 10;
    let other = 11 - weighted(&d[..9], &[4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    d[9] == citizen || d[9] == foreigner || (other != 10 && d[9] == other % 11)
}

/// Τ.Φ.Α.: digits at odd places are translated, the sum modulo 26 is the letter. None begins with 12.
fn cyprus(text: &str) -> bool {
    const ODD: [u32; 10] = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21];
    let d = digits(text);
    let sum: u32 = d
        .iter()
        .enumerate()
        .map(|(i, digit)| match i % 2 {
            0 => ODD[*digit as usize],
            _ => *digit,
        })
        .sum();
    let letter = text.bytes().last().map_or(0, |c| u32::from(c - b'A'));
    !text.starts_with("12") && sum % 26 == letter
}

/// Eight digits: IČO of a company. Nine: the number of a birth before 1954, which has no check digit, or, behind a 6,
/// of a person without one. Ten: a number of birth, which 11 divides.
fn czechia(text: &str) -> bool {
    let d = digits(text);
    match d.len() {
        8 => {
            let rest = weighted(&d[..7], &[8, 7, 6, 5, 4, 3, 2]) % 11;
            d[0] != 9 && (11 - rest) % 10 == d[7]
        }
        9 => true,
        // Some of 1954 to 1985 end with 0 where the remainder is 10.
        _ => number(&text[..9]) % 11 % 10 == u64::from(d[9]),
    }
}

/// Umsatzsteuer-Identifikationsnummer: ISO/IEC 7064 MOD 11,10.
fn germany(text: &str) -> bool {
    !text.starts_with('0') && mod_11_10(&digits(text))
}

/// CVR-nummer: 11 divides the weighted sum.
fn denmark(text: &str) -> bool {
    !text.starts_with('0') && weighted(&digits(text), &[2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
}

/// Käibemaksukohustuslase number: 10 divides the weighted sum.
fn estonia(text: &str) -> bool {
    weighted(&digits(text), &[3, 7, 1, 3, 7, 1, 3, 7, 1]).is_multiple_of(10)
}

/// ΑΦΜ: powers of two.
fn greece(text: &str) -> bool {
    let d = digits(text);
    let weights = [256, 128, 64, 32, 16, 8, 4, 2];
    weighted(&d[..8], &weights) % 11 % 10 == d[8]
}

/// NIF of a person (a letter at the end, modulo 23) or of an entity (a letter in front; Orden EHA/451/2008).
fn spain(text: &str) -> bool {
    const PERSON: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    const ENTITY: &[u8; 10] = b"JABCDEFGHI";
    let (first, last) = (text.as_bytes()[0], text.as_bytes()[8]);
    let letter = |body: &str| PERSON[usize::try_from(number(body) % 23).unwrap_or(0)];
    let body = &text[1..8];
    match first {
        b'0'..=b'9' => last == letter(&text[..8]),
        b'K' | b'L' | b'M' | b'X' => last == letter(body),
        b'Y' => last == letter(&format!("1{body}")),
        b'Z' => last == letter(&format!("2{body}")),
        b'A'..=b'H' | b'J' | b'N' | b'P'..=b'S' | b'U' | b'V' | b'W' => {
            let sum: u32 = digits(body)
                .iter()
                .enumerate()
                .map(|(i, d)| if i % 2 == 0 { across(d * 2) } else { *d })
                .sum();
            let check = (10 - sum % 10) % 10;
            let (as_digit, as_letter) = (
                u32::from(last) == u32::from(b'0') + check,
                last == ENTITY[check as usize],
            );
            // Which letters in front go with which of the two is told differently by different offices.
            as_digit || as_letter
        }
        _ => false,
    }
}

/// Y-tunnus (Patentti- ja rekisterihallitus).
fn finland(text: &str) -> bool {
    let d = digits(text);
    match weighted(&d[..7], &[7, 9, 10, 5, 8, 4, 2]) % 11 {
        0 => d[7] == 0,
        1 => false,
        rest => d[7] == 11 - rest,
    }
}

/// SIREN behind two characters: digits that follow from it (BOI-TVA-DECLA-20-10-10), or letters with an arithmetic of
/// their own. SIREN itself is Luhn's (INSEE); those that begin with 000 are of Monaco and are not.
fn france(text: &str) -> bool {
    // Neither I nor O, which look like digits.
    const KEY: &str = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    let (key, siren) = text.split_at(2);
    if !siren.starts_with("000") && !luhn(&digits(siren)) {
        return false;
    }
    let siren = number(siren);
    if key.bytes().all(|c| c.is_ascii_digit()) {
        return (12 + 3 * (siren % 97)) % 97 == number(key);
    }
    let place = |at: usize| {
        let found = KEY.bytes().position(|c| c == key.as_bytes()[at]);
        found.and_then(|place| u64::try_from(place).ok())
    };
    let (Some(first), Some(second)) = (place(0), place(1)) else {
        return false;
    };
    let sum = if first < 10 {
        first * 24 + second - 10
    } else {
        first * 34 + second - 100
    };
    (siren + 1 + sum / 11) % 11 == sum % 11
}

/// HMRC: nine digits by modulus 97, since 2010 also with 55 added ("9755"); twelve name a branch by the last three.
/// Departments are GD000 to GD499, health authorities HA500 to HA999.
fn britain(text: &str) -> bool {
    if let Some(department) = text.strip_prefix("GD") {
        return number(department) < 500;
    }
    if let Some(authority) = text.strip_prefix("HA") {
        return number(authority) >= 500;
    }
    let d = digits(&text[..9]);
    let sum = weighted(&d, &[8, 7, 6, 5, 4, 3, 2, 10, 1]);
    sum.is_multiple_of(97) || (sum + 55).is_multiple_of(97)
}

/// OIB (Porezna uprava): ISO/IEC 7064 MOD 11,10.
fn croatia(text: &str) -> bool {
    mod_11_10(&digits(text))
}

/// Közösségi adószám: 10 divides the weighted sum.
fn hungary(text: &str) -> bool {
    weighted(&digits(text), &[9, 7, 3, 1, 9, 7, 3, 1]).is_multiple_of(10)
}

/// Seven digits and a letter, since 2013 with one more; before, a letter or sign stood in the second place.
fn ireland(text: &str) -> bool {
    let of = |body: &str, more: u32| {
        let sum = weighted(&digits(body), &[8, 7, 6, 5, 4, 3, 2]) + more * 9;
        b"WABCDEFGHIJKLMNOPQRSTUV"[(sum % 23) as usize]
    };
    let bytes = text.as_bytes();
    if bytes[1].is_ascii_digit() {
        // W counts as nothing; A to I are for persons and entities.
        let more = match bytes.get(8) {
            None | Some(b'W') => 0,
            Some(c @ b'A'..=b'I') => u32::from(c - b'A') + 1,
            Some(_) => return false,
        };
        return of(&text[..7], more) == bytes[7];
    }
    let old = format!("0{}{}", &text[2..7], &text[..1]);
    of(&old, 0) == bytes[7]
}

/// Partita IVA: Luhn's; digits eight to ten are the province's office.
fn italy(text: &str) -> bool {
    let office = number(&text[7..10]);
    (matches!(office, 1..=100 | 120 | 121 | 888 | 999))
        && number(&text[..7]) > 0
        && luhn(&digits(text))
}

/// PVM mokėtojo kodas: nine digits of a company, twelve of one that is registered for a time.
fn lithuania(text: &str) -> bool {
    let d = digits(text);
    let (check, body) = (d[d.len() - 1], &d[..d.len() - 1]);
    let sum = |shift: u32| -> u32 {
        (0_u32..)
            .zip(body)
            .map(|(i, d)| (1 + (i + shift) % 9) * d)
            .sum()
    };
    let first = match sum(0) % 11 {
        10 => sum(2) % 11 % 10,
        first => first,
    };
    d[d.len() - 2] == 1 && first == check
}

/// Numéro d'identification à la TVA: modulo 89.
fn luxembourg(text: &str) -> bool {
    let (body, check) = text.split_at(6);
    number(body) % 89 == number(check)
}

/// A company's number begins with 4 to 9. A person's has a check digit unless it begins with 32, which is given out
/// at random since 2017.
fn latvia(text: &str) -> bool {
    let d = digits(text);
    if d[0] > 3 {
        return weighted(&d, &[9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1]) % 11 == 3;
    }
    text.starts_with("32")
        || (1 + weighted(&d[..10], &[10, 5, 8, 4, 2, 1, 6, 3, 7, 9])) % 11 % 10 == d[10]
}

/// VAT number of the Commissioner for Revenue: 37 divides the weighted sum.
fn malta(text: &str) -> bool {
    !text.starts_with('0') && weighted(&digits(text), &[3, 4, 6, 7, 8, 9, 10, 1]).is_multiple_of(37)
}

/// Btw-identificatienummer: of a company RSIN, by weights; of a person since 2020 by ISO/IEC 7064 MOD 97-10 over `NL`
/// and the rest, letters being 10 to 35.
fn netherlands(text: &str) -> bool {
    let d = digits(&text[..9]);
    let company = weighted(&d[..8], &[9, 8, 7, 6, 5, 4, 3, 2]) % 11 == d[8];
    let person = || {
        let whole = format!("NL{text}");
        let rest = whole.chars().fold(0, |rest, c| {
            let value = c.to_digit(36).unwrap_or(0);
            (rest * if value > 9 { 100 } else { 10 } + value) % 97
        });
        rest == 1
    };
    !text.ends_with("00") && (company || person())
}

/// NIP (Ministerstwo Finansów).
fn poland(text: &str) -> bool {
    let d = digits(text);
    weighted(&d[..9], &[6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 == d[9]
}

/// NIF (Autoridade Tributária).
fn portugal(text: &str) -> bool {
    let d = digits(text);
    let rest = weighted(&d[..8], &[9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    d[0] != 0 && d[8] == (11 - rest) % 11 % 10
}

/// CUI (Agenția Națională de Administrare Fiscală): filled with zeros in front.
fn romania(text: &str) -> bool {
    let d = digits(&format!("{text:0>10}"));
    let sum = weighted(&d[..9], &[7, 5, 3, 2, 1, 7, 5, 3, 2]);
    !text.starts_with('0') && sum * 10 % 11 % 10 == d[9]
}

/// Organisationsnummer or personnummer, both Luhn's, and 01 to 94 for the place.
fn sweden(text: &str) -> bool {
    let place = number(&text[10..]);
    (1..=94).contains(&place) && luhn(&digits(&text[..10]))
}

/// Davčna številka (Finančna uprava).
fn slovenia(text: &str) -> bool {
    let d = digits(text);
    let rest = weighted(&d[..7], &[8, 7, 6, 5, 4, 3, 2]) % 11;
    d[0] != 0 && rest != 0 && d[7] == (11 - rest) % 10
}

/// IČ DPH: 11 divides it, and the third digit is one of six.
fn slovakia(text: &str) -> bool {
    let third = text.as_bytes()[2];
    !text.starts_with('0')
        && matches!(third, b'2' | b'3' | b'4' | b'7'..=b'9')
        && number(text).is_multiple_of(11)
}
