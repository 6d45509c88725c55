//! How orders of guests are found, shown once more to whom they belong, and become a customer's.

use std::time::Duration;

use contracts::{
    CartOwner, GuestCart,
    events::{OrderClaimed, OrderGuestLinkRequested},
    views::{CartToOrder, VerifiedEmail},
};
use dynamo::{Command, Intent, Item, Key, Query, Stored, table::Position};
use kernel::{Code, CustomerId, EmailAddress, OrderId, Owned, Problem, Reply, Timestamp};
use lambda::http::{self, Incoming, Outcome};
use serde::{Deserialize, Serialize};

use super::{Orders, order_key};
use crate::{
    order::Order,
    view::{OrderView, Viewer},
};

/// So many mails with the link to an order are sent in a window, whoever asks: the address may be another's.
const MAILS: u32 = 5;
/// How long a window is, from its first request.
const WINDOW: Duration = Duration::from_hours(1);

/// The run of all orders that guests have placed with an address.
pub(super) fn run(email: &EmailAddress) -> String {
    format!("guest#{}", email.digest())
}

/// How often the link to an order was asked for lately, whether there is such an order or not.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct LinkRequests {
    order_id: OrderId,
    since: Timestamp,
    asked: u32,
}

impl LinkRequests {
    /// With one more.
    fn next(before: Option<&Self>, order_id: OrderId, now: Timestamp) -> Self {
        let running = before.filter(|before| now.since(before.since) < WINDOW);
        match running {
            Some(running) => Self {
                asked: running.asked.saturating_add(1),
                ..running.clone()
            },
            None => Self {
                order_id,
                since: now,
                asked: 1,
            },
        }
    }

    fn bears_a_mail(&self) -> bool {
        self.asked <= MAILS
    }
}

impl Item for LinkRequests {
    const KIND: &'static str = "link-requests";

    fn key(&self) -> Key {
        requests_key(self.order_id)
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.since.plus(WINDOW))
    }
}

fn requests_key(order: OrderId) -> Key {
    Key::new(format!("order#{order}"), "links")
}

impl Orders {
    /// A guest's cart, as its owner shows it.
    ///
    /// # Errors
    /// `cart_empty` where there is none, or its time is over.
    pub async fn cart_of_guest(
        &self,
        cart: GuestCart,
        now: Timestamp,
    ) -> Result<CartToOrder, Problem> {
        let cart = self.db.view::<CartToOrder>(&CartOwner::Guest(cart)).await?;
        let good = cart.filter(|cart| cart.is_good(now));
        Ok(good.ok_or(Code::CartEmpty)?)
    }

    /// The reply to an earlier order by the same guest with the same key, if there was one.
    pub async fn earlier(&self, intent: &Intent) -> Result<Option<Reply<OrderView>>, Problem> {
        self.commands.replay(intent).await
    }

    /// An order, whoever has placed it.
    pub async fn find(&self, id: OrderId) -> Result<Option<Stored<Order>>, Problem> {
        self.table.get(&order_key(id)).await
    }

    /// Has the link to an order mailed once more, if it is a guest's at this address. Whether it is, or is at all,
    /// shows neither in the answer nor in the calls.
    pub async fn request_link(
        &self,
        id: OrderId,
        email: &EmailAddress,
        intent: &Intent,
        reply: Reply<()>,
    ) -> Outcome<()> {
        let keys = (&order_key(id), &(self.table.clone(), requests_key(id)));
        let (order, before) = self.table.get_both::<Order, LinkRequests>(keys).await?;
        let asked = before.as_ref().map(|before| &before.value);
        let next = LinkRequests::next(asked, id, intent.now);

        let mut command = self.commands.begin(intent);
        command.save(&self.table, before.as_ref(), &next);
        let order = order.filter(|order| order.is_of_guest_at(email) && next.bears_a_mail());
        if let Some(order) = order {
            command.publish(order.rev, &OrderGuestLinkRequested { order_id: id });
            command.audit("order.request-guest-link", id);
        }
        command.commit(reply).await
    }

    /// Makes a guest's order the customer's who asks, and shows it; what is the customer's already is shown.
    ///
    /// # Errors
    /// `order_not_found` where another was faster.
    pub async fn claim(
        &self,
        read: &Stored<Order>,
        customer: CustomerId,
        request: &Incoming,
    ) -> Outcome<OrderView> {
        if read.of_customer(customer) {
            return Ok(http::ok(&read.view(Viewer::Whole))?.version(read.rev));
        }
        let next = read.claimed_by(customer).ok_or(Code::OrderNotFound)?;
        let reply = http::ok(&next.view(Viewer::Whole))?.version(read.rev + 1);
        let command = self.begin_claim(read, &next, customer, request.intent());
        command.commit(reply).await
    }

    /// The address that a customer has shown to read the mail of, if it is known of any.
    pub async fn verified(&self, customer: CustomerId) -> Result<Option<EmailAddress>, Problem> {
        let shown = self.db.view::<VerifiedEmail>(&customer).await?;
        let verified = shown.filter(|shown| shown.email_verified_at.is_some());
        Ok(verified.map(|shown| shown.email.expose().clone()))
    }

    /// Whether guests have placed orders with an address. The index lags behind a little.
    pub async fn guest_has_ordered(&self, email: &EmailAddress) -> Result<bool, Problem> {
        let first = Query::index("by-email", run(email)).limit(1);
        Ok(!self.table.query::<Order>(first).await?.is_empty())
    }

    /// Makes some of the orders that guests have placed with a customer's address that customer's: so many at most,
    /// after this place. The place to go on from, if there are more.
    pub async fn claim_some(
        &self,
        (customer, email): (CustomerId, &EmailAddress),
        (most, after): (usize, Option<Position>),
        step: impl Fn(String) -> Intent,
    ) -> Result<Option<Position>, Problem> {
        let some = Query::index("by-email", run(email)).limit(most);
        let (listed, next) = self.table.walk::<Order>(some, after).await?;
        // The index lags behind; what is decided is decided on the orders themselves.
        let keys = listed.iter().map(|order| order_key(order.id)).collect();
        for read in self.table.get_many::<Order>(keys).await? {
            let its_own = read.is_of_guest_at(email);
            let Some(next) = read.claimed_by(customer).filter(|_| its_own) else {
                continue;
            };
            let intent = step(format!("claim {}", read.id));
            self.begin_claim(&read, &next, customer, &intent)
                .settle()
                .await?;
        }
        Ok(next)
    }

    fn begin_claim(
        &self,
        read: &Stored<Order>,
        next: &Order,
        customer_id: CustomerId,
        intent: &Intent,
    ) -> Command {
        let order_id = next.id;
        let claimed = OrderClaimed {
            order_id,
            customer_id,
        };
        let mut command = self.commands.begin(intent);
        command.update(&self.table, read, next);
        command.publish(read.rev + 1, &claimed);
        command.audit("order.claim", order_id);
        command
    }
}

#[cfg(test)]
mod tests {
    use kernel::Ids;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second)
    }

    #[test]
    fn five_mails_an_hour_and_the_next_hour_begins_anew() {
        let order = Ids::seeded(1).fresh(at(0));
        let mut last = None;
        for second in 0..7 {
            last = Some(LinkRequests::next(last.as_ref(), order, at(second)));
            let bears = last.as_ref().is_some_and(LinkRequests::bears_a_mail);
            assert_eq!(bears, second < 5);
        }
        let next = LinkRequests::next(last.as_ref(), order, at(3_600));
        assert!(next.bears_a_mail() && next.asked == 1);
    }
}
