//! Real numbers of every country, as the companies print them, and what typing mistakes make of them.

use proptest::prelude::*;

use super::*;

const VALID: &[&str] = &[
    "ATU13585627",
    "ATU33864707",
    "BE0403019261",
    "BE0428759497",
    "BG175074752",
    "BG7523169263",
    "CY10259033P",
    "CZ25123891",
    "CZ640903926",
    "CZ7103192745",
    "DE115235681",
    "DE136695976",
    "DK13585628",
    "DK88146328",
    "EE100594102",
    "EE100931558",
    "EL023456780",
    "EL094259216",
    "ES54362315K",
    "ESA28015865",
    "ESB64717838",
    "ESJ99216582",
    "ESX2482300W",
    "FI09853608",
    "FI20774740",
    "FR23334175221",
    "FR40303265045",
    "FR4Z123456782",
    "FR53000004605",
    "FR83404833048",
    "FRK7399859412",
    "GB434031494",
    "GB980780684",
    "HR33392005961",
    "HU12892312",
    "IE6388047V",
    "IE6433435F",
    "IE6433435OA",
    "IE8D79739I",
    "IT00743110157",
    "LT100001919017",
    "LT119511515",
    "LU15027442",
    "LU26375245",
    "LV16117519997",
    "LV40003521600",
    "MT11679112",
    "NL002455799B11",
    "NL004495445B01",
    "NL123456789B13",
    "PL8567346215",
    "PT501964843",
    "RO18547290",
    "RO361897",
    "SE123456789701",
    "SE556188840401",
    "SI50223054",
    "SK2022749619",
    "XI434031494",
];

#[test]
fn real_numbers_of_every_country_are_taken() {
    for number in VALID {
        let read = number.parse::<VatNumber>();
        assert!(read.is_ok(), "{number}: {read:?}");
    }
    for (country, ..) in checks::COUNTRIES {
        assert!(
            VALID.iter().any(|number| number.starts_with(country)),
            "{country} has no example"
        );
    }
}

#[test]
fn a_number_is_kept_in_one_form_however_it_is_grouped() {
    for text in ["DE136695976", " de 136 695 976 ", "DE-136.695.976"] {
        let read: VatNumber = text.parse().unwrap();
        assert_eq!(
            (read.to_string().as_str(), read.country()),
            ("DE136695976", "DE")
        );
        assert_eq!(format!("{read:?}"), "[vat number]");
    }
}

#[test]
fn what_is_wrong_is_told() {
    for (number, wrong) in [
        ("", InvalidVatNumber::Country),
        ("D", InvalidVatNumber::Country),
        ("136695976", InvalidVatNumber::Country),
        ("US136695976", InvalidVatNumber::Country),
        ("GR094259216", InvalidVatNumber::Country),
        ("ÄÖ", InvalidVatNumber::Country),
        ("DE13669597", InvalidVatNumber::Form),
        ("DE1366959766", InvalidVatNumber::Form),
        ("DE13669597X", InvalidVatNumber::Form),
        ("DE13669597６", InvalidVatNumber::Form),
        ("AT13585627", InvalidVatNumber::Form),
        ("NL004495445C01", InvalidVatNumber::Form),
        ("GBHG150", InvalidVatNumber::Form),
        ("GBAD150", InvalidVatNumber::Form),
        ("DE136695977", InvalidVatNumber::CheckDigits),
        ("DE036695976", InvalidVatNumber::CheckDigits),
        ("GBGD500", InvalidVatNumber::CheckDigits),
        ("GBHA499", InvalidVatNumber::CheckDigits),
        ("CY12259033P", InvalidVatNumber::CheckDigits),
        ("FRIO404833048", InvalidVatNumber::CheckDigits),
        ("SE123456789700", InvalidVatNumber::CheckDigits),
    ] {
        assert_eq!(number.parse::<VatNumber>(), Err(wrong), "{number}");
    }
}

#[test]
fn britain_and_northern_ireland_have_both_arithmetics() {
    // By modulus 97, and with 55 added.
    for number in [
        "GB980780684",
        "GB434031494",
        "XI434031494",
        "GB100000034",
        "GBGD499",
        "XIHA500",
    ] {
        let read = number.parse::<VatNumber>();
        assert!(read.is_ok(), "{number}: {read:?}");
    }
}

/// A number with one digit changed to another.
fn mistyped(number: &str, place: usize, by: u8) -> Option<String> {
    let mut bytes = number.as_bytes().to_vec();
    let digit = bytes.get_mut(place).filter(|c| c.is_ascii_digit())?;
    *digit = b'0' + (*digit - b'0' + by) % 10;
    String::from_utf8(bytes).ok()
}

proptest! {
    // Rules that are made to find every single wrong digit: Luhn's, ISO 7064's and those with prime moduli whose
    // remainder is not shortened.
    #[test]
    fn one_wrong_digit_is_found(
        number in prop::sample::select(&["DE136695976", "HR33392005961", "LU15027442", "BE0428759497", "DK13585628"][..]),
        place in 2_usize..14, by in 1_u8..10,
    ) {
        if let Some(wrong) = mistyped(number, place, by) {
            prop_assert!(wrong.parse::<VatNumber>().is_err(), "{}", wrong);
        }
    }

    #[test]
    fn of_all_last_digits_one_is_right(body in "[1-9][0-9]{7}") {
        for country in ["DE", "EL", "PL0", "HR12", "DK", "EE", "HU"] {
            let body = &body[..if ["DK", "HU"].contains(&country) { 7 } else { 8 }];
            let right = (0..10).filter(|digit| format!("{country}{body}{digit}").parse::<VatNumber>().is_ok());
            // Where the rule gives ten for a check digit there is no number at all.
            prop_assert!(right.count() <= 1, "{}{}", country, body);
        }
    }

    #[test]
    fn no_text_is_too_odd_to_be_refused(text in "\\PC{0,20}") {
        let _ = text.parse::<VatNumber>();
    }

    // Whatever has the form of a country's numbers is taken or refused, literal letters being bent now and then.
    #[test]
    fn every_text_of_the_right_form_is_judged(
        country in 0_usize..29, form in 0_usize..9, picks in prop::collection::vec(0_u32..36, 13), bent in 0_usize..26,
    ) {
        let (letters, forms, _) = checks::COUNTRIES[country];
        let form = forms[form % forms.len()];
        let pick = |(i, c): (usize, char)| match (c, picks[i]) {
            ('9', pick) => char::from_digit(pick % 10, 10),
            ('a', pick) => char::from_digit(10 + pick % 26, 36),
            ('*', pick) => char::from_digit(pick, 36),
            ('?', pick) => Some(if pick % 2 == 0 { '+' } else { '*' }),
            (_, pick) if i == bent => char::from_digit(pick, 36),
            (literal, _) => Some(literal),
        };
        let rest: String = form.chars().enumerate().filter_map(pick).collect();
        if let Ok(read) = format!("{letters}{rest}").parse::<VatNumber>() {
            prop_assert_eq!(read.to_string().parse::<VatNumber>(), Ok(read));
        }
    }
}
