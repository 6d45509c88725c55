//! What is written on paper of an order.

use kernel::{Buyer, Money, OrderDocumentId, OrderId, SellerId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{example_customer, example_id, example_order, example_seller, example_total};
use crate::Event;

/// Something of an order is paid or given back, and on no paper yet.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct OrderDocumentsDue {
    /// The order.
    pub order_id: OrderId,
}

impl Event for OrderDocumentsDue {
    const TYPE: &'static str = "order.documents-due.v1";
    const AGGREGATE: &'static str = "order";
    fn aggregate_id(&self) -> String {
        self.order_id.to_string()
    }
    fn example() -> Self {
        Self {
            order_id: example_order(),
        }
    }
}

/// What is told of a document. Who it is made out to, and where they live, is in the document alone.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct DocumentTold {
    /// The order.
    pub order_id: OrderId,
    /// Who ordered; not there where a guest did.
    #[serde(
        rename = "customer_id",
        default,
        skip_serializing_if = "Buyer::is_guest"
    )]
    pub buyer: Buyer,
    /// The document.
    pub document_id: OrderDocumentId,
    /// Its number, one of its own within its issuer's documents of the kind.
    pub number: String,
    /// The seller that it is issued for; not there where the marketplace gives its own money back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller_id: Option<SellerId>,
    /// What it comes to.
    pub total: Money,
    /// The invoices that a credit note is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub invoices: Vec<OrderDocumentId>,
}

macro_rules! document_events {
    ($($(#[$doc:meta])* $name:ident = $type:literal, $invoices:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
        pub struct $name(pub DocumentTold);

        impl Event for $name {
            const TYPE: &'static str = $type;
            const AGGREGATE: &'static str = "order";
            fn aggregate_id(&self) -> String {
                self.0.order_id.to_string()
            }
            fn seller(&self) -> Option<SellerId> {
                self.0.seller_id
            }
            fn example() -> Self {
                Self(DocumentTold {
                    order_id: example_order(),
                    buyer: Buyer::Customer(example_customer()),
                    document_id: example_id(13),
                    number: "000042".to_owned(),
                    seller_id: Some(example_seller()),
                    total: example_total(),
                    invoices: $invoices,
                })
            }
        }
    )*};
}

document_events! {
    /// A parcel that is paid has its invoice: the number is given, what is in it stands.
    OrderInvoiceIssued = "order.invoice-issued.v1", Vec::new();
    /// Money that was given back has its credit note.
    OrderCreditNoteIssued = "order.credit-note-issued.v1", vec![example_id(14)];
}
