//! The life of an order as people read it: what has happened when, and which event tells of it. Pure.
//!
//! It is made of what the order keeps, and nothing is kept for it but notes: what staff writes down, for each other or
//! for the customer.

use contracts::{Event, events};
use kernel::{Code, FulfilmentId, Money, Problem, SellerId, ShipmentId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    lifecycle::Status,
    money::{MoneyKind, TroubleKind},
    order::{Order, Turn},
    parts::{Fulfilment, Shipment},
    returns::{Return, ReturnStatus},
    view::Viewer,
};

/// An order has at most this many notes: they are kept with it.
pub const MOST_NOTES: usize = 30;

/// What someone of the staff has written down. No place for what is personal.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Note {
    /// Whose staff; the marketplace's, if it is no seller's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller_id: Option<SellerId>,
    /// What.
    pub text: kernel::Line<1, 500>,
    /// Whether the customer reads it.
    pub visible_to_customer: bool,
    /// When.
    pub at: Timestamp,
}

/// What someone of the staff writes down.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewNote {
    /// What; it names no person.
    pub text: kernel::Line<1, 500>,
    /// Whether the customer reads it.
    #[serde(default)]
    pub visible_to_customer: bool,
}

/// Who reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reader {
    /// Whoever has ordered.
    Customer,
    /// Staff of a seller.
    Seller(SellerId),
    /// Someone of the marketplace.
    Marketplace,
}

impl Reader {
    fn viewer(self) -> Viewer {
        match self {
            Self::Seller(seller) => Viewer::Seller(seller),
            Self::Customer | Self::Marketplace => Viewer::Whole,
        }
    }

    fn reads(self, note: &Note) -> bool {
        match self {
            Self::Customer => note.visible_to_customer,
            Self::Seller(seller) => note.seller_id == Some(seller),
            Self::Marketplace => true,
        }
    }
}

/// The life of an order so far.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[schemars(rename = "OrderTimeline")]
pub struct Timeline {
    /// Where it stands.
    pub status: Status,
    /// What has happened, the first first.
    pub entries: Vec<Entry>,
}

/// What something that happened is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "OrderTimelineKind")]
pub enum Kind {
    /// The whole order.
    Order,
    /// What one seller ships.
    Part,
    /// A parcel.
    Parcel,
    /// Goods that come back.
    Return,
    /// Money that was moved.
    Money,
    /// Something that someone has to look at.
    Trouble,
    /// What staff has written down.
    Note,
}

/// Something that happened.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[schemars(rename = "OrderTimelineEntry")]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// What it is about.
    pub kind: Kind,
    /// What, in a sentence.
    pub text: String,
    /// The event that tells of it, if one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<&'static str>,
    /// The part that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fulfilment_id: Option<FulfilmentId>,
    /// The parcel that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipment_id: Option<ShipmentId>,
    /// The number of the return that it is about.
    #[serde(rename = "return", skip_serializing_if = "Option::is_none")]
    pub returned: Option<u32>,
    /// The money that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// Of a note: whether the customer reads it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visible_to_customer: Option<bool>,
}

impl Entry {
    fn new(at: Timestamp, kind: Kind, text: impl Into<String>) -> Self {
        Self {
            at,
            kind,
            text: text.into(),
            event: None,
            fulfilment_id: None,
            shipment_id: None,
            returned: None,
            amount: None,
            visible_to_customer: None,
        }
    }

    fn told(self, event: &'static str) -> Self {
        Self {
            event: Some(event),
            ..self
        }
    }
}

impl Order {
    /// The same with a note of a seller's staff, or the marketplace's.
    ///
    /// # Errors
    /// `too_many_notes`.
    pub fn note_down(
        &self,
        new: &NewNote,
        seller_id: Option<SellerId>,
        now: Timestamp,
    ) -> Result<Turn, Problem> {
        if self.notes.len() >= MOST_NOTES {
            return Err(Code::TooManyNotes.into());
        }
        let mut order = self.clone();
        order.notes.push(Note {
            seller_id,
            text: new.text.clone(),
            visible_to_customer: new.visible_to_customer,
            at: now,
        });
        Ok(Turn {
            order,
            facts: Vec::new(),
            action: "order.note",
        })
    }

