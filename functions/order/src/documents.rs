//! Invoices and credit notes: what of an order is to be written down, and what is written. Pure.
//!
//! A parcel that is paid has one invoice; money that was given back has one credit note, which names the invoices
//! that it is about. What has one follows from the order itself, so that nothing is written down twice. A document is
//! data: once it has its number nothing in it changes, and its paper ([`print`]) follows from it.

pub mod print;

use contracts::{
    events::{
        DocumentTold, OrderCreditNoteIssued, OrderDocumentsDue, OrderInvoiceIssued, PaymentRefunded,
    },
    views::{PostalAddress, RegisteredSeat},
};
use kernel::{
    Buyer, Country, CustomerId, Id, Money, OrderDocumentId, OrderId, Personal, Quantity, SellerId,
    ShipmentId, Timestamp, VariantId,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    facts::Fact,
    order::{Line, Order},
    parts::Shipment,
    returns::Return,
    view::Viewer,
};

/// So many documents are issued in one go: each is two items of a transaction at most.
pub const AT_ONCE: usize = 20;

/// What a document is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "OrderDocumentKind")]
pub enum DocumentKind {
    /// What was paid.
    Invoice,
    /// What was given back.
    CreditNote,
}

impl DocumentKind {
    /// Its name in the API and in the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Invoice => "invoice",
            Self::CreditNote => "credit_note",
        }
    }
}

/// Whether a document can be fetched.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "OrderDocumentStatus")]
pub enum DocumentStatus {
    /// It stands, and is being printed.
    Pending,
    /// It is printed.
    Ready,
}

/// A document by its number.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "OrderDocumentNumber")]
pub struct Numbered {
    /// Its id.
    pub document_id: OrderDocumentId,
    /// Its number.
    pub number: String,
}

/// Money that was given back, as an order remembers it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Refund {
    /// Counts the refunds of its payment, from 1.
    pub number: u32,
    /// How much.
    pub amount: Money,
    /// The return that it is for; an admin has decided it, if it is for none.
    #[serde(rename = "return", default, skip_serializing_if = "Option::is_none")]
    pub returned: Option<u32>,
    /// When it was heard of.
    pub at: Timestamp,
    /// The credit note for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit_note: Option<Numbered>,
}

/// The numbers of one issuer's documents of a kind, none of which is left out.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Series {
    /// Whose; the marketplace's, if no seller's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller_id: Option<SellerId>,
    /// Of what.
    #[serde(rename = "document_kind")]
    pub kind: DocumentKind,
    /// The last that was given; the first is 1.
    pub last: u64,
}

impl Series {
    /// One of which no number was given.
    pub fn new(seller_id: Option<SellerId>, kind: DocumentKind) -> Self {
        Self {
            seller_id,
            kind,
            last: 0,
        }
    }

    /// Gives the next number.
    pub fn give(&mut self) -> String {
        self.last += 1;
        let letters = match self.kind {
            DocumentKind::Invoice => "INV",
            DocumentKind::CreditNote => "CRN",
        };
        format!("{letters}-{:06}", self.last)
    }
}

/// In whose name a document is issued.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "OrderDocumentIssuer")]
pub struct Issuer {
    /// The registered name; where the seller has not said it, what it calls itself, or its id.
    pub name: String,
    /// Where it is registered, if it has said so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub address: Vec<String>,
}

impl Issuer {
    /// One with a registered seat.
    pub fn seated(name: impl ToString, seat: &RegisteredSeat) -> Self {
        let town = seat.postal_code.iter().map(ToString::to_string);
        let town: Vec<String> = town.chain([seat.city.to_string()]).collect();
        let lines = [
            Some(seat.line1.to_string()),
            seat.line2.as_ref().map(ToString::to_string),
            Some(town.join(" ")),
            seat.region.as_ref().map(ToString::to_string),
            Some(seat.country.to_string()),
        ];
        Self {
            name: name.to_string(),
            address: lines.into_iter().flatten().collect(),
        }
    }

    /// One of whom no more is known than a name, and perhaps a country.
    pub fn named(name: impl ToString, country: Option<Country>) -> Self {
        Self {
            name: name.to_string(),
            address: country.iter().map(ToString::to_string).collect(),
        }
    }
}

/// A line of a document.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "OrderDocumentLine")]
pub struct DocumentLine {
    /// What was bought; not there where money was given back for nothing in particular.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant_id: Option<VariantId>,
    /// The seller's own name for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
    /// What it was called when it was ordered.
    pub title: String,
    /// How many pieces.
    pub quantity: Quantity,
    /// The price of one.
    pub unit_price: Money,
    /// The price of all.
    pub total: Money,
}

