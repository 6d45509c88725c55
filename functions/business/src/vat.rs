//! VAT identification numbers of the European Union, of Northern Ireland and of Great Britain.
//!
//! The forms are those of the European Commission (VIES, frequently asked questions, Q11, "What is the format of VAT
//! numbers?", <https://ec.europa.eu/taxation_customs/vies/#/faq>) and of HMRC's manual VATREG. Check digits are
//! verified where the country has published how they are made; [`checks`] names the rule of each. A number that passes
//! may still be nobody's: that is for the review.

mod checks;
#[cfg(test)]
mod tests;

use std::{fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

/// The text is no VAT number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidVatNumber {
    /// It does not begin with the letters of a country that we know.
    #[error(
        "expected a VAT number of a member state of the EU (Greece is EL), of Northern Ireland (XI) or Great Britain (GB), with these letters in front"
    )]
    Country,
    /// It has not the form that the country's numbers have.
    #[error("this is not the form of a VAT number of this country")]
    Form,
    /// Its form is right, and a digit of it is not.
    #[error("the check digits are wrong: is there a typing mistake?")]
    CheckDigits,
}

/// `DE136695976`: a VAT number with the letters of its country in front. Spaces, dots and hyphens, with which people
/// group digits, are read and not kept.
#[derive(Clone, PartialEq, Eq)]
pub struct VatNumber(String);

impl VatNumber {
    /// The two letters that it begins with; Greece's are `EL`, Northern Ireland's `XI`.
    pub fn country(&self) -> &str {
        &self.0[..2]
    }
}

impl FromStr for VatNumber {
    type Err = InvalidVatNumber;
    fn from_str(text: &str) -> Result<Self, InvalidVatNumber> {
        let number: String = text
            .chars()
            .filter(|c| !matches!(c, ' ' | '.' | '-'))
            .map(|c| c.to_ascii_uppercase())
            .collect();
        let known = number
            .get(..2)
            .and_then(|letters| checks::COUNTRIES.iter().find(|(of, ..)| *of == letters));
        let (_, forms, check) = known.ok_or(InvalidVatNumber::Country)?;
        let rest = &number[2..];
        if !forms.iter().any(|form| has_form(rest, form)) {
            return Err(InvalidVatNumber::Form);
        }
        if !check(rest) {
            return Err(InvalidVatNumber::CheckDigits);
        }
        Ok(Self(number))
    }
}

/// Whether a text has a form: `9` is a digit, `a` a letter, `*` either, `?` a plus or a star; everything else is
/// itself.
fn has_form(text: &str, form: &str) -> bool {
    text.len() == form.len()
        && text.bytes().zip(form.bytes()).all(|(c, form)| match form {
            b'9' => c.is_ascii_digit(),
            b'a' => c.is_ascii_uppercase(),
            b'*' => c.is_ascii_digit() || c.is_ascii_uppercase(),
            b'?' => matches!(c, b'+' | b'*'),
            literal => c == literal,
        })
}

impl TryFrom<String> for VatNumber {
    type Error = InvalidVatNumber;
    fn try_from(text: String) -> Result<Self, InvalidVatNumber> {
        text.parse()
    }
}

impl fmt::Display for VatNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// It may be one person's: it does not get into logs by accident.
impl fmt::Debug for VatNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[vat number]")
    }
}

kernel::written_as_text!(VatNumber);

impl JsonSchema for VatNumber {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "VatNumber".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^[A-Z]{2}[0-9A-Z+*]{2,12}$",
            "examples": ["DE136695976"],
        })
    }
}
