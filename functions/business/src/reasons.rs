//! Why a business is rejected: at least one reason, each once.

use contracts::events::RejectReason;
use schemars::JsonSchema;
use serde::Deserialize;

/// One reason or more, each once, in the order in which they were given.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(try_from = "Vec<RejectReason>")]
pub struct Reasons(#[schemars(length(min = 1, max = 8))] Vec<RejectReason>);

impl Reasons {
    /// The reasons.
    pub fn to_vec(&self) -> Vec<RejectReason> {
        self.0.clone()
    }
}

impl TryFrom<Vec<RejectReason>> for Reasons {
    type Error = &'static str;
    fn try_from(reasons: Vec<RejectReason>) -> Result<Self, &'static str> {
        let twice = |(i, reason): (usize, &RejectReason)| reasons[..i].contains(reason);
        if reasons.is_empty() || reasons.iter().enumerate().any(twice) {
            return Err("expected one reason or more, each once");
        }
        Ok(Self(reasons))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_reason_and_none_twice() {
        let read = |text: &str| serde_json::from_str::<Reasons>(text);
        assert!(read(r#"["name_mismatch","document_missing"]"#).is_ok());
        for wrong in [
            "[]",
            r#"["name_mismatch","name_mismatch"]"#,
            r#"["because"]"#,
            r#""name_mismatch""#,
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
