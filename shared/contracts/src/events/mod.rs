//! Every event of the platform. The first word of a type names what it is about, and by that its service.

mod admin;
mod business;
mod customer;
mod documents;
mod ledger;
mod order;
mod payment;
mod payout;
mod product;
mod returns;
mod role;
mod seller;
mod stock;

use kernel::{
    Currency, CustomerId, Id, Money, OrderId, ProductId, Quantity, RoleId, SellerId, Timestamp,
    VariantId,
};
use schemars::generate::SchemaSettings;
use serde_json::Value;

pub use self::{
    admin::*, business::*, customer::*, documents::*, ledger::*, order::*, payment::*, payout::*,
    product::*, returns::*, role::*, seller::*, stock::*,
};
use crate::{Actor, Aggregate, Envelope, Event, Metadata};

/// One event type, with what its documentation and its contract tests need.
#[derive(Debug, Clone)]
pub struct EventType {
    /// `order.placed.v1`.
    pub type_name: &'static str,
    /// The service that publishes it.
    pub service: &'static str,
    /// The JSON Schema (draft 2020-12) of the whole envelope.
    pub schema: Value,
    /// An envelope that fits it.
    pub example: Value,
}

/// The service that publishes events of this type: what they are about is what it owns.
pub fn publisher(type_name: &str) -> &'static str {
    match type_name.split('.').next().unwrap_or_default() {
        "audit-export" => "admin",
        "business" => "business",
        "customer" | "session" => "customer",
        "order" => "order",
        "ledger" | "payment" => "payment",
        "product" => "product",
        "role" => "role",
        "seller" => "seller",
        "stock" => "inventory",
        _ => "unknown",
    }
}

fn describe<T: Event>() -> EventType {
    let schema = SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<Envelope<T>>();
    let data = T::example();
    let example = Envelope {
        metadata: Metadata {
            id: example_id(9),
            r#type: T::TYPE.to_owned(),
            schema: format!("events/{}.schema.json", T::TYPE),
            time: example_time(),
            aggregate: Aggregate {
                kind: T::AGGREGATE.to_owned(),
                id: data.aggregate_id(),
                revision: 1,
            },
            correlation_id: "3f6c1c6e-6a2b-4c3a-9d83-0f6b7a4f1d10".to_owned(),
            causation_id: "3f6c1c6e-6a2b-4c3a-9d83-0f6b7a4f1d10".to_owned(),
            traceparent: Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned()),
            actor: Actor::customer(example_customer()),
            seller_id: data.seller(),
        },
        data,
    };
    EventType {
        type_name: T::TYPE,
        service: publisher(T::TYPE),
        schema: schema.to_value(),
        // An event holds plain values only, which always have a JSON form; the contract tests see to it.
        example: serde_json::to_value(example).unwrap_or_default(),
    }
}