    /// What has happened to it, as far as this reader may know.
    pub fn timeline(&self, reader: Reader) -> Timeline {
        let viewer = reader.viewer();
        let parts = self.fulfilments.iter();
        let parts = parts.filter(|part| viewer.sees(part.seller_id));
        let returns = self.returns.iter();
        let returns = returns.filter(|back| viewer.sees(back.seller_id));
        let notes = self.notes.iter().filter(|note| reader.reads(note));

        let mut entries: Vec<Entry> = self.passages().collect();
        entries.extend(parts.flat_map(Fulfilment::entries));
        entries.extend(returns.flat_map(Return::entries));
        if viewer == Viewer::Whole {
            entries.extend(self.payments());
        }
        entries.extend(self.trouble.map(|trouble| {
            let text = match trouble.kind {
                TroubleKind::CaptureFailed => "The provider refuses to move the money.",
                TroubleKind::PaymentUnanswered => "Nobody says whether the money was moved.",
                TroubleKind::RefundUnanswered => "Nobody says whether the money was given back.",
                TroubleKind::DocumentsMissing => "Its invoices or credit notes are missing.",
            };
            Entry::new(trouble.at, Kind::Trouble, text)
        }));
        entries.extend(notes.map(|note| Entry {
            visible_to_customer: Some(note.visible_to_customer),
            ..Entry::new(note.at, Kind::Note, note.text.to_string())
        }));
        // Stable: what happened at one moment stays in the order above.
        entries.sort_by_key(|entry| entry.at);
        Timeline {
            status: self.status,
            entries,
        }
    }

    fn passages(&self) -> impl Iterator<Item = Entry> {
        self.history.iter().map(|passage| {
            let (text, event) = match passage.status {
                Status::Placed => ("It was ordered.", events::OrderPlaced::TYPE),
                Status::StockReserved => {
                    ("Stock is held for it.", events::OrderStockReserved::TYPE)
                }
                Status::PaymentAuthorized => {
                    ("The money is held for it.", events::PaymentAuthorized::TYPE)
                }
                Status::Confirmed => ("It is confirmed.", events::OrderConfirmed::TYPE),
                Status::Shipped => ("All of it is shipped.", events::OrderShipped::TYPE),
                Status::Delivered => ("All of it has arrived.", events::OrderDelivered::TYPE),
                Status::Cancelled => ("It is cancelled.", events::OrderCancelled::TYPE),
            };
            Entry::new(passage.at, Kind::Order, text).told(event)
        })
    }

    fn payments(&self) -> impl Iterator<Item = Entry> {
        self.money.iter().map(|step| {
            let (text, event) = match step.kind {
                MoneyKind::Captured => (
                    format!("{} have been paid by now.", step.total),
                    events::PaymentCaptured::TYPE,
                ),
                MoneyKind::Refunded => (
                    format!("{} have been given back by now.", step.total),
                    events::PaymentRefunded::TYPE,
                ),
            };
            Entry {
                amount: Some(step.total),
                ..Entry::new(step.at, Kind::Money, text).told(event)
            }
        })
    }
}

impl Fulfilment {
    fn entries(&self) -> impl Iterator<Item = Entry> {
        let accepted = self
            .accepted_at
            .map(|at| Entry::new(at, Kind::Part, "Its seller will ship it."));
        let rejected = self.rejection.iter().map(|rejection| {
            let text = format!("Its seller does not ship it: {}", rejection.reason);
            Entry::new(rejection.at, Kind::Part, text).told(events::OrderProgressed::TYPE)
        });
        let parcels = self.shipments.iter().flat_map(Shipment::entries);
        let entries = accepted.into_iter().chain(rejected).chain(parcels);
        entries.map(|entry| Entry {
            fulfilment_id: Some(self.id),
            ..entry
        })
    }
}

impl Shipment {
    fn entries(&self) -> impl Iterator<Item = Entry> {
        let pieces: u32 = self.lines.iter().map(|line| line.quantity.get()).sum();
        let with = self.carriage.carrier.as_ref();
        let with = with.map_or(String::new(), |carrier| format!(" with {carrier}"));
        let text = format!("A parcel was shipped{with}: {pieces} pieces.");
        let shipped = Entry::new(self.shipped_at, Kind::Parcel, text);
        let arrived = self
            .delivered_at
            .map(|at| Entry::new(at, Kind::Parcel, "A parcel has arrived."));
        let shipped = shipped.told(events::OrderProgressed::TYPE);
        let entries = std::iter::once(shipped).chain(arrived);
        entries.map(|entry| Entry {
            shipment_id: Some(self.id),
            ..entry
        })
    }
}

