//! When a provider is asked, and when it is not (why: [`super`]). Pure.

use std::{collections::VecDeque, time::Duration};

use kernel::Timestamp;

/// So many failures within the window open the circuit.
pub const MOST_FAILURES: usize = 5;
/// The window.
pub const WINDOW: Duration = Duration::from_secs(30);
/// How long nobody is let through, and after which one may try.
pub const OPEN_FOR: Duration = Duration::from_secs(15);
/// A full budget is so many calls that are made once more.
pub const MOST_RETRIES: u32 = 5;
/// So many calls with an answer fill the budget by one.
pub const CALLS_A_RETRY: u32 = 10;

/// Whether a provider is asked. The time is passed in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Circuit {
    /// When the last calls have failed, the oldest first.
    failures: VecDeque<Timestamp>,
    /// Until when nobody is let through; then one may try.
    open_until: Option<Timestamp>,
    /// What is left of the budget, in calls.
    budget: u32,
}

impl Default for Circuit {
    /// Closed, with a full budget.
    fn default() -> Self {
        Self {
            failures: VecDeque::new(),
            open_until: None,
            budget: MOST_RETRIES * CALLS_A_RETRY,
        }
    }
}

impl Circuit {
    /// Whether a call is let through.
    pub fn admits(&mut self, now: Timestamp) -> bool {
        match self.open_until {
            Some(until) if now < until => false,
            Some(_) => {
                // One tries. Whoever comes meanwhile is not let through; if the one never comes back, another tries.
                self.open_until = Some(now.plus(OPEN_FOR));
                true
            }
            None => true,
        }
    }

    /// A call was answered: the circuit is closed, if it was not.
    pub fn answered(&mut self) {
        if self.open_until.take().is_some() {
            self.failures.clear();
        }
        self.budget = (self.budget + 1).min(MOST_RETRIES * CALLS_A_RETRY);
    }

    /// A call was not answered. Whether that has opened the circuit.
    pub fn failed(&mut self, now: Timestamp) -> bool {
        let is_recent = |at: &Timestamp| now.since(*at) <= WINDOW;
        self.failures.retain(is_recent);
        self.failures.push_back(now);
        if self.open_until.is_none() && self.failures.len() < MOST_FAILURES {
            return false;
        }
        let was_closed = self.open_until.is_none();
        self.open_until = Some(now.plus(OPEN_FOR));
        was_closed
    }

    /// Whether a call that could not be made may be made once more: takes it from the budget. While the circuit is
    /// open, none is.
    pub fn spends_retry(&mut self) -> bool {
        if self.open_until.is_some() || self.budget < CALLS_A_RETRY {
            return false;
        }
        self.budget -= CALLS_A_RETRY;
        true
    }
}

#[cfg(test)]
mod tests {
    use kernel::Clock;
    use proptest::prelude::*;

    use super::*;

    /// A circuit and its time.
    struct Watched(Circuit, Clock);

    impl Watched {
        fn new() -> Self {
            Self(
                Circuit::default(),
                Clock::manual(Timestamp::from_second(1_000)),
            )
        }

        fn wait(&self, time: Duration) {
            self.1.advance(time);
        }

        /// A call that is answered, or is not; `None` where it is not let through.
        fn calls(&mut self, is_answered: bool) -> Option<bool> {
            let now = self.1.now();
            self.0.admits(now).then(|| {
                if is_answered {
                    self.0.answered();
                    return false;
                }
                self.0.failed(now)
            })
        }

        fn opened() -> Self {
            let mut circuit = Self::new();
            let opened: Vec<_> = (0..MOST_FAILURES).map(|_| circuit.calls(false)).collect();
            assert_eq!(
                opened
                    .iter()
                    .filter(|opened| **opened == Some(true))
                    .count(),
                1
            );
            assert_eq!(opened.last(), Some(&Some(true)), "by the last of them");
            circuit
        }
    }

    #[test]
    fn it_opens_after_so_many_failures_within_the_window() {
        let mut circuit = Watched::opened();
        assert_eq!(circuit.calls(true), None);
        circuit.wait(OPEN_FOR / 2);
        assert_eq!(circuit.calls(true), None);
    }

