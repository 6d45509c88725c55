//! Disputes: a customer has had their bank take money back that was captured. Pure.
//!
//! The money is gone from the moment on in which a dispute is opened, and comes back if it is won. What the provider's
//! books have of it decides; an admin answers it once, with evidence or by giving up. What of a payment is disputed
//! stands in the payment too, so that it is not given back a second time.

mod lifecycle;

use contracts::events::{
    DisputeOutcome, DisputeShare, PaymentDisputeAnswered, PaymentDisputeClosed,
    PaymentDisputeOpened,
};
use kernel::{
    Code, DisputeId, Id, Money, OrderId, Owned, Paragraphs, PaymentId, Personal, Problem, SellerId,
    Subject, Timestamp,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::lifecycle::{Input, Status, TRANSITIONS, transition};
use crate::{
    capture::{Progress, Share},
    credit::Source,
    ledger::{Entry, lesser},
    payment::Payment,
    provider::{Answer, Case, Plea},
};

/// What a customer's bank says why it takes money back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "DisputeReason")]
pub enum Reason {
    /// Someone else has paid with the customer's means.
    Fraudulent,
    /// The goods did not arrive.
    ProductNotReceived,
    /// They were not as they should be.
    ProductUnacceptable,
    /// It was charged twice.
    Duplicate,
    /// Money that was promised back has not come.
    CreditNotProcessed,
    /// Anything else.
    General,
}

impl Reason {
    /// The name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fraudulent => "fraudulent",
            Self::ProductNotReceived => "product_not_received",
            Self::ProductUnacceptable => "product_unacceptable",
            Self::Duplicate => "duplicate",
            Self::CreditNotProcessed => "credit_not_processed",
            Self::General => "general",
        }
    }

    /// Whether it is about what sellers have done: whether goods came, and as which, and whether they were taken back.
    /// Who pays, with what and how often is the marketplace's to see to.
    pub fn is_about_sellers(self) -> bool {
        matches!(
            self,
            Self::ProductNotReceived | Self::ProductUnacceptable | Self::CreditNotProcessed
        )
    }
}

/// What we have to say to a dispute: what was sent when and where, what the customer has written.
pub type Evidence = Paragraphs<1, 5_000>;

/// What is handed in as evidence.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EvidenceRequest {
    /// In words: the provider passes them on to the customer's bank.
    pub text: Evidence,
}

/// A dispute.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Dispute {
    /// Its id. It follows from what the provider calls it, so that whoever hears of it first makes the same.
    pub dispute_id: DisputeId,
    /// What the provider calls it.
    pub reference: String,
    /// The payment.
    pub payment_id: PaymentId,
    /// The order that it pays.
    pub order_id: OrderId,
    /// Whom what is said in it tells of.
    pub subject: Subject,
    /// How much of the payment is disputed.
    pub amount: Money,
    /// What the customer's bank says.
    pub reason: Reason,
    /// Where it stands.
    pub status: Status,
    /// Until when it can be answered.
    pub respond_by: Timestamp,
    /// What we have answered last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<Response>,
    /// What we have said in it. It tells of its customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Personal<Evidence>>,
    /// Every state that it has been in.
    pub history: Vec<Passage>,
}

/// A state that a dispute came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "DisputeHistoryEntry")]
pub struct Passage {
    /// The state.
    pub status: Status,
    /// When we have learned of it.
    pub at: Timestamp,
}

/// How a dispute is answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "DisputeResponseKind")]
pub enum Manner {
    /// With evidence.
    Evidence,
    /// By giving up.
    Acceptance,
}

/// An answer to a dispute.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "DisputeResponse")]
pub struct Response {
    /// Counts the answers to a dispute, from 1.
    pub number: u32,
    /// How.
    pub kind: Manner,
    /// How far it is.
    pub status: Progress,
    /// Why the provider does not take it, if it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure_reason: Option<String>,
    /// When it was given.
    pub requested_at: Timestamp,
    /// When it came to this.
    pub at: Timestamp,
}