impl Return {
    fn entries(&self) -> impl Iterator<Item = Entry> {
        self.history.iter().map(|passage| {
            let (text, event) = match passage.status {
                ReturnStatus::Requested => (
                    "Goods are to be sent back.",
                    events::OrderReturnRequested::TYPE,
                ),
                ReturnStatus::Approved => (
                    "Their seller takes goods back.",
                    events::OrderReturnApproved::TYPE,
                ),
                ReturnStatus::Refused => (
                    "Their seller does not take goods back.",
                    events::OrderReturnRefused::TYPE,
                ),
                ReturnStatus::Withdrawn => (
                    "Goods are not sent back after all.",
                    events::OrderReturnWithdrawn::TYPE,
                ),
                ReturnStatus::Received => {
                    ("Goods have come back.", events::OrderReturnReceived::TYPE)
                }
                ReturnStatus::Refunded => (
                    "The price of goods that came back was given back.",
                    events::PaymentRefunded::TYPE,
                ),
                ReturnStatus::RefundFailed => (
                    "The price of goods that came back could not be given back.",
                    events::PaymentRefundFailed::TYPE,
                ),
            };
            let is_about_money = matches!(
                passage.status,
                ReturnStatus::Received | ReturnStatus::Refunded | ReturnStatus::RefundFailed
            );
            Entry {
                fulfilment_id: Some(self.fulfilment_id),
                returned: Some(self.number),
                amount: self.refund.filter(|_| is_about_money),
                ..Entry::new(passage.at, Kind::Return, text).told(event)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use kernel::Ids;

    use super::*;
    use crate::{
        order::tests::confirmed,
        parts::{Carriage, Parts},
    };

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_second(1_795_427_000).plus(Duration::from_secs(seconds))
    }

    fn new(text: &str, visible_to_customer: bool) -> NewNote {
        NewNote {
            text: text.parse().unwrap(),
            visible_to_customer,
        }
    }

    fn kinds(timeline: &Timeline) -> Vec<Kind> {
        timeline.entries.iter().map(|entry| entry.kind).collect()
    }

    #[test]
    fn an_order_tells_what_has_happened_and_each_reader_what_is_theirs() {
        let order = confirmed();
        let [one, other] = [0, 1].map(|i| order.fulfilments[i].seller_id);
        let stamp = (&Ids::seeded(3), at(1));
        let order = order.accept(Parts::ALL, at(0)).unwrap().order;
        let order = order
            .ship(Parts::ALL, None, &Carriage::default(), stamp)
            .unwrap()
            .order;
        let order = order.hear_captured(order.total, at(2)).unwrap().order;
        let order = order.deliver(Parts::ALL, None, at(3)).unwrap().order;

        let whole = order.timeline(Reader::Customer);
        let times = whole.entries.windows(2).all(|two| two[0].at <= two[1].at);
        assert!(times, "{whole:?}");
        let of = |kind| kinds(&whole).iter().filter(|of| **of == kind).count();
        let counts = [Kind::Order, Kind::Part, Kind::Parcel, Kind::Money].map(of);
        assert_eq!(counts, [6, 2, 4, 1]);
        for seller in [one, other] {
            let seen = kinds(&order.timeline(Reader::Seller(seller)));
            let of = |kind| seen.iter().filter(|of| **of == kind).count();
            let counts = [Kind::Order, Kind::Part, Kind::Parcel, Kind::Money].map(of);
            assert_eq!(counts, [6, 1, 2, 0]);
        }
    }

    #[test]
    fn a_note_is_read_by_its_staff_and_by_the_customer_if_it_is_for_both() {
        let order = confirmed();
        let [one, other] = [0, 1].map(|i| order.fulfilments[i].seller_id);
        let notes = [
            (Some(one), new("Packed on Monday.", false)),
            (Some(one), new("Comes in two parcels.", true)),
            (None, new("Has called twice.", false)),
        ];
        let mut order = order;
        for (seller, note) in &notes {
            order = order.note_down(note, *seller, at(1)).unwrap().order;
        }
        let read = |reader| {
            let entries = order.timeline(reader).entries.into_iter();
            let notes = entries.filter(|entry| entry.kind == Kind::Note);
            notes.map(|note| note.text).collect::<Vec<_>>()
        };
        assert_eq!(read(Reader::Customer), ["Comes in two parcels."]);
        assert_eq!(read(Reader::Seller(one)).len(), 2);
        assert!(read(Reader::Seller(other)).is_empty());
        assert_eq!(read(Reader::Marketplace).len(), 3);

        while let Ok(turn) = order.note_down(&notes[0].1, None, at(2)) {
            order = turn.order;
        }
        assert_eq!(order.notes.len(), MOST_NOTES);
    }
}
