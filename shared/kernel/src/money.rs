//! Money in minor units of a currency (ISO 4217), and quantities: never a float, never negative, never
//! silently too large.

use std::{fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// A currency of ISO 4217, by its three letters.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// The euro.
    pub const EUR: Self = Self(iso_currency::Currency::EUR);

    /// How many decimal places an amount in major units has: 2 for EUR, 0 for JPY.
    pub fn exponent(self) -> u32 {
        self.0.exponent().map_or(0, u32::from)
    }

    /// The three letters.
    pub fn code(self) -> &'static str {
        self.0.code()
    }
}

/// Something about an amount is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not the three upper-case letters of a currency.
    #[error("expected a currency code of ISO 4217 such as EUR")]
    UnknownCurrency,
    /// Below zero or above [`Money::MAX`].
    #[error("an amount is at least 0 and at most {} minor units", Money::MAX)]
    OutOfRange,
    /// Two currencies met.
    #[error("amounts of different currencies do not add up")]
    CurrencyMismatch,
    /// Not a decimal number with at most the currency's decimal places.
    #[error("expected a decimal number with at most the currency's decimal places")]
    NotADecimal,
    /// Not a whole number of 1 to [`Quantity::MAX`].
    #[error("a quantity is a whole number from 1 to {}", Quantity::MAX)]
    InvalidQuantity,
}

impl FromStr for Currency {
    type Err = MoneyError;
    fn from_str(code: &str) -> Result<Self, MoneyError> {
        iso_currency::Currency::from_code(code)
            .map(Self)
            .ok_or(MoneyError::UnknownCurrency)
    }
}

impl TryFrom<String> for Currency {
    type Error = MoneyError;
    fn try_from(code: String) -> Result<Self, MoneyError> {
        code.parse()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

crate::written_as_text!(Currency);

impl JsonSchema for Currency {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Currency".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[A-Z]{3}$", "description": "ISO 4217" })
    }
}

/// An amount of money: `{ "amount": 1999, "currency": "EUR" }` is 19.99 EUR.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "RawMoney")]
pub struct Money {
    amount: u64,
    currency: Currency,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMoney {
    amount: u64,
    currency: Currency,
}

impl TryFrom<RawMoney> for Money {
    type Error = MoneyError;
    fn try_from(raw: RawMoney) -> Result<Self, MoneyError> {
        Self::new(raw.amount, raw.currency)
    }
}

impl Money {
    /// The largest amount in minor units: ten billion euro, and exact in every JSON reader (2^53).
    pub const MAX: u64 = 1_000_000_000_000;

    /// An amount in minor units.
    pub fn new(amount: u64, currency: Currency) -> Result<Self, MoneyError> {
        if amount > Self::MAX {
            Err(MoneyError::OutOfRange)
        } else {
            Ok(Self { amount, currency })
        }
    }

    /// Nothing, in a currency.
    pub fn zero(currency: Currency) -> Self {
        Self {
            amount: 0,
            currency,
        }
    }

    /// From major units as shops write them: `19.99`, `20`, `0.5`; never more decimals than the currency has.
    pub fn from_major(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
        let exponent = currency.exponent() as usize;
        // Trailing zeros carry no value: 12.500 is 12.50.
        let fraction = fraction.trim_end_matches('0');
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) || fraction.len() > exponent {
            return Err(MoneyError::NotADecimal);
        }
        let minor = format!("{whole}{fraction:0<exponent$}");
        let amount = minor.parse().map_err(|_| MoneyError::OutOfRange)?;
        Self::new(amount, currency)
    }

    /// In major units, as [`Money::from_major`] reads them: `19.99`, with all the decimals that the currency has.
    pub fn to_major(self) -> String {
        match self.currency.exponent() {
            0 => self.amount.to_string(),
            exponent => {
                let unit = 10_u64.pow(exponent);
                let width = exponent as usize;
                let (whole, fraction) = (self.amount / unit, self.amount % unit);
                format!("{whole}.{fraction:0width$}")
            }
        }
    }