/// An invoice or a credit note.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Document {
    /// Its id.
    pub document_id: OrderDocumentId,
    /// The order.
    pub order_id: OrderId,
    /// Who had ordered when it was issued.
    #[serde(
        rename = "customer_id",
        default,
        skip_serializing_if = "Buyer::is_guest"
    )]
    pub buyer: Buyer,
    /// What it is.
    #[serde(rename = "document_kind")]
    pub kind: DocumentKind,
    /// Its number.
    pub number: String,
    /// The seller that it is issued for; the marketplace's own, if it is none's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller_id: Option<SellerId>,
    /// In whose name it is issued, where that is a seller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<Personal<Issuer>>,
    /// Who has it made out to them, and where they live.
    pub recipient: Personal<PostalAddress>,
    /// What it lists.
    pub lines: Vec<DocumentLine>,
    /// The sum of the lines.
    pub total: Money,
    /// When the goods were shipped, or the money was given back.
    pub happened_at: Timestamp,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// The invoices that a credit note is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub invoices: Vec<Numbered>,
    /// The revision of the order that it came with.
    pub order_revision: u64,
    /// When it was last told that it is to be printed.
    pub told_at: Timestamp,
    /// When it was printed, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub printed_at: Option<Timestamp>,
}

/// A document that is owed: what it is, and for whom it is issued.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Owed {
    /// For which seller; the marketplace's own, if for none.
    pub seller_id: Option<SellerId>,
    about: About,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum About {
    Parcel(ShipmentId),
    Refund(u32),
}

impl Owed {
    /// What it is.
    pub fn kind(&self) -> DocumentKind {
        match self.about {
            About::Parcel(_) => DocumentKind::Invoice,
            About::Refund(_) => DocumentKind::CreditNote,
        }
    }
}

lambda::one_of! {
    /// A document was issued.
    pub enum Issued {
        Invoice(OrderInvoiceIssued),
        CreditNote(OrderCreditNoteIssued),
    }
}

impl Issued {
    /// What is told of it.
    pub fn told(&self) -> &DocumentTold {
        match self {
            Self::Invoice(event) => &event.0,
            Self::CreditNote(event) => &event.0,
        }
    }
}

/// How a document is issued: by whom, with which number, and when.
#[derive(Clone, Debug)]
pub struct Stamp {
    /// Its id.
    pub document_id: OrderDocumentId,
    /// Its number.
    pub number: String,
    /// In whose name, where that is a seller.
    pub issuer: Option<Issuer>,
    /// The revision of the order that it comes with.
    pub order_revision: u64,
    /// Now.
    pub now: Timestamp,
}

impl Order {
    /// Remembers money that was given back, once.
    pub(crate) fn note_refund(&mut self, refunded: &PaymentRefunded, now: Timestamp) {
        let mut known = self.refunds.iter();
        if known.any(|refund| refund.number == refunded.refund) {
            return;
        }
        self.refunds.push(Refund {
            number: refunded.refund,
            amount: refunded.amount,
            returned: refunded.returned,
            at: now,
            credit_note: None,
        });
    }

    /// The next document that is owed: of a parcel that is paid, the first first; then of money that was given back.
    pub fn owed_document(&self) -> Option<Owed> {
        let mut parcels: Vec<(SellerId, &Shipment)> = self
            .fulfilments
            .iter()
            .flat_map(|part| part.shipments.iter().map(|parcel| (part.seller_id, parcel)))
            .collect();
        parcels.sort_unstable_by_key(|(_, parcel)| (parcel.shipped_at, parcel.id));
        // What is captured pays for the parcels in the order in which they were shipped.
        let (invoiced, open): (Vec<_>, Vec<_>) = parcels
            .into_iter()
            .partition(|(_, parcel)| parcel.invoice.is_some());
        let price = |(_, parcel): &(SellerId, &Shipment)| self.price_of_parcel(parcel);
        let spent = Money::sum(invoiced.iter().map(price), self.total.currency());
        let unspent = spent.and_then(|spent| self.captured().minus(spent));
        let fits = |parcel: &&(SellerId, &Shipment)| {
            unspent.is_ok_and(|unspent| unspent.minus(price(parcel)).is_ok())
        };
        if let Some((seller, parcel)) = open.iter().find(fits) {
            return Some(Owed {
                seller_id: Some(*seller),
                about: About::Parcel(parcel.id),
            });
        }
        let mut refunds = self.refunds.iter();
        let refund = refunds
            .find(|refund| refund.credit_note.is_none() && !self.invoices_of(refund).is_empty())?;
        Some(Owed {
            seller_id: self.return_of(refund).map(|back| back.seller_id),
            about: About::Refund(refund.number),
        })
    }

