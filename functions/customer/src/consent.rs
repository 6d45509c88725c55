//! Consent to marketing, with its history: whoever writes to customers must be able to show since when they
//! may, and that they stopped when told to (GDPR Art. 7(1) and (3)).

use kernel::Timestamp;
use serde::{Deserialize, Serialize};

/// How many changes are kept. Past that the oldest go: nobody changes their mind so often for a reason.
const KEPT: usize = 100;

/// Whether a customer has agreed to marketing, and every change of it, oldest first.
#[derive(Clone, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Consent(Vec<Decision>);

/// One change of a customer's mind.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Decision {
    given: bool,
    at: Timestamp,
}

impl Consent {
    /// Whether it is given now. Nobody has agreed who was not asked.
    pub fn is_given(&self) -> bool {
        self.0.last().is_some_and(|last| last.given)
    }

    /// When that was decided, if it ever was.
    pub fn decided_at(&self) -> Option<Timestamp> {
        self.0.last().map(|last| last.at)
    }

    /// The same with one more decision; with none if nothing is decided anew.
    pub fn decide(&self, given: bool, at: Timestamp) -> Self {
        if given == self.is_given() {
            return self.clone();
        }
        let forgotten = (self.0.len() + 1).saturating_sub(KEPT);
        let kept = self.0.iter().skip(forgotten).cloned();
        Self(kept.chain([Decision { given, at }]).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second)
    }

    #[test]
    fn nobody_has_agreed_who_was_not_asked() {
        assert!(!Consent::default().is_given());
        assert_eq!(Consent::default().decided_at(), None);
        assert_eq!(Consent::default().decide(false, at(1)), Consent::default());
    }

    #[test]
    fn each_change_of_mind_is_kept_with_its_time() {
        let given = Consent::default().decide(true, at(1)).decide(true, at(2));
        assert_eq!((given.is_given(), given.decided_at()), (true, Some(at(1))));
        let withdrawn = given.decide(false, at(3));
        assert!(!withdrawn.is_given());
        let history: Vec<_> = withdrawn.0.iter().map(|one| (one.given, one.at)).collect();
        assert_eq!(history, [(true, at(1)), (false, at(3))]);
    }

    #[test]
    fn the_history_does_not_grow_for_ever() {
        let mut consent = Consent::default();
        for second in 0..1_000 {
            consent = consent.decide(second % 2 == 0, at(second));
        }
        assert_eq!(consent.0.len(), KEPT);
        assert_eq!(consent.decided_at(), Some(at(999)));
    }
}
