//! What can become of an order next, and by whom: the table of [`crate::lifecycle`] as a client sees it.

use contracts::{Event, events};
use kernel::Permission;
use lambda::http::Incoming;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    lifecycle::{Input, Status, TRANSITIONS, Transition},
    order::Order,
};

/// Who brings a step about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// Whoever has ordered, or an admin for them.
    Customer,
    /// Who ships a part of it, or an admin for them.
    Seller,
    /// Another service, or the watchdog.
    Platform,
}

/// A step that an order can take where it stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[schemars(rename = "OrderTransition")]
pub struct Next {
    /// Where it would stand then; the same as now, where only its parts move on.
    pub to: Status,
    /// Who brings it about.
    pub by: By,
    /// By what: routes, an event, or the schedule that watches orders.
    pub on: Vec<&'static str>,
    /// Whether the caller can do it now.
    pub allowed: bool,
}

/// Where an order stands, and what can become of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[schemars(rename = "OrderTransitions")]
pub struct Transitions {
    /// Where it stands.
    pub status: Status,
    /// Every step that it can take; none when it has come to an end.
    pub transitions: Vec<Next>,
}

impl Input {
    /// Who brings it about, and by what.
    pub fn origin(self) -> (By, &'static [&'static str]) {
        const CANCEL: &str = "POST /v1/orders/{id}/cancel";
        const ACCEPT: &str = "POST /v1/orders/{id}/accept";
        const REJECT: &str = "POST /v1/orders/{id}/reject";
        const SHIP: &str = "POST /v1/orders/{id}/ship";
        const DELIVER: &str = "POST /v1/orders/{id}/deliver";
        match self {
            Self::StockReserved => (By::Platform, &[events::StockReserved::TYPE]),
            Self::StockRefused | Self::HoldRefused => (By::Platform, &[events::StockRefused::TYPE]),
            Self::PaymentAuthorized => (By::Platform, &[events::PaymentAuthorized::TYPE]),
            Self::PaymentDeclined => (By::Platform, &[events::PaymentDeclined::TYPE]),
            Self::ReservationExpired => (By::Platform, &[events::StockReservationExpired::TYPE]),
            Self::GiveUp => (By::Platform, &["watch-stuck-orders"]),
            Self::Cancel => (By::Customer, &[CANCEL]),
            Self::Reject => (By::Seller, &[REJECT]),
            Self::Progress => (By::Seller, &[ACCEPT, REJECT, SHIP]),
            Self::ShipLast => (By::Seller, &[SHIP]),
            Self::DeliverLast => (By::Seller, &[DELIVER]),
        }
    }
}

impl Order {
    /// What can become of it; `may` says what the caller may bring about.
    pub fn transitions(&self, may: impl Fn(By) -> bool) -> Transitions {
        let next = |step: &Transition| {
            let (by, on) = step.input.origin();
            Next {
                to: step.to(),
                by,
                on: on.to_vec(),
                allowed: may(by),
            }
        };
        let possible = TRANSITIONS.iter().filter(|step| self.can_take(step));
        Transitions {
            status: self.status,
            transitions: possible.map(next).collect(),
        }
    }

    /// Whether it can take a step: one of its state, and no end as nothing when a piece is on its way.
    fn can_take(&self, step: &Transition) -> bool {
        step.from == self.status && !(step.to() == Status::Cancelled && self.is_on_its_way())
    }
}

/// What the caller may bring about of an order.
pub fn may(request: &Incoming, order: &Order, by: By) -> bool {
    match by {
        By::Customer => request.reaches_by(Permission::OrderCancel, order),
        By::Seller => request.reaches_by(Permission::OrderShip, order),
        By::Platform => false,
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Ids, Timestamp};

    use super::*;
    use crate::{
        order::tests::{confirmed, placed},
        parts::{Carriage, Parts},
    };

    fn ends(order: &Order, who: By) -> Vec<(Status, bool)> {
        let shown = order.transitions(|by| by == who).transitions;
        shown.iter().map(|next| (next.to, next.allowed)).collect()
    }

    #[test]
    fn a_client_sees_what_can_become_of_an_order_and_what_it_can_do() {
        let placed = placed(&[(1, 2, 500)]);
        let shown = ends(&placed, By::Customer);
        let cancelled = (Status::Cancelled, false);
        let expected = [
            (Status::StockReserved, false),
            cancelled,
            cancelled,
            cancelled,
            (Status::Cancelled, true),
            cancelled,
        ];
        assert_eq!(shown, expected);

        let order = confirmed();
        let allowed = |who| {
            let shown = ends(&order, who).into_iter();
            shown
                .filter(|(_, allowed)| *allowed)
                .map(|(to, _)| to)
                .collect::<Vec<_>>()
        };
        assert_eq!(allowed(By::Customer), [Status::Cancelled]);
        let by_seller = [Status::Cancelled, Status::Confirmed, Status::Shipped];
        assert_eq!(allowed(By::Seller), by_seller);
    }

    #[test]
    fn an_order_of_which_a_piece_is_on_its_way_does_not_end_as_nothing() {
        let order = confirmed();
        let now = Timestamp::from_second(1_795_426_900);
        let parts = Parts {
            seller: Some(order.fulfilments[0].seller_id),
            only: None,
        };
        let stamp = (&Ids::seeded(3), now);
        let half = order
            .ship(parts, None, &Carriage::default(), stamp)
            .unwrap()
            .order;
        let to: Vec<_> = ends(&half, By::Seller)
            .into_iter()
            .map(|(to, _)| to)
            .collect();
        assert_eq!(to, [Status::Confirmed, Status::Shipped]);
        let rest = half
            .ship(Parts::ALL, None, &Carriage::default(), stamp)
            .unwrap()
            .order;
        let over = rest.deliver(Parts::ALL, None, now).unwrap().order;
        assert!(over.transitions(|_| true).transitions.is_empty());
    }
}