    /// Whether anything is paid or given back, and on no paper yet.
    pub fn owes_documents(&self) -> bool {
        self.owed_document().is_some()
    }

    /// That something is to be written down, if something is.
    pub(crate) fn documents_due(&self) -> Option<Fact> {
        let due = OrderDocumentsDue { order_id: self.id };
        self.owes_documents().then_some(Fact::DocumentsDue(due))
    }

    /// Issues a document that is owed. None, where there is nothing to write it of.
    pub fn issue(&mut self, owed: &Owed, stamp: Stamp) -> Option<Document> {
        let numbered = Numbered {
            document_id: stamp.document_id,
            number: stamp.number.clone(),
        };
        let (lines, happened_at, invoices): (Vec<DocumentLine>, _, _) = match owed.about {
            About::Parcel(id) => {
                let parcel = self.parcel(id)?.clone();
                let lines = self.lines_of_parcel(&parcel).collect();
                self.parcel_mut(id)?.invoice = Some(numbered);
                (lines, parcel.shipped_at, Vec::new())
            }
            About::Refund(number) => {
                let refund = self.refunds.iter().find(|refund| refund.number == number)?;
                let (lines, invoices) = (self.lines_of_refund(refund), self.invoices_of(refund));
                let at = refund.at;
                let mut refunds = self.refunds.iter_mut();
                let refund = refunds.find(|refund| refund.number == number)?;
                refund.credit_note = Some(numbered);
                (lines, at, invoices)
            }
        };
        let totals = lines.iter().map(|line| line.total);
        let total = Money::sum(totals, self.total.currency()).ok()?;
        let owner = |seller: SellerId| CustomerId::from_uuid(seller.uuid());
        let issuer = stamp.issuer.zip(owed.seller_id);
        // Nobody is called by an invoice.
        let recipient = PostalAddress {
            phone: None,
            ..self.shipping_address.expose().clone()
        };
        Some(Document {
            document_id: stamp.document_id,
            order_id: self.id,
            buyer: self.buyer,
            kind: owed.kind(),
            number: stamp.number,
            seller_id: owed.seller_id,
            issuer: issuer.map(|(issuer, seller)| Personal::new(owner(seller), issuer)),
            recipient: Personal::new(self.shipping_address.subject, recipient),
            lines,
            total,
            happened_at,
            issued_at: stamp.now,
            invoices,
            order_revision: stamp.order_revision,
            told_at: stamp.now,
            printed_at: None,
        })
    }

    fn parcel(&self, id: ShipmentId) -> Option<&Shipment> {
        let mut parcels = self.fulfilments.iter().flat_map(|part| &part.shipments);
        parcels.find(|parcel| parcel.id == id)
    }

    fn parcel_mut(&mut self, id: ShipmentId) -> Option<&mut Shipment> {
        let parts = self.fulfilments.iter_mut();
        let mut parcels = parts.flat_map(|part| &mut part.shipments);
        parcels.find(|parcel| parcel.id == id)
    }

    fn price_of_parcel(&self, parcel: &Shipment) -> Money {
        self.price_of(|line| {
            let mut lines = parcel.lines.iter();
            let own = lines.find(|pieces| pieces.variant_id == line.variant_id);
            own.map_or(0, |pieces| pieces.quantity.get())
        })
    }

    fn lines_of_parcel(&self, parcel: &Shipment) -> impl Iterator<Item = DocumentLine> {
        let pieces = parcel.lines.iter();
        pieces.filter_map(|pieces| self.document_line(pieces.variant_id, pieces.quantity.get()))
    }

    /// What was given back for: the pieces that have come back; where it is for no return, the sum alone.
    fn lines_of_refund(&self, refund: &Refund) -> Vec<DocumentLine> {
        let came = self
            .return_of(refund)
            .into_iter()
            .flat_map(|back| &back.lines);
        let lines: Vec<DocumentLine> = came
            .filter_map(|line| {
                self.document_line(line.variant_id, line.restocked + line.written_off)
            })
            .collect();
        let sum = Money::sum(
            lines.iter().map(|line| line.total),
            refund.amount.currency(),
        );
        if sum == Ok(refund.amount) && !lines.is_empty() {
            return lines;
        }
        vec![DocumentLine {
            variant_id: None,
            sku: None,
            title: "Refund".to_owned(),
            quantity: Quantity::ONE,
            unit_price: refund.amount,
            total: refund.amount,
        }]
    }

    fn document_line(&self, variant: VariantId, pieces: u32) -> Option<DocumentLine> {
        let mut lines = self.lines.iter();
        let line: &Line = lines.find(|line| line.variant_id == variant)?;
        Some(DocumentLine {
            variant_id: Some(variant),
            sku: Some(line.sku.clone()),
            title: line.title.clone(),
            quantity: Quantity::new(pieces).ok()?,
            unit_price: line.unit_price,
            total: line.price_of(pieces),
        })
    }

