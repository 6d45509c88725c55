//! Who sells: what this process was told a moment ago it does not ask again.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use kernel::{SellerId, Timestamp};

/// How long a seller is taken to sell on, unasked: as fast as revoked tokens end (docs/decisions/0020).
const BELIEVED_FOR: Duration = Duration::from_secs(20);
/// More sellers than this are not remembered.
const REMEMBERED: usize = 1_000;

/// The sellers that were seen to sell, and when.
#[derive(Debug, Default)]
pub(crate) struct Selling(Mutex<HashMap<SellerId, Timestamp>>);

impl Selling {
    /// Those of these that must be asked about.
    pub(crate) fn unknown(&self, sellers: BTreeSet<SellerId>, now: Timestamp) -> Vec<SellerId> {
        self.with(|seen| {
            let fresh = |at: &Timestamp| now.since(*at) <= BELIEVED_FOR;
            let unknown = |seller: &SellerId| !seen.get(seller).is_some_and(fresh);
            sellers.into_iter().filter(unknown).collect()
        })
    }

    /// That these sell now.
    pub(crate) fn learn(&self, sellers: Vec<SellerId>, now: Timestamp) {
        self.with(|seen| {
            if seen.len() + sellers.len() > REMEMBERED {
                seen.clear();
            }
            seen.extend(sellers.into_iter().map(|seller| (seller, now)));
        });
    }

    fn with<T>(&self, what: impl FnOnce(&mut HashMap<SellerId, Timestamp>) -> T) -> T {
        // Nothing panics while it holds the lock.
        what(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use kernel::Ids;

    use super::*;

    #[test]
    fn who_sold_a_moment_ago_is_not_asked_again() {
        let now = Timestamp::from_second(1_795_426_200);
        let ids = Ids::seeded(1);
        let (one, two): (SellerId, SellerId) = (ids.fresh(now), ids.fresh(now));
        let both = || BTreeSet::from([one, two]);
        let selling = Selling::default();
        assert_eq!(selling.unknown(both(), now).len(), 2);
        selling.learn(vec![one], now);
        let later = |seconds| now.plus(Duration::from_secs(seconds));
        assert_eq!(selling.unknown(both(), later(20)), [two]);
        assert_eq!(selling.unknown(both(), later(21)).len(), 2);
    }

    #[test]
    fn as_many_are_remembered_as_fit_and_then_it_begins_anew() {
        let now = Timestamp::from_second(1_795_426_200);
        let ids = Ids::seeded(1);
        let some = |number: usize| {
            (0..number)
                .map(|_| ids.fresh(now))
                .collect::<Vec<SellerId>>()
        };
        let (first, others, last) = (some(1), some(REMEMBERED - 1), some(1));
        let known = |selling: &Selling, sellers: &[SellerId]| {
            selling
                .unknown(sellers.iter().copied().collect(), now)
                .is_empty()
        };
        let selling = Selling::default();
        selling.learn(first.clone(), now);
        selling.learn(others.clone(), now);
        assert!(known(&selling, &first) && known(&selling, &others));
        selling.learn(last.clone(), now);
        assert!(known(&selling, &last) && !known(&selling, &first));
    }
}
