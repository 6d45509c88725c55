//! The states of a payment as data: what the one table below does not name does not happen.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where a payment stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "PaymentStatus")]
pub enum Status {
    /// The provider is about to be asked.
    Pending,
    /// The provider was asked and its answer was lost.
    Unknown,
    /// The provider waits for the customer to act.
    ActionRequired,
    /// The provider holds the money for us.
    Authorized,
    /// The provider does not hold the money.
    Declined,
    /// A part of the money is ours, and the provider holds the rest.
    PartlyCaptured,
    /// The money is ours, as much of it as the order came to; nothing is held any more.
    Captured,
    /// The provider refuses for good to move what it holds. Someone has to look at it.
    CaptureFailed,
    /// The order is off; the provider lets go of what it holds.
    Voided,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Pending,
        Self::Unknown,
        Self::ActionRequired,
        Self::Authorized,
        Self::Declined,
        Self::PartlyCaptured,
        Self::Captured,
        Self::CaptureFailed,
        Self::Voided,
    ];

    /// The name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Unknown => "unknown",
            Self::ActionRequired => "action_required",
            Self::Authorized => "authorized",
            Self::Declined => "declined",
            Self::PartlyCaptured => "partly_captured",
            Self::Captured => "captured",
            Self::CaptureFailed => "capture_failed",
            Self::Voided => "voided",
        }
    }

    /// Whether the provider's last word on it is still to come.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::Unknown | Self::ActionRequired)
    }

    /// Whether money can be moved to us.
    pub fn is_held(self) -> bool {
        matches!(self, Self::Authorized | Self::PartlyCaptured)
    }
}

/// What can move a payment on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Input {
    /// The provider holds the money.
    Held,
    /// The provider refuses.
    Refused,
    /// The provider refuses, and the customer may name another method.
    RefusedForNow,
    /// The customer names another method.
    MethodNamed,
    /// The provider's answer was lost.
    AnswerLost,
    /// The provider wants the customer to act first.
    ActionNeeded,
    /// The customer has not acted in time.
    ActionExpired,
    /// The provider has moved a part of the money.
    PartMoved,
    /// The provider has moved all the money, or the rest of it.
    Moved,
    /// The provider refuses to move the money.
    MoveRefused,
    /// Nothing more of the order will be shipped.
    OrderComplete,
    /// The order is cancelled.
    OrderCancelled,
}

impl Input {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Held,
        Self::Refused,
        Self::RefusedForNow,
        Self::MethodNamed,
        Self::AnswerLost,
        Self::ActionNeeded,
        Self::ActionExpired,
        Self::PartMoved,
        Self::Moved,
        Self::MoveRefused,
        Self::OrderComplete,
        Self::OrderCancelled,
    ];

    /// What it is called in the docs.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Held => "the provider holds the money",
            Self::Refused => "the provider declines",
            Self::RefusedForNow => "the provider declines, and another method may be tried",
            Self::MethodNamed => "the customer names another method",
            Self::AnswerLost => "the provider's answer was lost",
            Self::ActionNeeded => "the provider wants the customer to act first",
            Self::ActionExpired => "the customer has not acted in time",
            Self::PartMoved => "a part of the money was moved",
            Self::Moved => "all of it was moved, or the rest",
            Self::MoveRefused => "the provider refuses for good to move a part",
            Self::OrderComplete => "nothing more of the order will be shipped",
            Self::OrderCancelled => "the order is cancelled",
        }
    }
}