    fn return_of(&self, refund: &Refund) -> Option<&Return> {
        let number = refund.returned?;
        self.returns.iter().find(|back| back.number == number)
    }

    /// The invoices that a refund is about: of its return those with the goods, else all that there are.
    fn invoices_of(&self, refund: &Refund) -> Vec<Numbered> {
        let back = self.return_of(refund);
        let has = |parcel: &&Shipment| {
            let mut lines = parcel.lines.iter();
            back.is_none_or(|back| lines.any(|pieces| back.has(pieces.variant_id)))
        };
        let parcels = self.fulfilments.iter().flat_map(|part| &part.shipments);
        let invoices = parcels
            .filter(has)
            .filter_map(|parcel| parcel.invoice.clone());
        invoices.collect()
    }
}

impl Document {
    /// What is told of it.
    pub fn told(&self) -> DocumentTold {
        DocumentTold {
            order_id: self.order_id,
            buyer: self.buyer,
            document_id: self.document_id,
            number: self.number.clone(),
            seller_id: self.seller_id,
            total: self.total,
            invoices: self.invoices.iter().map(|one| one.document_id).collect(),
        }
    }

    /// Where its paper lies in the bucket.
    pub fn place(&self) -> String {
        format!("documents/{}/{}.pdf", self.order_id, self.document_id)
    }

    /// Whether it can be fetched.
    pub fn status(&self) -> DocumentStatus {
        match self.printed_at {
            Some(_) => DocumentStatus::Ready,
            None => DocumentStatus::Pending,
        }
    }

    /// The same, printed.
    pub fn printed(&self, now: Timestamp) -> Self {
        Self {
            printed_at: Some(now),
            ..self.clone()
        }
    }

    /// The same, of which it was told now that it is to be printed. None, where it is, or was told since.
    pub fn told_again(&self, quiet_since: Timestamp, now: Timestamp) -> Option<Self> {
        let is_quiet = self.printed_at.is_none() && self.told_at <= quiet_since;
        is_quiet.then(|| Self {
            told_at: now,
            ..self.clone()
        })
    }

    /// Whether someone may see it, who may see the order: a seller its own, everyone else all.
    pub fn is_for(&self, viewer: Viewer) -> bool {
        match self.seller_id {
            Some(seller) => viewer.sees(seller),
            None => viewer == Viewer::Whole,
        }
    }

    /// In a list.
    pub fn summary(&self) -> DocumentSummary {
        DocumentSummary {
            id: self.document_id,
            kind: self.kind,
            number: self.number.clone(),
            seller_id: self.seller_id,
            issued_at: self.issued_at,
            total: self.total,
            status: self.status(),
        }
    }

    /// Whole, with a link to its paper, if it is printed.
    pub fn view(&self, url: Option<String>) -> DocumentView {
        DocumentView {
            summary: self.summary(),
            order_id: self.order_id,
            issuer: self.issuer.as_ref().map(|issuer| issuer.expose().clone()),
            recipient: self.recipient.expose().clone(),
            lines: self.lines.clone(),
            happened_at: self.happened_at,
            invoices: self.invoices.clone(),
            url,
        }
    }
}

/// An invoice or a credit note in a list.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[schemars(rename = "OrderDocumentSummary")]
pub struct DocumentSummary {
    /// Its id.
    pub id: OrderDocumentId,
    /// What it is.
    pub kind: DocumentKind,
    /// Its number: one of its own among its issuer's documents of the kind.
    pub number: String,
    /// The seller that it is issued for; not there where the marketplace gives its own money back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seller_id: Option<SellerId>,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// What it comes to.
    pub total: Money,
    /// Whether it can be fetched.
    pub status: DocumentStatus,
}

/// An invoice or a credit note.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[schemars(rename = "OrderDocument")]
pub struct DocumentView {
    #[serde(flatten)]
    summary: DocumentSummary,
    /// The order.
    order_id: OrderId,
    /// In whose name it is issued; not there where that is the marketplace.
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<Issuer>,
    /// Who has it made out to them.
    recipient: PostalAddress,
    /// What it lists.
    lines: Vec<DocumentLine>,
    /// When the goods were shipped, or the money was given back.
    happened_at: Timestamp,
    /// The invoices that a credit note is about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    invoices: Vec<Numbered>,
    /// Where to fetch it as PDF, for five minutes, once it is ready; whoever has the URL needs no token.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

#[cfg(test)]
pub(crate) mod tests;