    #[test]
    fn failures_that_are_far_apart_do_not_open_it() {
        let mut circuit = Watched::new();
        for _ in 0..50 {
            assert_eq!(circuit.calls(false), Some(false));
            circuit.wait(WINDOW / 4 + Duration::from_secs(1));
        }
        // Answers in between are no excuse for many within the window.
        let mut circuit = Watched::new();
        for _ in 1..MOST_FAILURES {
            assert_eq!(circuit.calls(false), Some(false));
            assert_eq!(circuit.calls(true), Some(false));
        }
        assert_eq!(circuit.calls(false), Some(true));
    }

    #[test]
    fn one_tries_when_it_was_open_long_enough_and_an_answer_closes_it() {
        let mut circuit = Watched::opened();
        circuit.wait(OPEN_FOR);
        assert!(circuit.0.admits(circuit.1.now()));
        assert_eq!(circuit.calls(true), None, "another, while the one tries");
        circuit.0.answered();
        for _ in 1..MOST_FAILURES {
            assert_eq!(
                circuit.calls(false),
                Some(false),
                "what was before is forgotten"
            );
        }
    }

    #[test]
    fn one_that_tries_in_vain_or_never_comes_back_leaves_it_open() {
        let mut circuit = Watched::opened();
        circuit.wait(OPEN_FOR);
        assert_eq!(circuit.calls(false), Some(false), "it was open before");
        assert_eq!(circuit.calls(true), None);
        circuit.wait(OPEN_FOR);
        assert!(
            circuit.0.admits(circuit.1.now()),
            "a process may have ended in it"
        );
        assert_eq!(circuit.calls(true), None);
        circuit.wait(OPEN_FOR);
        assert_eq!(circuit.calls(true), Some(false));
        assert_eq!(circuit.calls(true), Some(false));
    }

    #[test]
    fn a_budget_is_spent_and_filled_by_answers() {
        let mut circuit = Circuit::default();
        let all = |circuit: &mut Circuit| (0..99).filter(|_| circuit.spends_retry()).count();
        assert_eq!(all(&mut circuit), MOST_RETRIES as usize);
        for _ in 1..CALLS_A_RETRY {
            circuit.answered();
            assert!(!circuit.spends_retry());
        }
        circuit.answered();
        assert!(circuit.spends_retry());
        for _ in 0..999 {
            circuit.answered();
        }
        assert_eq!(all(&mut circuit), MOST_RETRIES as usize, "full is full");
        assert!(!Watched::opened().0.spends_retry(), "while it is open");
    }

    proptest! {
        /// Whatever is answered when, no more are let through in a while of silence than open the circuit, and one
        /// each time that it was open long enough; and what is repeated is never more than the budget and a tenth.
        #[test]
        fn silence_costs_few_calls_and_repeats_are_a_tenth(
            pauses in prop::collection::vec(0..5_000_u64, 1..200), answers in prop::collection::vec(any::<bool>(), 200),
        ) {
            let mut silent = Watched::new();
            let mut through = 0_u128;
            for pause in &pauses {
                through += u128::from(silent.calls(false).is_some());
                silent.wait(Duration::from_millis(*pause));
            }
            let time: u64 = pauses.iter().sum();
            let most = MOST_FAILURES as u128 * (1 + u128::from(time) / WINDOW.as_millis())
                + u128::from(time) / OPEN_FOR.as_millis();
            prop_assert!(through <= most, "{} of {}", through, most);

            let mut circuit = Watched::new();
            let (mut answered, mut repeated) = (0, 0);
            for is_answered in answers {
                if circuit.calls(is_answered).is_some() && is_answered {
                    answered += 1;
                }
                repeated += u32::from(circuit.0.spends_retry());
                circuit.wait(Duration::from_secs(3));
            }
            prop_assert!(repeated <= MOST_RETRIES + answered / CALLS_A_RETRY + 1);
        }
    }
}
