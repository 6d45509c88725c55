//! A business: what its seller says of itself, and the steps that it takes.

use std::{fmt::Display, str::FromStr};

use contracts::events::{RejectReason, ReverificationReason};
use dynamo::{DataKey, Sealed};
use kernel::{
    Code, CustomerId, DocumentId, Id, Ids, Owned, Personal, Problem, SellerId, Timestamp,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Address, Bic, Document, DocumentInput, DocumentStatus, Ein, Iban, LegalForm, LegalName,
    RegistrationNumber, Status, VatNumber,
    document::{FORGOTTEN_AFTER, Place},
    lifecycle::{Condition, Input, Transition, transition},
};

/// So many documents a business has at most.
const MOST_DOCUMENTS: usize = 20;

/// What a seller says of its business.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BusinessInput {
    /// Its name in the register or, of a sole trader, the person's.
    pub legal_name: LegalName,
    /// What it is by law.
    pub legal_form: LegalForm,
    /// Its registered seat.
    pub address: Address,
    /// Its number in the commercial register, if it is in one.
    #[serde(default)]
    pub registration_number: Option<RegistrationNumber>,
    /// Its VAT number in the EU, Northern Ireland or Great Britain. Left out, the one that is there stays: nobody can
    /// send back what is shown only in part. So it is with the next two.
    #[serde(default)]
    pub vat_number: Option<VatNumber>,
    /// Its number with the tax office of the United States.
    #[serde(default)]
    pub ein: Option<Ein>,
    /// Where its money goes.
    #[serde(default)]
    pub bank_account: Option<BankAccount>,
}

/// An account at a bank, unmasked.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BankAccount {
    /// Which account.
    pub iban: Iban,
    /// At which bank; of the account's country.
    pub bic: Bic,
}

impl BusinessInput {
    /// Whether there is anything to be sealed.
    pub fn has_secrets(&self) -> bool {
        self.vat_number.is_some() || self.ein.is_some() || self.bank_account.is_some()
    }

    fn check(&self) -> Result<(), Problem> {
        match &self.bank_account {
            Some(account) if !account.bic.agrees_with(&account.iban) => Err(Problem::invalid(
                "/bank_account/bic",
                "this bank is not of the account's country",
            )),
            _ => Ok(()),
        }
    }
}

/// A value that is sealed, and what is shown of it: at most its last four characters, and never more than half.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Guarded<T> {
    sealed: Sealed<T>,
    tail: Personal<String>,
}

impl<T> Guarded<T> {
    /// What is shown.
    pub fn tail(&self) -> &str {
        self.tail.expose()
    }
}

/// What seals the numbers of one seller.
#[derive(Debug)]
pub struct Sealer<'a> {
    /// The seller's key; none where there is nothing to seal.
    pub key: Option<DataKey>,
    /// Whether the key was made just now: what an older one has sealed is lost.
    pub is_new: bool,
    /// Where nonces come from.
    pub ids: &'a Ids,
}

impl Sealer<'_> {
    /// What is kept of a field: what is said or, where nothing is, what was there.
    fn keep<T: Display + FromStr + Clone + PartialEq>(
        &self,
        (field, subject): (&str, CustomerId),
        said: Option<&T>,
        before: Option<&Guarded<T>>,
    ) -> Result<Option<Guarded<T>>, Problem> {
        let before = before.filter(|_| !self.is_new);
        let (Some(said), Some(key)) = (said, &self.key) else {
            return Ok(before.cloned());
        };
        if let Some(before) = before
            && key.open(field, &before.sealed)? == *said
        {
            return Ok(Some(before.clone()));
        }
        let text = said.to_string();
        let shown = text.len() - (text.len() / 2).min(4);
        Ok(Some(Guarded {
            sealed: key.seal(field, said, self.ids)?,
            tail: Personal::new(subject, text[shown..].to_owned()),
        }))
    }
}

/// Who reviews a business.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Review {
    /// The admin.
    pub by: CustomerId,
    /// Since when.
    pub since: Timestamp,
}

