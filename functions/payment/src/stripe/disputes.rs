//! Disputes in Stripe's books (<https://docs.stripe.com/api/disputes>).
//!
//! A dispute says which intent it is about, and not for which charge of ours we have made that: the intent's metadata
//! do. What has changed of late is told by events, a line each, the latest first (<https://docs.stripe.com/api/events>,
//! kept for thirty days); how it stands now is read from the dispute itself. Inquiries (`warning_…`) take no money, and
//! are none of ours until they do.

use std::collections::BTreeMap;

use kernel::{Money, Timestamp};
use serde::Deserialize;

use super::{Stripe, amount::money, answered, api::Failure, field};
use crate::{
    dispute::{Reason, Status},
    provider::{Answer, Case, Changes, Charge, Deed, Entry, Plea, Trouble},
};

/// So many are looked at before what they are is said: each is a question of its own.
const MOST_AT_ONCE: usize = 20;

/// Whatever becomes of a dispute.
const CHANGES: &str = "types%5B%5D=charge.dispute.created&types%5B%5D=charge.dispute.updated&\
                       types%5B%5D=charge.dispute.closed&types%5B%5D=charge.dispute.funds_withdrawn";

/// A dispute.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
struct Dispute {
    id: String,
    amount: u64,
    currency: String,
    reason: String,
    status: State,
    created: i64,
    evidence_details: Option<Details>,
    metadata: Option<BTreeMap<String, String>>,
    payment_intent: Option<Intent>,
}

/// Where it stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    NeedsResponse,
    UnderReview,
    Won,
    Lost,
    /// An inquiry, or what there was none of when this was written.
    #[serde(other)]
    Other,
}

#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
struct Details {
    due_by: Option<i64>,
}

/// The intent that it is about: its id, or all of it where that was asked for.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(untagged)]
enum Intent {
    Id(String),
    Whole { metadata: BTreeMap<String, String> },
}

/// An event, as far as it says which dispute has changed.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
struct Change {
    id: String,
    created: i64,
    data: Data,
}

#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
struct Data {
    object: Named,
}

#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
struct Named {
    id: String,
}

fn reason(name: &str) -> Reason {
    let ours = [
        Reason::Fraudulent,
        Reason::ProductNotReceived,
        Reason::ProductUnacceptable,
        Reason::Duplicate,
        Reason::CreditNotProcessed,
    ];
    let found = ours.into_iter().find(|reason| reason.name() == name);
    found.unwrap_or(Reason::General)
}

impl Dispute {
    /// Where it stands, in our words; `None` where it takes no money.
    fn status(&self) -> Option<Status> {
        match self.status {
            State::NeedsResponse => Some(Status::NeedsResponse),
            State::UnderReview => Some(Status::UnderReview),
            State::Won => Some(Status::Won),
            State::Lost => Some(Status::Lost),
            State::Other => None,
        }
    }

    fn money(&self) -> Result<Money, Trouble> {
        money(self.amount, &self.currency).ok_or(Trouble::Mismatch)
    }

    /// Under which key it was answered. The key is written first: as long as it can be answered it was not.
    fn answered(&self) -> Option<&String> {
        let is_answered = self.status != State::NeedsResponse;
        let key = self.metadata.as_ref()?.get("response");
        key.filter(|_| is_answered)
    }

    /// Which charge it is about, where all of its intent was asked for and the intent is one of ours.
    fn charge(&self) -> Option<String> {
        match self.payment_intent.as_ref()? {
            Intent::Whole { metadata } => metadata.get("payment").cloned(),
            Intent::Id(_) => None,
        }
    }

    /// What the books have of it; `None` of an inquiry.
    fn case(&self, charge: String, changed_at: i64) -> Result<Option<Case>, Trouble> {
        let Some(status) = self.status() else {
            return Ok(None);
        };
        let due_by = self.evidence_details.as_ref().and_then(|it| it.due_by);
        Ok(Some(Case {
            reference: self.id.clone(),
            charge,
            amount: self.money()?,
            reason: reason(&self.reason),
            status,
            // One that cannot be answered could until it was made.
            respond_by: Timestamp::from_second(due_by.unwrap_or(self.created)),
            answered: self.answered().cloned(),
            changed_at: Timestamp::from_second(changed_at),
        }))
    }

    /// What it has done with the money.
    fn entries(&self) -> Result<Vec<Entry>, Trouble> {
        let amount = self.money()?;
        let entry = |deed| Entry {
            deed,
            key: self.id.clone(),
            amount,
            answer: Answer::Done,
        };
        Ok(match self.status() {
            None => Vec::new(),
            Some(Status::Won) => vec![entry(Deed::Withdraw), entry(Deed::Reinstate)],
            Some(_) => vec![entry(Deed::Withdraw)],
        })
    }
}

impl Stripe {
    /// All disputes of an intent.
    async fn disputes(&self, id: &str) -> Result<Vec<Dispute>, Trouble> {
        let path = format!("/v1/disputes?payment_intent={id}");
        self.all(&path, |dispute: &Dispute| dispute.id.clone())
            .await
    }

    pub(super) async fn cases_of(&self, charge: &Charge) -> Result<Vec<Case>, Trouble> {
        let Some(id) = self.id(charge).await? else {
            return Ok(Vec::new());
        };
        let mut cases = Vec::new();
        for dispute in self.disputes(&id).await? {
            cases.extend(dispute.case(charge.key.clone(), dispute.created)?);
        }
        Ok(cases)
    }