/// What of a payment is disputed, as it stands in the payment.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Disputed {
    /// The dispute.
    pub dispute_id: DisputeId,
    /// How much.
    pub amount: Money,
    /// Where it stands.
    pub status: Status,
    /// What each seller bears of it, once it is lost. What no seller does, the marketplace does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub borne: Vec<Share>,
}

/// What comes of what the provider's books have of a dispute.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Turn {
    /// The payment, with the dispute in it.
    pub payment: Payment,
    /// The dispute.
    pub dispute: Dispute,
    /// Whether nobody has heard of it before.
    pub is_new: bool,
    /// How it has ended now, if it has.
    pub outcome: Option<DisputeOutcome>,
}

/// The id of the dispute that a provider calls this.
pub fn dispute_id(provider: &str, reference: &str) -> DisputeId {
    DisputeId::named(&format!("{provider} {reference}"))
}

impl Dispute {
    fn opened(id: DisputeId, payment: &Payment, case: &Case, now: Timestamp) -> Self {
        let status = Status::NeedsResponse;
        Self {
            dispute_id: id,
            reference: case.reference.clone(),
            payment_id: payment.payment_id,
            order_id: payment.order_id,
            subject: payment.subject(),
            amount: case.amount,
            reason: case.reason,
            status,
            respond_by: case.respond_by,
            response: None,
            evidence: None,
            history: vec![Passage { status, at: now }],
        }
    }

    /// What it becomes by what the provider's books have; `None` where that is no news.
    fn after(&self, books: Status, now: Timestamp) -> Option<Self> {
        let status = transition(self.status, Input::of(books)?)?;
        let mut next = self.clone();
        next.history.push(Passage { status, at: now });
        next.status = status;
        Some(next)
    }

    /// The same with an answer that the provider will be told: with evidence, or without, by giving up.
    ///
    /// # Errors
    /// `dispute_step_refused` for one that is answered or decided; `dispute_deadline_over`.
    pub fn responding(&self, evidence: Option<&Evidence>, now: Timestamp) -> Result<Self, Problem> {
        let before = self.response.as_ref();
        let is_answered = before.is_some_and(|before| before.status != Progress::Failed);
        if self.status != Status::NeedsResponse || is_answered {
            return Err(Code::DisputeStepRefused.into());
        }
        if now > self.respond_by {
            return Err(Code::DisputeDeadlineOver.into());
        }
        let response = Response {
            number: before.map_or(0, |before| before.number) + 1,
            kind: if evidence.is_some() {
                Manner::Evidence
            } else {
                Manner::Acceptance
            },
            status: Progress::Pending,
            failure_reason: None,
            requested_at: now,
            at: now,
        };
        Ok(Self {
            response: Some(response),
            evidence: evidence.map(|text| Personal::new(self.subject, text.clone())),
            ..self.clone()
        })
    }

    /// The answer of this number, if the provider has not taken or refused it yet.
    pub fn open_response(&self, number: u32) -> Option<Plea> {
        let response = self.response.as_ref()?;
        let is_it = (response.number, response.status) == (number, Progress::Pending);
        let evidence = self.evidence.as_ref();
        is_it.then(|| Plea {
            key: format!("{}#response#{number}", self.dispute_id),
            evidence: evidence.map(|evidence| evidence.expose().to_string()),
        })
    }

    /// What it becomes when the provider has said something of an answer.
    pub fn after_response(&self, number: u32, said: &Answer, now: Timestamp) -> Self {
        let mut next = self.clone();
        let response = next.response.as_mut();
        let Some(response) = response.filter(|response| response.number == number) else {
            return next;
        };
        response.status = Progress::of(said);
        response.at = now;
        if let Answer::Declined(reason) = said {
            response.failure_reason = Some(reason.clone());
        }
        next
    }

    /// What is told when it is opened.
    pub fn told_opened(&self) -> PaymentDisputeOpened {
        PaymentDisputeOpened {
            dispute_id: self.dispute_id,
            payment_id: self.payment_id,
            order_id: self.order_id,
            amount: self.amount,
            reason: self.reason.name().to_owned(),
            respond_by: self.respond_by,
        }
    }

