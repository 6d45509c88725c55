//! The states of a payment as data: what the one table below does not name does not happen.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where a payment stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "PaymentStatus")]
pub enum Status {
    /// The provider is about to be asked.
    Pending,
    /// The provider was asked and its answer was lost.
    Unknown,
    /// The provider holds the money for us.
    Authorized,
    /// The provider does not hold the money.
    Declined,
    /// The money is ours.
    Captured,
    /// The order is off; the provider lets go of what it holds.
    Voided,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Pending,
        Self::Unknown,
        Self::Authorized,
        Self::Declined,
        Self::Captured,
        Self::Voided,
    ];

    /// Whether the provider's answer is still to come.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::Unknown)
    }
}

/// What can move a payment on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Input {
    /// The provider holds the money.
    Held,
    /// The provider refuses.
    Refused,
    /// The provider's answer was lost.
    AnswerLost,
    /// The provider has moved the money.
    Moved,
    /// The order is cancelled.
    OrderCancelled,
}

impl Input {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Held,
        Self::Refused,
        Self::AnswerLost,
        Self::Moved,
        Self::OrderCancelled,
    ];
}

/// Every step that there is.
pub const TRANSITIONS: &[(Status, Input, Status)] = &[
    (Status::Pending, Input::Held, Status::Authorized),
    (Status::Pending, Input::Refused, Status::Declined),
    (Status::Pending, Input::AnswerLost, Status::Unknown),
    (Status::Pending, Input::OrderCancelled, Status::Voided),
    (Status::Unknown, Input::Held, Status::Authorized),
    (Status::Unknown, Input::Refused, Status::Declined),
    (Status::Unknown, Input::AnswerLost, Status::Unknown),
    (Status::Unknown, Input::OrderCancelled, Status::Voided),
    (Status::Authorized, Input::Moved, Status::Captured),
    (Status::Authorized, Input::OrderCancelled, Status::Voided),
];

/// Where a payment stands after an input; `None` where the input changes nothing.
pub fn transition(from: Status, input: Input) -> Option<Status> {
    TRANSITIONS
        .iter()
        .find(|(start, by, _)| (*start, *by) == (from, input))
        .map(|(_, _, to)| *to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_step_is_named_twice() {
        for (i, (from, input, _)) in TRANSITIONS.iter().enumerate() {
            let same = |(start, by, _): &&(Status, Input, Status)| (start, by) == (from, input);
            assert_eq!(
                TRANSITIONS[..i].iter().filter(same).count(),
                0,
                "{from:?} {input:?}"
            );
        }
    }

    #[test]
    fn what_has_ended_stays_as_it_is() {
        for end in [Status::Declined, Status::Captured, Status::Voided] {
            for input in Input::ALL {
                assert_eq!(transition(end, input), None, "{end:?} {input:?}");
            }
        }
    }

    #[test]
    fn the_provider_answers_an_open_payment_and_no_other() {
        for from in Status::ALL {
            for (input, to) in [
                (Input::Held, Status::Authorized),
                (Input::Refused, Status::Declined),
                (Input::AnswerLost, Status::Unknown),
            ] {
                let expected = from.is_open().then_some(to);
                assert_eq!(transition(from, input), expected, "{from:?} {input:?}");
            }
        }
    }

    #[test]
    fn money_moves_only_after_it_was_held() {
        for from in Status::ALL {
            let expected = (from == Status::Authorized).then_some(Status::Captured);
            assert_eq!(transition(from, Input::Moved), expected, "{from:?}");
        }
    }

    #[test]
    fn a_cancelled_order_frees_whatever_is_held_or_may_be() {
        for from in Status::ALL {
            let may_hold = from.is_open() || from == Status::Authorized;
            assert_eq!(
                transition(from, Input::OrderCancelled),
                may_hold.then_some(Status::Voided),
                "{from:?}"
            );
        }
    }
}