    /// Minor units.
    pub fn amount(self) -> u64 {
        self.amount
    }

    /// The currency.
    pub fn currency(self) -> Currency {
        self.currency
    }

    /// Whether it is nothing.
    pub fn is_zero(self) -> bool {
        self.amount == 0
    }

    /// The sum of two amounts of one currency.
    pub fn plus(self, other: Money) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMismatch);
        }
        Self::new(self.amount.saturating_add(other.amount), self.currency)
    }

    /// What is left of it without another amount of the same currency, which is at most as much.
    pub fn minus(self, other: Money) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMismatch);
        }
        let left = self.amount.checked_sub(other.amount);
        Self::new(left.ok_or(MoneyError::OutOfRange)?, self.currency)
    }

    /// This price for so many pieces.
    pub fn times(self, quantity: Quantity) -> Result<Self, MoneyError> {
        Self::new(
            self.amount.saturating_mul(u64::from(quantity.get())),
            self.currency,
        )
    }

    /// The sum of any number of amounts; zero of `currency` for none.
    pub fn sum(
        amounts: impl IntoIterator<Item = Money>,
        currency: Currency,
    ) -> Result<Self, MoneyError> {
        amounts
            .into_iter()
            .try_fold(Self::zero(currency), Money::plus)
    }

    /// Splits by weight without losing or making a minor unit: each part gets its share rounded down,
    /// and what is left goes, one unit each, to the largest remainders (Hamilton's method).
    ///
    /// No weights give no parts; weights that are all zero count as equal.
    pub fn split(self, weights: &[u32]) -> Vec<Money> {
        self.by_weight(weights.iter().map(|&weight| u128::from(weight)).collect())
    }

    /// The same by what each amount weighs, whatever its currency.
    pub fn split_like(self, amounts: &[Money]) -> Vec<Money> {
        self.by_weight(amounts.iter().map(|like| u128::from(like.amount)).collect())
    }

    fn by_weight(self, mut weights: Vec<u128>) -> Vec<Money> {
        if weights.iter().all(|&weight| weight == 0) {
            weights.fill(1);
        }
        let total: u128 = weights.iter().sum();
        let exact = |weight: u128| u128::from(self.amount) * weight;
        let mut parts: Vec<u64> = weights
            .iter()
            .map(|&weight| u64::try_from(exact(weight) / total).unwrap_or(self.amount))
            .collect();
        let left = self.amount - parts.iter().sum::<u64>();
        let mut by_remainder: Vec<usize> = (0..parts.len()).collect();
        // Stable: equal remainders are served in order, so that a split is the same every time.
        by_remainder.sort_by_key(|&i| std::cmp::Reverse(exact(weights[i]) % total));
        for &part in by_remainder
            .iter()
            .take(usize::try_from(left).unwrap_or(usize::MAX))
        {
            parts[part] += 1;
        }
        parts
            .into_iter()
            .map(|amount| Money {
                amount,
                currency: self.currency,
            })
            .collect()
    }
}

impl fmt::Display for Money {
    /// Major units and the code: `19.99 EUR`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.to_major(), self.currency)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl JsonSchema for Money {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Money".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "description": "An amount in minor units: 1999 EUR is 19.99 EUR.",
            "properties": {
                "amount": { "type": "integer", "minimum": 0, "maximum": Money::MAX },
                "currency": generator.subschema_for::<Currency>(),
            },
            "required": ["amount", "currency"],
            "additionalProperties": false,
        })
    }
}

/// How many pieces: 1 to [`Quantity::MAX`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(into = "u32", try_from = "u32")]
pub struct Quantity(u32);

impl Quantity {
    /// The most pieces that one line or one receipt may name.
    pub const MAX: u32 = 1_000_000;

    /// One piece.
    pub const ONE: Self = Self(1);