    /// What is told when it is answered; nothing, where it is not.
    pub fn told_answered(&self) -> Option<PaymentDisputeAnswered> {
        let response = self.response.as_ref()?;
        Some(PaymentDisputeAnswered {
            dispute_id: self.dispute_id,
            payment_id: self.payment_id,
            order_id: self.order_id,
            answer: response.number,
        })
    }

    /// What is told when it is decided.
    pub fn told_closed(&self, outcome: DisputeOutcome, borne: &[Share]) -> PaymentDisputeClosed {
        let share = |share: &Share| DisputeShare {
            seller_id: share.seller_id,
            amount: share.amount,
        };
        PaymentDisputeClosed {
            dispute_id: self.dispute_id,
            payment_id: self.payment_id,
            order_id: self.order_id,
            amount: self.amount,
            outcome,
            borne_by: borne.iter().map(share).collect(),
        }
    }

    /// How it is shown; what was said in it only to who looks at it by itself, for answers to requests are kept.
    pub fn view(&self, with_evidence: bool) -> DisputeView {
        let evidence = self.evidence.as_ref().filter(|_| with_evidence);
        DisputeView {
            id: self.dispute_id,
            reference: self.reference.clone(),
            payment_id: self.payment_id,
            order_id: self.order_id,
            amount: self.amount,
            reason: self.reason,
            status: self.status,
            respond_by: self.respond_by,
            response: self.response.clone(),
            evidence: evidence.map(|evidence| evidence.expose().to_string()),
            history: self.history.clone(),
        }
    }
}

/// A dispute is the marketplace's: neither its customer's nor a seller's.
impl Owned for Dispute {}

impl Payment {
    /// How much of what was captured customers' banks have taken back, and have not given up again.
    ///
    /// # Errors
    /// None, as long as all of a payment is in one currency.
    pub fn disputed(&self) -> Result<Money, Problem> {
        let taken = self.disputes.iter();
        let taken = taken.filter(|disputed| disputed.status != Status::Won);
        self.sum(taken.map(|disputed| disputed.amount))
    }

    /// Whether what the provider's books have of a dispute can be so: it is of this payment, of money that was
    /// captured, and of as much as before.
    ///
    /// # Errors
    /// `unavailable` where the capture that it is about may not be written down yet.
    pub fn believes(&self, known: Option<&Dispute>, case: &Case) -> Result<bool, Problem> {
        let captured = self.captured_from(Source::Card)?;
        let is_ours = case.charge == self.charge().key
            && case.amount.currency() == captured.currency()
            && !case.amount.is_zero();
        let is_same = known.is_none_or(|known| known.amount == case.amount);
        let is_there = case.amount.amount() <= captured.amount();
        let mut parts = self.captures.iter();
        if is_ours && !is_there && parts.any(|part| part.status == Progress::Pending) {
            return Err(Problem::unavailable(
                "money is disputed of which it is not known yet that it was moved",
            ));
        }
        Ok(is_ours && is_same && is_there)
    }

    /// What comes of what the provider's books have of a dispute; `None` where that is no news.
    ///
    /// # Errors
    /// None, as long as all of a payment is in one currency.
    pub fn after_case(
        &self,
        (id, known): (DisputeId, Option<&Dispute>),
        case: &Case,
        now: Timestamp,
    ) -> Result<Option<Turn>, Problem> {
        let opened = || Dispute::opened(id, self, case, now);
        let before = known.cloned().unwrap_or_else(opened);
        let after = before.after(case.status, now);
        if known.is_some() && after.is_none() {
            return Ok(None);
        }
        let outcome = after.as_ref().and_then(|after| match after.status {
            Status::Won => Some(DisputeOutcome::Won),
            Status::Lost => Some(DisputeOutcome::Lost),
            Status::NeedsResponse | Status::UnderReview => None,
        });
        let dispute = after.unwrap_or(before);
        let is_lost = outcome == Some(DisputeOutcome::Lost);
        let disputed = Disputed {
            dispute_id: id,
            amount: dispute.amount,
            status: dispute.status,
            borne: if is_lost && dispute.reason.is_about_sellers() {
                self.borne(dispute.amount)?
            } else {
                Vec::new()
            },
        };
        let mut payment = self.clone();
        match payment.disputes.iter_mut().find(|it| it.dispute_id == id) {
            Some(there) => *there = disputed,
            None => payment.disputes.push(disputed),
        }
        let is_new = known.is_none();
        if is_new || outcome.is_some() {
            payment = payment.moved(now);
        }
        Ok(Some(Turn {
            payment,
            dispute,
            is_new,
            outcome,
        }))
    }