/// A seller's business.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Business {
    /// Whose.
    pub seller_id: SellerId,
    /// Where it stands.
    pub status: Status,
    /// Since when it stands there.
    pub since: Timestamp,
    /// Its name in the register.
    pub legal_name: Personal<LegalName>,
    /// What it is by law.
    pub legal_form: LegalForm,
    /// Its registered seat.
    pub address: Personal<Address>,
    /// Its number in the register.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registration_number: Option<Personal<RegistrationNumber>>,
    /// Its VAT number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vat_number: Option<Guarded<VatNumber>>,
    /// Its number with the tax office of the United States.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ein: Option<Guarded<Ein>>,
    /// Its bank account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iban: Option<Guarded<Iban>>,
    /// The bank of the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bic: Option<Guarded<Bic>>,
    /// Its documents, those too that are awaited or about to be deleted.
    pub documents: Vec<Document>,
    /// Who reviews it, while someone does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<Review>,
    /// Why it was rejected the last time, until it is verified.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rejected_for: Vec<RejectReason>,
    /// Why it must be verified again, until it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reverify_for: Option<ReverificationReason>,
}

/// What is announced of a step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fact {
    /// It waits for its review.
    Submitted,
    /// It is who it says to be.
    Verified,
    /// It was not verified.
    Rejected(Vec<RejectReason>),
    /// It is not verified any more.
    ReverificationRequired(ReverificationReason),
}

/// What becomes of a business, and what is announced of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Turn {
    /// The business afterwards.
    pub business: Business,
    /// What is announced.
    pub fact: Option<Fact>,
}

impl Turn {
    fn silent(business: Business) -> Self {
        Self {
            business,
            fact: None,
        }
    }
}

/// The person behind a seller, whose the personal values of its business are: the two ids have the same bits
/// (`SellerId::of`).
fn subject_of(seller: SellerId) -> CustomerId {
    CustomerId::from_uuid(seller.uuid())
}

impl Business {
    /// What becomes of a seller's business when the seller says this of it, `before` being what it was.
    ///
    /// # Errors
    /// `validation_failed`, or `business_step_not_possible` while it is reviewed.
    pub fn say(
        seller_id: SellerId,
        before: Option<&Self>,
        said: &BusinessInput,
        sealer: &Sealer<'_>,
        now: Timestamp,
    ) -> Result<Turn, Problem> {
        said.check()?;
        let step = before.map(|it| it.step(Input::Change)).transpose()?;
        let subject = subject_of(seller_id);
        let account = said.bank_account.as_ref();
        let (iban, bic) = (account.map(|it| &it.iban), account.map(|it| &it.bic));
        let number = said.registration_number.clone();
        let next = Self {
            seller_id,
            status: Status::Pending,
            since: now,
            legal_name: Personal::new(subject, said.legal_name.clone()),
            legal_form: said.legal_form,
            address: Personal::new(subject, said.address.clone()),
            registration_number: number.map(|number| Personal::new(subject, number)),
            vat_number: sealer.keep(
                ("vat_number", subject),
                said.vat_number.as_ref(),
                before.and_then(|it| it.vat_number.as_ref()),
            )?,
            ein: sealer.keep(
                ("ein", subject),
                said.ein.as_ref(),
                before.and_then(|it| it.ein.as_ref()),
            )?,
            iban: sealer.keep(
                ("iban", subject),
                iban,
                before.and_then(|it| it.iban.as_ref()),
            )?,
            bic: sealer.keep(("bic", subject), bic, before.and_then(|it| it.bic.as_ref()))?,
            documents: Vec::new(),
            review: None,
            rejected_for: Vec::new(),
            reverify_for: None,
        };
        let (Some(before), Some(step)) = (before, step) else {
            return Ok(Turn::silent(next));
        };
        let content = Self {
            status: before.status,
            since: before.since,
            documents: before.documents.clone(),
            review: before.review,
            rejected_for: before.rejected_for.clone(),
            reverify_for: before.reverify_for,
            ..next
        };
        if content == *before {
            return Ok(Turn::silent(content));
        }
        let only_bank = Self {
            iban: before.iban.clone(),
            bic: before.bic.clone(),
            ..content.clone()
        };
        let reason = if only_bank == *before {
            ReverificationReason::BankAccountChanged
        } else {
            ReverificationReason::LegalDataChanged
        };
        Ok(content.again(step, reason, now))
    }