    /// A quantity, if it is one.
    pub fn new(pieces: u32) -> Result<Self, MoneyError> {
        if (1..=Self::MAX).contains(&pieces) {
            Ok(Self(pieces))
        } else {
            Err(MoneyError::InvalidQuantity)
        }
    }

    /// The number.
    pub fn get(self) -> u32 {
        self.0
    }

    /// Both together, if that is still a quantity.
    pub fn plus(self, other: Quantity) -> Result<Self, MoneyError> {
        Self::new(self.0 + other.0)
    }
}

impl TryFrom<u32> for Quantity {
    type Error = MoneyError;
    fn try_from(pieces: u32) -> Result<Self, MoneyError> {
        Self::new(pieces)
    }
}

impl From<Quantity> for u32 {
    fn from(quantity: Quantity) -> u32 {
        quantity.0
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl JsonSchema for Quantity {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Quantity".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 1, "maximum": Quantity::MAX })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn eur(amount: u64) -> Money {
        Money::new(amount, Currency::EUR).unwrap()
    }

    #[test]
    fn major_units_are_read_exactly() {
        let read = |text| Money::from_major(text, Currency::EUR);
        assert_eq!(read("19.99"), Ok(eur(1999)));
        assert_eq!(read("20"), Ok(eur(2000)));
        assert_eq!(read("0.5"), Ok(eur(50)));
        assert_eq!(read("12.500"), Ok(eur(1250)));
        for wrong in ["", ".5", "-1", "1.999", "1,50", "1e3", "NaN", "+1", "1.2.3"] {
            assert_eq!(read(wrong), Err(MoneyError::NotADecimal), "{wrong}");
        }
        assert_eq!(read("99999999999999999999"), Err(MoneyError::OutOfRange));
        let yen: Currency = "JPY".parse().unwrap();
        assert_eq!(Money::from_major("500", yen).unwrap().amount(), 500);
        assert!(Money::from_major("500.5", yen).is_err());
    }

    #[test]
    fn json_that_is_not_money_is_refused() {
        for wrong in [
            r#"{"amount":-1,"currency":"EUR"}"#,
            r#"{"amount":1.5,"currency":"EUR"}"#,
            r#"{"amount":1,"currency":"eur"}"#,
            r#"{"amount":1,"currency":"EUR","tip":1}"#,
            r#"{"amount":1000000000001,"currency":"EUR"}"#,
        ] {
            assert!(serde_json::from_str::<Money>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn currencies_do_not_mix() {
        let dollars = Money::new(1, "USD".parse().unwrap()).unwrap();
        assert_eq!(eur(1).plus(dollars), Err(MoneyError::CurrencyMismatch));
        assert_eq!(eur(1).minus(dollars), Err(MoneyError::CurrencyMismatch));
    }

    #[test]
    fn an_amount_stays_between_nothing_and_the_most() {
        let most = eur(Money::MAX);
        let beyond = Err(MoneyError::OutOfRange);
        assert_eq!(Money::new(Money::MAX + 1, Currency::EUR), beyond);
        assert_eq!(most.plus(eur(1)), beyond);
        assert_eq!(eur(u64::from(u32::MAX)).times(Quantity(1_000)), beyond);
        assert_eq!(Money::sum([most, eur(1)], Currency::EUR), beyond);
        assert_eq!(eur(5).minus(eur(6)), beyond);
        assert_eq!(eur(6).minus(eur(5)), Ok(eur(1)));
        assert_eq!(eur(6).minus(eur(6)), Ok(Money::zero(Currency::EUR)));
        assert!(eur(0).is_zero() && !eur(1).is_zero());
    }

    #[test]
    fn a_quantity_is_one_to_a_million_pieces() {
        let most = Quantity::new(Quantity::MAX).unwrap();
        for wrong in [0, Quantity::MAX + 1] {
            assert_eq!(Quantity::new(wrong), Err(MoneyError::InvalidQuantity));
            let json = wrong.to_string();
            assert!(serde_json::from_str::<Quantity>(&json).is_err(), "{wrong}");
        }
        assert_eq!(most.plus(Quantity::ONE), Err(MoneyError::InvalidQuantity));
        assert_eq!(Quantity::ONE.plus(Quantity(2)), Ok(Quantity(3)));
        assert_eq!(
            (u32::from(most), most.to_string()),
            (1_000_000, "1000000".to_owned())
        );
    }

    #[test]
    fn what_is_left_of_a_split_goes_to_the_largest_remainders_in_order() {
        let split = |amount, weights: &[u32]| -> Vec<u64> {
            let parts = eur(amount).split(weights);
            parts.into_iter().map(Money::amount).collect()
        };
        assert_eq!(split(11, &[1, 1, 1]), [4, 4, 3]);
        assert_eq!(split(2, &[1, 2]), [1, 1]);
        assert_eq!(split(7, &[0, 0]), [4, 3]);
        assert!(split(7, &[]).is_empty());
        let yen: Currency = "JPY".parse().unwrap();
        let like = [300, 100].map(|amount| Money::new(amount, yen).unwrap());
        assert_eq!(eur(10).split_like(&like), [eur(8), eur(2)]);
    }

    #[test]
    fn a_client_is_told_what_money_and_quantities_are() {
        let schema = |schema: Schema| schema.to_value();
        let mut generator = SchemaGenerator::default();
        assert_eq!(
            schema(Currency::json_schema(&mut generator))["pattern"],
            "^[A-Z]{3}$"
        );
        let money = schema(Money::json_schema(&mut generator));
        assert_eq!(money["properties"]["amount"]["maximum"], Money::MAX);
        assert_eq!(money["additionalProperties"], false);
        let quantity = schema(Quantity::json_schema(&mut generator));
        assert_eq!(
            (&quantity["minimum"], &quantity["maximum"]),
            (&1.into(), &Quantity::MAX.into())
        );
    }

    #[test]
    fn people_read_major_units() {
        assert_eq!(eur(1999).to_string(), "19.99 EUR");
        assert_eq!(
            format!("{:?} {:?}", eur(1999), Currency::EUR),
            "19.99 EUR EUR"
        );
        assert_eq!(eur(5).to_string(), "0.05 EUR");
        assert_eq!(
            Money::new(500, "JPY".parse().unwrap()).unwrap().to_string(),
            "500 JPY"
        );
    }

    proptest! {
        #[test]
        fn a_split_loses_nothing_and_is_fair(
            amount in 0..=Money::MAX,
            weights in prop::collection::vec(0_u32..1_000, 1..60),
        ) {
            let parts = eur(amount).split(&weights);
            let sum: u64 = parts.iter().map(|part| part.amount()).sum();
            prop_assert_eq!(sum, amount);
            let total: u128 = weights.iter().map(|&w| u128::from(w)).sum();
            for (part, weight) in parts.iter().zip(&weights) {
                let share = u128::from(amount) * u128::from(*weight);
                if let Some(floor) = share.checked_div(total) {
                    let got = u128::from(part.amount());
                    prop_assert!(got == floor || got == floor + 1);
                }
            }
        }

        #[test]
        fn lines_sum_to_the_total(prices in prop::collection::vec((0_u64..1_000_000, 1_u32..100), 0..50)) {
            let lines: Vec<Money> = prices
                .iter()
                .map(|&(price, pieces)| eur(price).times(Quantity::new(pieces).unwrap()).unwrap())
                .collect();
            let expected: u64 = prices.iter().map(|&(price, pieces)| price * u64::from(pieces)).sum();
            prop_assert_eq!(Money::sum(lines, Currency::EUR).unwrap().amount(), expected);
        }

        #[test]
        fn what_is_written_in_major_units_reads_back(amount in 0..=Money::MAX) {
            let text = eur(amount).to_string();
            let number = text.split(' ').next().unwrap();
            prop_assert_eq!(Money::from_major(number, Currency::EUR), Ok(eur(amount)));
        }
    }
}