/// Every event type there is, in alphabetical order.
pub fn catalogue() -> Vec<EventType> {
    vec![
        describe::<AuditExportScheduled>(),
        describe::<BusinessRejected>(),
        describe::<BusinessReverificationRequired>(),
        describe::<BusinessSubmitted>(),
        describe::<BusinessVerified>(),
        describe::<CustomerAdminInvited>(),
        describe::<CustomerBlocked>(),
        describe::<CustomerClosed>(),
        describe::<CustomerClosing>(),
        describe::<CustomerEmailChangeRequested>(),
        describe::<CustomerEmailChanged>(),
        describe::<CustomerEmailVerificationRequested>(),
        describe::<CustomerEmailVerified>(),
        describe::<CustomerPasswordChanged>(),
        describe::<CustomerPasswordResetRequested>(),
        describe::<CustomerRegistered>(),
        describe::<CustomerReopened>(),
        describe::<CustomerRolesChanged>(),
        describe::<CustomerSecondFactorDisabled>(),
        describe::<CustomerSecondFactorEnabled>(),
        describe::<CustomerUnblocked>(),
        describe::<LedgerPosted>(),
        describe::<OrderCancelled>(),
        describe::<OrderClaimed>(),
        describe::<OrderConfirmed>(),
        describe::<OrderCreditNoteIssued>(),
        describe::<OrderDelivered>(),
        describe::<OrderDocumentsDue>(),
        describe::<OrderGuestLinkRequested>(),
        describe::<OrderInvoiceIssued>(),
        describe::<OrderPlaced>(),
        describe::<OrderProgressed>(),
        describe::<OrderReturnApproved>(),
        describe::<OrderReturnReceived>(),
        describe::<OrderReturnRefused>(),
        describe::<OrderReturnRequested>(),
        describe::<OrderReturnWithdrawn>(),
        describe::<OrderShipped>(),
        describe::<OrderStockReserved>(),
        describe::<PaymentActionRequired>(),
        describe::<PaymentAttemptRequested>(),
        describe::<PaymentAuthorized>(),
        describe::<PaymentCaptureFailed>(),
        describe::<PaymentCaptured>(),
        describe::<PaymentDeclined>(),
        describe::<PaymentDiscrepancyFound>(),
        describe::<PaymentDisputeAnswered>(),
        describe::<PaymentDisputeClosed>(),
        describe::<PaymentDisputeOpened>(),
        describe::<PaymentPayoutFailed>(),
        describe::<PaymentPayoutPaid>(),
        describe::<PaymentPayoutScheduled>(),
        describe::<PaymentRefundFailed>(),
        describe::<PaymentRefundRequested>(),
        describe::<PaymentRefunded>(),
        describe::<PaymentStoreCreditGiven>(),
        describe::<PaymentVoided>(),
        describe::<ProductImported>(),
        describe::<ProductPublished>(),
        describe::<ProductUpdated>(),
        describe::<RoleAssignmentsChanged>(),
        describe::<RoleChanged>(),
        describe::<RoleDeleted>(),
        describe::<SellerApplied>(),
        describe::<SellerApproved>(),
        describe::<SellerClosed>(),
        describe::<SellerReinstated>(),
        describe::<SellerRejected>(),
        describe::<SellerStaffChanged>(),
        describe::<SellerStaffInvited>(),
        describe::<SellerSuspended>(),
        describe::<SessionTokenReused>(),
        describe::<StockBackInStock>(),
        describe::<StockChanged>(),
        describe::<StockDiscrepancyFound>(),
        describe::<StockRanLow>(),
        describe::<StockRefused>(),
        describe::<StockReservationExpired>(),
        describe::<StockReserved>(),
    ]
}

// What the examples are made of: the same few things, so that they read as one story.

fn example_id<T: Id>(number: u8) -> T {
    let ids = kernel::Ids::seeded(u64::from(number));
    ids.fresh(example_time())
}

fn example_time() -> Timestamp {
    Timestamp::from_second(1_795_426_200)
}

fn example_customer() -> CustomerId {
    example_id(1)
}

fn example_seller() -> SellerId {
    example_id(2)
}

fn example_product() -> ProductId {
    example_id(3)
}

fn example_variant() -> VariantId {
    example_id(4)
}

fn example_role() -> RoleId {
    example_id(6)
}

fn example_order() -> OrderId {
    example_id(5)
}

fn example_price() -> Money {
    Money::new(1999, Currency::EUR).unwrap_or_else(|_| Money::zero(Currency::EUR))
}

fn example_total() -> Money {
    Money::new(3998, Currency::EUR).unwrap_or_else(|_| Money::zero(Currency::EUR))
}

fn example_quantity() -> Quantity {
    Quantity::ONE.plus(Quantity::ONE).unwrap_or(Quantity::ONE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_is_sorted_and_every_type_has_a_publisher_and_an_example() {
        let catalogue = catalogue();
        assert!(
            catalogue
                .windows(2)
                .all(|pair| pair[0].type_name < pair[1].type_name)
        );
        for event in catalogue {
            assert_ne!(event.service, "unknown", "{}", event.type_name);
            assert_eq!(event.example["metadata"]["type"], event.type_name);
            assert!(event.example["data"].is_object(), "{}", event.type_name);
        }
    }
}
