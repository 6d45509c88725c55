//! The states of a dispute as data: what the one table below does not name does not happen.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where a dispute stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "DisputeStatus")]
pub enum Status {
    /// It can be answered.
    NeedsResponse,
    /// It was answered, and the customer's bank thinks it over.
    UnderReview,
    /// The money has come back to us.
    Won,
    /// It stays with the customer.
    Lost,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::NeedsResponse,
        Self::UnderReview,
        Self::Won,
        Self::Lost,
    ];

    /// The name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::NeedsResponse => "needs_response",
            Self::UnderReview => "under_review",
            Self::Won => "won",
            Self::Lost => "lost",
        }
    }

    /// Whether it is still to be decided.
    pub fn is_open(self) -> bool {
        matches!(self, Self::NeedsResponse | Self::UnderReview)
    }
}

/// What can move a dispute on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Input {
    /// The provider has our evidence.
    Answered,
    /// The customer's bank gives in.
    DecidedForUs,
    /// It does not, nobody has answered in time, or we have given up.
    DecidedAgainstUs,
}

impl Input {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Answered, Self::DecidedForUs, Self::DecidedAgainstUs];

    /// What it is called in the docs.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Answered => "the provider has our evidence",
            Self::DecidedForUs => "it is decided for us",
            Self::DecidedAgainstUs => "it is decided against us",
        }
    }

    /// What has happened to a dispute that the provider's books have there.
    pub fn of(books: Status) -> Option<Self> {
        match books {
            Status::NeedsResponse => None,
            Status::UnderReview => Some(Self::Answered),
            Status::Won => Some(Self::DecidedForUs),
            Status::Lost => Some(Self::DecidedAgainstUs),
        }
    }
}

/// Every step that there is.
pub const TRANSITIONS: &[(Status, Input, Status)] = &[
    (Status::NeedsResponse, Input::Answered, Status::UnderReview),
    (Status::NeedsResponse, Input::DecidedForUs, Status::Won),
    (Status::NeedsResponse, Input::DecidedAgainstUs, Status::Lost),
    (Status::UnderReview, Input::DecidedForUs, Status::Won),
    (Status::UnderReview, Input::DecidedAgainstUs, Status::Lost),
];

/// Where a dispute stands after an input; `None` where the input changes nothing.
pub fn transition(from: Status, input: Input) -> Option<Status> {
    let mut steps = TRANSITIONS.iter();
    let step = steps.find(|(start, by, _)| (*start, *by) == (from, input));
    step.map(|(_, _, to)| *to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_docs_have_every_step_and_no_other() {
        let docs = include_str!("../../../../docs/disputes.md");
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
    fn whatever_the_books_say_leads_there_from_what_is_open_and_never_back() {
        for from in Status::ALL {
            for books in Status::ALL {
                let to = Input::of(books).and_then(|input| transition(from, input));
                let goes_on = from.is_open() && books != Status::NeedsResponse && from != books;
                assert_eq!(to, goes_on.then_some(books), "{from:?} {books:?}");
            }
        }
    }
}