    /// The step that it takes on an input.
    ///
    /// # Errors
    /// `business_step_not_possible`, with where it stands.
    fn step(&self, input: Input) -> Result<&'static Transition, Problem> {
        transition(self.status, input).ok_or_else(|| {
            Problem::new(Code::BusinessStepNotPossible)
                .detail(format!("The business is {}.", self.status))
        })
    }

    /// The step, if all that it needs holds.
    fn allowed(
        &self,
        input: Input,
        by: Option<CustomerId>,
        now: Timestamp,
    ) -> Result<&'static Transition, Problem> {
        let step = self.step(input)?;
        for need in step.needs {
            match need {
                Condition::Complete => self.is_complete(now)?,
                Condition::Reviewer if self.review.map(|review| review.by) == by => {}
                Condition::Reviewer => return Err(Code::ReviewNotYours.into()),
            }
        }
        Ok(step)
    }

    fn is_complete(&self, now: Timestamp) -> Result<(), Problem> {
        let mut problem = None;
        let mut lacks = |pointer: String, what: &str| {
            let so_far = problem.take();
            let so_far = so_far.unwrap_or_else(|| Problem::new(Code::BusinessIncomplete));
            problem = Some(so_far.error(pointer, what));
        };
        if self.vat_number.is_none() && self.ein.is_none() {
            lacks("/vat_number".to_owned(), "a VAT number or an EIN is needed");
        }
        if self.iban.is_none() {
            lacks("/bank_account".to_owned(), "a bank account is needed");
        }
        let there = |document: &&Document| document.status == DocumentStatus::Attached;
        if !self.documents.iter().any(|document| there(&document)) {
            lacks(
                "/documents".to_owned(),
                "a document is needed that shows who the business is",
            );
        }
        for document in self.documents.iter().filter(|it| it.has_expired(now)) {
            lacks(
                format!("/documents/{}", document.id),
                "it has expired: remove it and upload one that is valid",
            );
        }
        problem.map_or(Ok(()), Err)
    }

    fn moved(&self, step: &Transition, now: Timestamp) -> Self {
        let stays = step.to == self.status;
        Self {
            status: step.to,
            since: if stays { self.since } else { now },
            review: self.review.filter(|_| stays),
            ..self.clone()
        }
    }

    /// The same after a step that may end its being verified.
    fn again(&self, step: &Transition, reason: ReverificationReason, now: Timestamp) -> Turn {
        let mut business = self.moved(step, now);
        let lost = self.status == Status::Verified && business.status != Status::Verified;
        if lost {
            business.reverify_for = Some(reason);
        }
        Turn {
            business,
            fact: lost.then_some(Fact::ReverificationRequired(reason)),
        }
    }

    /// It waits for its review.
    ///
    /// # Errors
    /// `business_incomplete`, with all that is missing.
    pub fn submit(&self, now: Timestamp) -> Result<Turn, Problem> {
        let step = self.allowed(Input::Submit, None, now)?;
        Ok(Turn {
            business: self.moved(step, now),
            fact: Some(Fact::Submitted),
        })
    }

    /// An admin takes its review on. None: they have it already.
    pub fn start_review(&self, by: CustomerId, now: Timestamp) -> Result<Option<Turn>, Problem> {
        let step = self.allowed(Input::StartReview, Some(by), now)?;
        if self.review.is_some_and(|review| review.by == by) {
            return Ok(None);
        }
        Ok(Some(Turn::silent(Self {
            review: Some(Review { by, since: now }),
            ..self.moved(step, now)
        })))
    }

    /// Its reviewer finds it right.
    pub fn verify(&self, by: CustomerId, now: Timestamp) -> Result<Turn, Problem> {
        let step = self.allowed(Input::Verify, Some(by), now)?;
        Ok(Turn {
            business: Self {
                rejected_for: Vec::new(),
                reverify_for: None,
                ..self.moved(step, now)
            },
            fact: Some(Fact::Verified),
        })
    }

    /// Its reviewer does not.
    pub fn reject(
        &self,
        by: CustomerId,
        reasons: Vec<RejectReason>,
        now: Timestamp,
    ) -> Result<Turn, Problem> {
        let step = self.allowed(Input::Reject, Some(by), now)?;
        Ok(Turn {
            business: Self {
                rejected_for: reasons.clone(),
                ..self.moved(step, now)
            },
            fact: Some(Fact::Rejected(reasons)),
        })
    }

    /// A document is on its way.
    ///
    /// # Errors
    /// `validation_failed` for one that has expired, `business_documents_full`.
    pub fn await_document(
        &self,
        id: DocumentId,
        said: &DocumentInput,
        now: Timestamp,
    ) -> Result<Turn, Problem> {
        let document = Document::awaited(id, said, now);
        if said.expires_on.is_some_and(|day| day.end() <= now) {
            return Err(Problem::invalid("/expires_on", "it has expired"));
        }
        if self.shown_documents().count() >= MOST_DOCUMENTS {
            return Err(Code::BusinessDocumentsFull.into());
        }
        let mut business = self.clone();
        business.documents.push(document);
        Ok(Turn::silent(business))
    }

    /// The document that is awaited, if it still is.
    pub fn awaits(&self, id: DocumentId) -> Option<&Document> {
        let mut documents = self.documents.iter();
        documents.find(|it| it.id == id && it.status == DocumentStatus::Awaited)
    }

    /// A document has come, and this is what it was found to be. None: it is not awaited.
    pub fn receive_document(
        &self,
        id: DocumentId,
        found: DocumentStatus,
        now: Timestamp,
    ) -> Result<Option<Turn>, Problem> {
        if self.awaits(id).is_none() {
            return Ok(None);
        }
        let business = if found == DocumentStatus::Attached {
            self.moved(self.step(Input::AddDocument)?, now)
        } else {
            self.clone()
        };
        Ok(Some(Turn::silent(business.with_document(id, found, now))))
    }

    /// Its seller takes a document back. What was never kept is forgotten at once, whatever the business waits for.
    ///
    /// # Errors
    /// `business_document_not_found`, or `business_step_not_possible` for what a review looks at or has looked at.
    pub fn remove_document(&self, id: DocumentId, now: Timestamp) -> Result<Turn, Problem> {
        let document = self
            .shown_documents()
            .find(|document| document.id == id)
            .ok_or(Code::BusinessDocumentNotFound)?;
        if document.status == DocumentStatus::Attached {
            let moved = self.moved(self.step(Input::RemoveDocument)?, now);
            let business = moved.with_document(id, DocumentStatus::Removed, now);
            return Ok(Turn::silent(business));
        }
        let mut business = self.clone();
        business.documents.retain(|document| document.id != id);
        Ok(Turn::silent(business))
    }

    fn with_document(&self, id: DocumentId, status: DocumentStatus, now: Timestamp) -> Self {
        let mut next = self.clone();
        for document in &mut next.documents {
            if document.id == id {
                *document = document.with(status, now);
            }
        }
        next
    }

    /// The documents that its seller has or awaits.
    pub fn shown_documents(&self) -> impl Iterator<Item = &Document> {
        let documents = self.documents.iter();
        documents.filter(|document| document.status != DocumentStatus::Removed)
    }

    /// When the clock has something to do with it the next time: to delete what was removed, to forget what never
    /// came, to end its being verified.
    pub fn due(&self) -> Option<Timestamp> {
        let due = |document: &Document| match document.status {
            DocumentStatus::Removed => Some(document.since),
            DocumentStatus::Awaited => Some(document.since.plus(FORGOTTEN_AFTER)),
            DocumentStatus::Attached if self.status == Status::Verified => {
                document.expires_on.map(crate::Day::end)
            }
            _ => None,
        };
        self.documents.iter().filter_map(due).min()
    }

    /// What the clock makes of it, and the files that are to be deleted before. None: nothing.
    pub fn tidy(&self, now: Timestamp) -> Result<Option<(Turn, Vec<Place>)>, Problem> {
        if self.due().is_none_or(|due| due > now) {
            return Ok(None);
        }
        let place = |document: &Document| Place {
            seller: self.seller_id,
            document: document.id,
        };
        let removed = self.documents.iter();
        let removed = removed.filter(|it| it.status == DocumentStatus::Removed);
        let files = removed.map(place).collect();
        let mut tidied = self.clone();
        tidied.documents.retain(|document| match document.status {
            DocumentStatus::Removed => false,
            DocumentStatus::Awaited => document.since.plus(FORGOTTEN_AFTER) > now,
            _ => true,
        });
        let expired = tidied.documents.iter().any(|it| it.has_expired(now));
        let turn = if self.status == Status::Verified && expired {
            let step = self.step(Input::DocumentExpired)?;
            tidied.again(step, ReverificationReason::DocumentExpired, now)
        } else {
            Turn::silent(tidied)
        };
        Ok(Some((turn, files)))
    }

    /// Its bank account, opened; none if there is none.
    pub fn bank_account(&self, key: &DataKey) -> Result<Option<BankAccount>, Problem> {
        let (Some(iban), Some(bic)) = (&self.iban, &self.bic) else {
            return Ok(None);
        };
        Ok(Some(BankAccount {
            iban: key.open("iban", &iban.sealed)?,
            bic: key.open("bic", &bic.sealed)?,
        }))
    }
}

impl Owned for Business {
    fn of_seller(&self, seller: SellerId) -> bool {
        self.seller_id == seller
    }
}

/// The place of a seller's business, whether there is one or not yet.
#[derive(Clone, Copy, Debug)]
pub struct Seat(pub SellerId);

impl Owned for Seat {
    fn of_seller(&self, seller: SellerId) -> bool {
        self.0 == seller
    }
}

#[cfg(test)]
mod tests;