    pub(super) async fn dispute_entries(&self, id: &str) -> Result<Vec<Entry>, Trouble> {
        let mut entries = Vec::new();
        for dispute in self.disputes(id).await? {
            entries.extend(dispute.entries()?);
        }
        Ok(entries)
    }

    async fn dispute(&self, id: &str) -> Result<Dispute, Failure> {
        let path = format!("/v1/disputes/{id}?expand%5B%5D=payment_intent");
        self.api.get(path).await
    }

    pub(super) async fn cases_since(&self, since: Timestamp) -> Result<Changes, Trouble> {
        let since = since.as_millisecond().div_euclid(1_000);
        let path = format!("/v1/events?created%5Bgte%5D={since}&{CHANGES}");
        let told = self.all(&path, |change: &Change| change.id.clone()).await?;
        // The last change of each, and of those the longest ago first.
        let mut latest: BTreeMap<String, i64> = BTreeMap::new();
        for change in told {
            let last = latest.entry(change.data.object.id).or_default();
            *last = change.created.max(*last);
        }
        let mut latest: Vec<_> = latest.into_iter().collect();
        latest.sort_by_key(|(_, changed_at)| *changed_at);
        let has_more = latest.len() > MOST_AT_ONCE;
        latest.truncate(MOST_AT_ONCE);
        let until = latest
            .last()
            .map(|(_, changed_at)| Timestamp::from_second(*changed_at));
        let mut cases = Vec::new();
        for (id, changed_at) in latest {
            let dispute = self.dispute(&id).await?;
            // Whatever else the account is used for is none of ours.
            if let Some(charge) = dispute.charge() {
                cases.extend(dispute.case(charge, changed_at)?);
            }
        }
        Ok(Changes {
            cases,
            until,
            has_more,
        })
    }

    pub(super) async fn plead(&self, reference: &str, plea: &Plea) -> Result<Answer, Trouble> {
        let dispute = self.dispute(reference).await?;
        if dispute.answered() == Some(&plea.key) {
            return Ok(Answer::Done);
        }
        if dispute.status != State::NeedsResponse {
            return Ok(Answer::Declined("not_open".to_owned()));
        }
        let path = format!("/v1/disputes/{reference}");
        let mut form = vec![field("metadata[response]", &plea.key)];
        if let Some(text) = &plea.evidence {
            form.push(field("evidence[uncategorized_text]", text));
            form.push(field("submit", "true"));
        }
        let told = self.api.post(path.clone(), Some(&plea.key), &form).await;
        let told = told.map(|_: Dispute| Answer::Done);
        if plea.evidence.is_some() || told.is_err() {
            return answered(told);
        }
        // Closing a dispute takes no metadata, so under which key we give up was written before. It is done once by
        // the dispute's own state.
        let closed = self.api.post(format!("{path}/close"), None, &[]).await;
        answered(closed.map(|_: Dispute| Answer::Done))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn dispute(status: &str) -> Dispute {
        let dispute = json!({
            "id": "dp_1", "object": "dispute", "amount": 1_000, "currency": "eur", "charge": "ch_1",
            "reason": "product_not_received", "status": status, "created": 100, "livemode": false,
            "evidence_details": { "due_by": 700, "has_evidence": false, "submission_count": 0 },
            "metadata": { "response": "dsp_1#response#1" },
            "payment_intent": { "id": "pi_1", "metadata": { "payment": "pay_1", "order": "ord_1" } },
        });
        serde_json::from_value(dispute).unwrap()
    }

    #[test]
    fn each_state_is_what_stripe_documents() {
        for (status, ours) in [
            ("needs_response", Some(Status::NeedsResponse)),
            ("under_review", Some(Status::UnderReview)),
            ("won", Some(Status::Won)),
            ("lost", Some(Status::Lost)),
            ("warning_needs_response", None),
            ("warning_under_review", None),
            ("warning_closed", None),
            ("of_next_year", None),
        ] {
            let dispute = dispute(status);
            assert_eq!(dispute.status(), ours, "{status}");
            let moved: Vec<Deed> = dispute
                .entries()
                .unwrap()
                .iter()
                .map(|it| it.deed)
                .collect();
            let expected = match ours {
                None => vec![],
                Some(Status::Won) => vec![Deed::Withdraw, Deed::Reinstate],
                Some(_) => vec![Deed::Withdraw],
            };
            assert_eq!(moved, expected, "{status}");
        }
    }

    #[test]
    fn a_case_has_what_the_dispute_says() {
        let open = dispute("needs_response");
        assert_eq!(open.charge().as_deref(), Some("pay_1"));
        let case = open.case("pay_1".to_owned(), 200).unwrap().unwrap();
        assert_eq!(case.reason, Reason::ProductNotReceived);
        assert_eq!(case.respond_by, Timestamp::from_second(700));
        assert_eq!(case.changed_at, Timestamp::from_second(200));
        assert_eq!(
            case.answered, None,
            "as long as it can be answered it was not"
        );
        let case = dispute("under_review").case("pay_1".to_owned(), 200);
        let answered = case.unwrap().unwrap().answered;
        assert_eq!(answered.as_deref(), Some("dsp_1#response#1"));
    }

    #[test]
    fn banks_have_more_reasons_than_we_tell_apart() {
        assert_eq!(reason("fraudulent"), Reason::Fraudulent);
        for other in ["general", "subscription_canceled", "unrecognized", "new"] {
            assert_eq!(reason(other), Reason::General, "{other}");
        }
    }
}
