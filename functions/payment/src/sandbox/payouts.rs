//! Payouts in the sandbox's books. A seller has no payment method, so the last two digits of the amount decide:
//!
//! | amount | what it does |
//! |---|---|
//! | ends in `77` | pays; the answer is lost |
//! | ends in `99` | refuses to pay |
//! | any other | pays |

use dynamo::{Item, Key};
use kernel::{Money, SellerId};
use serde::{Deserialize, Serialize};

use super::{Sandbox, unavailable};
use crate::provider::{Answer, Remittance, Trouble};

/// What it was asked to pay under one key.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Remitted {
    key: String,
    seller_id: SellerId,
    amount: Money,
    /// Why it was not paid, if it was not.
    declined: Option<String>,
}

impl Item for Remitted {
    const KIND: &'static str = "remittance";

    fn key(&self) -> Key {
        remittance_key(&self.key)
    }
}

fn remittance_key(key: &str) -> Key {
    Key::new(format!("remittance#{key}"), "remittance")
}

/// What it has paid a seller in all.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Paid {
    seller_id: SellerId,
    /// How often.
    times: u32,
    /// How much, in minor units.
    sum: u64,
}

impl Item for Paid {
    const KIND: &'static str = "remittances";

    fn key(&self) -> Key {
        paid_key(self.seller_id)
    }
}

fn paid_key(seller: SellerId) -> Key {
    Key::new(format!("payee#{seller}"), "remittances")
}

/// The last two digits of an amount.
fn ending(amount: Money) -> u64 {
    amount.amount() % 100
}

impl Remitted {
    fn of(remittance: &Remittance) -> Self {
        let is_declined = ending(remittance.amount) == 99;
        Self {
            key: remittance.key.clone(),
            seller_id: remittance.seller,
            amount: remittance.amount,
            declined: is_declined.then(|| "payout_declined".to_owned()),
        }
    }

    fn answer(&self) -> Answer {
        let reason = self.declined.clone();
        reason.map_or(Answer::Done, Answer::Declined)
    }

    /// What is said to who asks again; refused, where it is for something else.
    fn again(&self, remittance: &Remittance) -> Answer {
        let is_same = (self.seller_id, self.amount) == (remittance.seller, remittance.amount);
        if is_same {
            self.answer()
        } else {
            Answer::Declined("key_reused".to_owned())
        }
    }
}

impl Sandbox {
    pub(super) async fn remitted(&self, key: &str) -> Result<Option<Answer>, Trouble> {
        let found = self.ledger.get::<Remitted>(&remittance_key(key)).await;
        Ok(found.map_err(unavailable)?.map(|found| found.answer()))
    }

    pub(super) async fn remit(&self, remittance: &Remittance) -> Result<Answer, Trouble> {
        let keys = (
            &remittance_key(&remittance.key),
            &(self.ledger.clone(), paid_key(remittance.seller)),
        );
        let found = self.ledger.get_both::<Remitted, Paid>(keys).await;
        let (done, before) = found.map_err(unavailable)?;
        if let Some(done) = done {
            return Ok(done.again(remittance));
        }
        let next = Remitted::of(remittance);
        let intent = self.intent(&remittance.key, "pay out");
        let mut command = self.commands.begin(&intent);
        command.insert(&self.ledger, &next);
        if next.declined.is_none() {
            let (times, sum) = before
                .as_ref()
                .map_or((0, 0), |paid| (paid.times, paid.sum));
            let paid = Paid {
                seller_id: remittance.seller,
                times: times + 1,
                sum: sum + remittance.amount.amount(),
            };
            command.save(&self.ledger, before.as_ref(), &paid);
        }
        command.settle().await.map_err(unavailable)?;
        if ending(remittance.amount) == 77 {
            return Err(Trouble::AnswerLost);
        }
        Ok(next.answer())
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Currency, Ids, Timestamp};

    use super::*;

    fn remittance(amount: u64) -> Remittance {
        Remittance {
            key: "pot_1".to_owned(),
            seller: Ids::seeded(1).fresh(Timestamp::from_second(1)),
            amount: Money::new(amount, Currency::EUR).unwrap(),
        }
    }

    #[test]
    fn the_amount_decides_and_a_key_is_good_for_one_thing() {
        let declined = |reason: &str| Answer::Declined(reason.to_owned());
        for (amount, answer) in [
            (1_000, Answer::Done),
            (1_077, Answer::Done),
            (1_099, declined("payout_declined")),
            (99, declined("payout_declined")),
        ] {
            let asked = remittance(amount);
            let paid = Remitted::of(&asked);
            assert_eq!(paid.answer(), answer, "{amount}");
            assert_eq!(paid.again(&asked), answer, "{amount}");
            let other = remittance(amount + 1);
            assert_eq!(paid.again(&other), declined("key_reused"), "{amount}");
        }
    }
}