    /// How a lost amount is shared among those whose goods it has paid: like what is left to each of its sales. They
    /// bear no more than that.
    fn borne(&self, amount: Money) -> Result<Vec<Share>, Problem> {
        let mut sellers: Vec<SellerId> = Vec::new();
        for share in self.captures.iter().flat_map(|part| &part.shares) {
            if !sellers.contains(&share.seller_id) {
                sellers.push(share.seller_id);
            }
        }
        let zero = Money::zero(amount.currency());
        let mut left = Vec::new();
        for &seller in &sellers {
            let gone = self.gone_back(seller, |status| status != Progress::Failed)?;
            left.push(self.sold(seller)?.minus(gone).unwrap_or(zero));
        }
        let all = self.sum(left.iter().copied())?;
        if all.is_zero() {
            return Ok(Vec::new());
        }
        let borne = lesser(amount, all);
        let shares = sellers.into_iter().zip(borne.split_like(&left));
        let shares = shares.map(|(seller_id, amount)| Share { seller_id, amount });
        Ok(shares.filter(|share| !share.amount.is_zero()).collect())
    }

    /// How much was captured for a seller's goods.
    pub(crate) fn sold(&self, seller: SellerId) -> Result<Money, Problem> {
        let shares = self.captures_for(seller).flat_map(|part| &part.shares);
        let own = shares.filter(|share| share.seller_id == seller);
        self.sum(own.map(|share| share.amount))
    }

    /// How much of that its seller has borne again: by returns that stand so, and by disputes that were lost.
    pub(crate) fn gone_back(
        &self,
        seller: SellerId,
        counts: impl Fn(Progress) -> bool,
    ) -> Result<Money, Problem> {
        let returns = self.refunds.iter().filter(|refund| {
            refund.returned.is_some_and(|of| of.seller_id == seller) && counts(refund.status)
        });
        let lost = self.disputes.iter().flat_map(|disputed| &disputed.borne);
        let lost = lost.filter(|share| share.seller_id == seller);
        let all = returns.map(|refund| refund.amount);
        self.sum(all.chain(lost.map(|share| share.amount)))
    }

    /// What of a seller's share of a lost dispute is commission, and goes back to it, as the journal has it: of the
    /// payment before the dispute was lost.
    ///
    /// # Errors
    /// None, as long as the journal has what was captured.
    pub fn commission_of_lost(&self, share: &Share, journal: &[Entry]) -> Result<Money, Problem> {
        let before = self.gone_back(share.seller_id, |status| status == Progress::Succeeded)?;
        self.commission_of(share.seller_id, (before, share.amount), journal)
    }

    /// Whom what is said of its customer tells of.
    fn subject(&self) -> Subject {
        let customer = self.buyer.customer().map(Subject::Customer);
        customer.unwrap_or(Subject::GuestOf(self.order_id))
    }
}

/// A dispute as admins see it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Dispute")]
pub struct DisputeView {
    /// Its id.
    pub id: DisputeId,
    /// What the provider calls it.
    pub reference: String,
    /// The payment.
    pub payment_id: PaymentId,
    /// The order that it pays.
    pub order_id: OrderId,
    /// How much of it is disputed.
    pub amount: Money,
    /// What the customer's bank says.
    pub reason: Reason,
    /// Where it stands.
    pub status: Status,
    /// Until when it can be answered.
    pub respond_by: Timestamp,
    /// What we have answered last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response: Option<Response>,
    /// What we have said in it, where the dispute is looked at by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    /// Every state that it has been in, by when we have learned of it.
    pub history: Vec<Passage>,
}

#[cfg(test)]
mod tests;