/// Every step that there is.
pub const TRANSITIONS: &[(Status, Input, Status)] = &[
    (Status::Pending, Input::Held, Status::Authorized),
    (Status::Pending, Input::Refused, Status::Declined),
    (
        Status::Pending,
        Input::RefusedForNow,
        Status::ActionRequired,
    ),
    (Status::Pending, Input::AnswerLost, Status::Unknown),
    (Status::Pending, Input::ActionNeeded, Status::ActionRequired),
    (Status::Pending, Input::OrderCancelled, Status::Voided),
    (Status::Unknown, Input::Held, Status::Authorized),
    (Status::Unknown, Input::Refused, Status::Declined),
    (
        Status::Unknown,
        Input::RefusedForNow,
        Status::ActionRequired,
    ),
    (Status::Unknown, Input::AnswerLost, Status::Unknown),
    (Status::Unknown, Input::ActionNeeded, Status::ActionRequired),
    (Status::Unknown, Input::OrderCancelled, Status::Voided),
    (Status::ActionRequired, Input::Held, Status::Authorized),
    (Status::ActionRequired, Input::Refused, Status::Declined),
    (
        Status::ActionRequired,
        Input::RefusedForNow,
        Status::ActionRequired,
    ),
    (Status::ActionRequired, Input::MethodNamed, Status::Pending),
    (
        Status::ActionRequired,
        Input::ActionExpired,
        Status::Declined,
    ),
    (
        Status::ActionRequired,
        Input::OrderCancelled,
        Status::Voided,
    ),
    (Status::Authorized, Input::PartMoved, Status::PartlyCaptured),
    (Status::Authorized, Input::Moved, Status::Captured),
    (
        Status::Authorized,
        Input::MoveRefused,
        Status::CaptureFailed,
    ),
    (Status::Authorized, Input::OrderComplete, Status::Voided),
    (Status::Authorized, Input::OrderCancelled, Status::Voided),
    (
        Status::PartlyCaptured,
        Input::PartMoved,
        Status::PartlyCaptured,
    ),
    (Status::PartlyCaptured, Input::Moved, Status::Captured),
    (
        Status::PartlyCaptured,
        Input::MoveRefused,
        Status::CaptureFailed,
    ),
    (
        Status::PartlyCaptured,
        Input::OrderComplete,
        Status::Captured,
    ),
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
    fn the_docs_have_every_step_and_no_other() {
        let docs = include_str!("../../../docs/payments.md");
        let step = |(from, input, to): &(Status, Input, Status)| {
            format!(
                "| `{}` | {} | `{}` |\n",
                from.name(),
                input.meaning(),
                to.name()
            )
        };
        let table: String = TRANSITIONS.iter().map(step).collect();
        assert!(
            docs.contains(&format!("|---|---|---|\n{table}\n")),
            "{table}"
        );
    }

    #[test]
    fn a_state_is_called_what_it_is_in_the_api() {
        for status in Status::ALL {
            assert_eq!(serde_json::json!(status), status.name());
        }
    }

    #[test]
    fn what_has_ended_stays_as_it_is() {
        for end in [
            Status::Declined,
            Status::Captured,
            Status::CaptureFailed,
            Status::Voided,
        ] {
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
                (Input::RefusedForNow, Status::ActionRequired),
            ] {
                let expected = from.is_open().then_some(to);
                assert_eq!(transition(from, input), expected, "{from:?} {input:?}");
            }
            // Who waits for the customer has answered.
            let has_answered = from == Status::ActionRequired;
            for (input, to) in [
                (Input::AnswerLost, Status::Unknown),
                (Input::ActionNeeded, Status::ActionRequired),
            ] {
                let expected = (from.is_open() && !has_answered).then_some(to);
                assert_eq!(transition(from, input), expected, "{from:?} {input:?}");
            }
            let expired = transition(from, Input::ActionExpired);
            assert_eq!(expired, has_answered.then_some(Status::Declined));
        }
    }

    #[test]
    fn another_method_is_named_only_where_the_customer_is_waited_for() {
        for from in Status::ALL {
            let asks = from == Status::ActionRequired;
            let named = transition(from, Input::MethodNamed);
            assert_eq!(named, asks.then_some(Status::Pending), "{from:?}");
        }
    }

    #[test]
    fn money_moves_only_while_it_is_held() {
        for from in Status::ALL {
            for (input, to) in [
                (Input::PartMoved, Status::PartlyCaptured),
                (Input::Moved, Status::Captured),
                (Input::MoveRefused, Status::CaptureFailed),
            ] {
                let expected = from.is_held().then_some(to);
                assert_eq!(transition(from, input), expected, "{from:?} {input:?}");
            }
        }
    }

    #[test]
    fn an_order_that_is_complete_leaves_nothing_held() {
        for from in Status::ALL {
            let to = transition(from, Input::OrderComplete);
            assert_eq!(to.is_some(), from.is_held(), "{from:?}");
            assert!(!to.is_some_and(Status::is_held), "{from:?}");
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
