//! Amounts as Stripe writes them: in minor units, but not in everyone's
//! (<https://docs.stripe.com/currencies#minor-units>).

use kernel::{Currency, Money};

/// What Stripe counts in whole units.
const WHOLE: [&str; 15] = [
    "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF",
    "XOF", "XPF",
];
/// What it counts in thousandths, of which the last digit must be 0.
const THOUSANDTHS: [&str; 5] = ["BHD", "JOD", "KWD", "OMR", "TND"];

/// How many decimal places an amount has at Stripe. ISK and UGX have none in ISO 4217, and two there.
fn exponent(currency: Currency) -> u32 {
    match currency.code() {
        code if WHOLE.contains(&code) => 0,
        code if THOUSANDTHS.contains(&code) => 3,
        _ => 2,
    }
}

/// An amount as Stripe has it; `None` where it has none so fine.
pub(super) fn amount(money: Money) -> Option<u64> {
    let (ours, theirs) = (money.currency().exponent(), exponent(money.currency()));
    let amount = money.amount();
    let amount = if theirs >= ours {
        amount.checked_mul(10_u64.pow(theirs - ours))?
    } else {
        divided(amount, 10_u64.pow(ours - theirs))?
    };
    (theirs < 3 || amount.is_multiple_of(10)).then_some(amount)
}

/// An amount of Stripe's as we have it; `None` where we have none so fine, or so large.
pub(super) fn money(amount: u64, currency: &str) -> Option<Money> {
    let currency: Currency = currency.to_ascii_uppercase().parse().ok()?;
    let (ours, theirs) = (currency.exponent(), exponent(currency));
    let amount = if theirs >= ours {
        divided(amount, 10_u64.pow(theirs - ours))?
    } else {
        amount.checked_mul(10_u64.pow(ours - theirs))?
    };
    Money::new(amount, currency).ok()
}

fn divided(amount: u64, by: u64) -> Option<u64> {
    amount.is_multiple_of(by).then_some(amount / by)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(amount: u64, currency: &str) -> Money {
        Money::new(amount, currency.parse().unwrap()).unwrap()
    }

    #[test]
    fn each_currency_has_the_units_that_stripe_documents() {
        for (ours, currency, theirs) in [
            (1_999, "EUR", Some(1_999)),
            (500, "JPY", Some(500)),
            (500, "KRW", Some(500)),
            // Two places in ISO 4217, none at Stripe.
            (500, "MGA", Some(5)),
            (501, "MGA", None),
            // None in ISO 4217, two at Stripe.
            (5, "ISK", Some(500)),
            (5, "UGX", Some(500)),
            (5_120, "KWD", Some(5_120)),
            (5_124, "KWD", None),
            (Money::MAX, "ISK", Some(Money::MAX * 100)),
        ] {
            let money = of(ours, currency);
            assert_eq!(amount(money), theirs, "{ours} {currency}");
            if let Some(theirs) = theirs {
                let back = super::money(theirs, &currency.to_lowercase());
                assert_eq!(back, Some(money), "{theirs} {currency}");
            }
        }
        assert_eq!(money(550, "isk"), None, "fractions of a króna");
        assert_eq!(money(1, "xyz"), None);
        assert_eq!(money(u64::MAX, "eur"), None);
    }

    #[test]
    fn what_stripe_counts_in_whole_units_we_do_but_for_one() {
        for code in WHOLE.into_iter().filter(|code| *code != "MGA") {
            assert_eq!(of(1, code).currency().exponent(), 0, "{code}");
        }
        for code in THOUSANDTHS {
            assert_eq!(of(1, code).currency().exponent(), 3, "{code}");
        }
    }

    proptest! {
        #[test]
        fn there_and_back_is_the_same(
            minor in 0..=Money::MAX,
            currency in prop::sample::select(vec!["EUR", "JPY", "MGA", "ISK", "UGX", "KWD", "USD", "HUF", "TWD"]),
        ) {
            let ours = of(minor, currency);
            if let Some(theirs) = amount(ours) {
                prop_assert_eq!(money(theirs, currency), Some(ours));
            }
        }
    }
}
