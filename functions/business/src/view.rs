//! How a business is shown: its numbers in part, to its seller as to admins.

use contracts::events::{RejectReason, ReverificationReason};
use kernel::{DocumentId, SellerId, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    Address, Business, Country, Day, Document, DocumentKind, DocumentStatus, LegalForm, LegalName,
    MediaType, RegistrationNumber, Size, Status, business::Guarded,
};

/// A business as its seller and admins see it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Business")]
pub struct BusinessView {
    /// Whose.
    pub seller_id: SellerId,
    /// Where it stands.
    pub status: Status,
    /// Since when.
    pub status_since: Timestamp,
    /// Its name in the register.
    pub legal_name: LegalName,
    /// What it is by law.
    pub legal_form: LegalForm,
    /// Its registered seat.
    pub address: Address,
    /// Its number in the register.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration_number: Option<RegistrationNumber>,
    /// The last characters of its VAT number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vat_number_last4: Option<String>,
    /// The last digits of its EIN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ein_last4: Option<String>,
    /// The last characters of its bank account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iban_last4: Option<String>,
    /// How many documents it has or awaits.
    pub documents: usize,
    /// Since when an admin reviews it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review_started_at: Option<Timestamp>,
    /// Why it was rejected the last time, until it is verified.
    pub rejection_reasons: Vec<RejectReason>,
    /// Why it must be verified again, until it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reverification_reason: Option<ReverificationReason>,
}

/// A business in the list of those to review.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
pub struct BusinessSummary {
    /// Whose.
    pub seller_id: SellerId,
    /// Where it stands.
    pub status: Status,
    /// Since when.
    pub status_since: Timestamp,
    /// Its name in the register.
    pub legal_name: LegalName,
    /// What it is by law.
    pub legal_form: LegalForm,
    /// Its country.
    pub country: Country,
    /// Since when an admin reviews it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review_started_at: Option<Timestamp>,
}

impl Business {
    /// How it is shown.
    pub fn view(&self) -> BusinessView {
        fn tail<T>(guarded: Option<&Guarded<T>>) -> Option<String> {
            guarded.map(|guarded| guarded.tail().to_owned())
        }
        let number = self.registration_number.as_ref();
        BusinessView {
            seller_id: self.seller_id,
            status: self.status,
            status_since: self.since,
            legal_name: self.legal_name.expose().clone(),
            legal_form: self.legal_form,
            address: self.address.expose().clone(),
            registration_number: number.map(|number| number.expose().clone()),
            vat_number_last4: tail(self.vat_number.as_ref()),
            ein_last4: tail(self.ein.as_ref()),
            iban_last4: tail(self.iban.as_ref()),
            documents: self.shown_documents().count(),
            review_started_at: self.review.map(|review| review.since),
            rejection_reasons: self.rejected_for.clone(),
            reverification_reason: self.reverify_for,
        }
    }

    /// How it is listed.
    pub fn summary(&self) -> BusinessSummary {
        BusinessSummary {
            seller_id: self.seller_id,
            status: self.status,
            status_since: self.since,
            legal_name: self.legal_name.expose().clone(),
            legal_form: self.legal_form,
            country: self.address.expose().country,
            review_started_at: self.review.map(|review| review.since),
        }
    }
}

/// A document as its seller and admins see it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[schemars(rename = "BusinessDocument")]
pub struct DocumentView {
    /// Its id.
    pub id: DocumentId,
    /// What it shows.
    pub kind: DocumentKind,
    /// What it is written in.
    pub media_type: MediaType,
    /// How many bytes it has.
    pub size: Size,
    /// The last day on which it is valid, if it says one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_on: Option<Day>,
    /// Where it stands.
    pub status: DocumentStatus,
    /// Since when.
    pub status_since: Timestamp,
    /// Where it can be looked at for five minutes, if it is there. Who has this URL has the document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl Document {
    /// How it is shown.
    pub fn view(&self, url: Option<String>) -> DocumentView {
        DocumentView {
            id: self.id,
            kind: self.kind,
            media_type: self.media_type,
            size: self.size,
            expires_on: self.expires_on,
            status: self.status,
            status_since: self.since,
            url,
        }
    }
}
