//! How orders are kept, in the table `orders`:
//!
//! | item | key | |
//! |---|---|---|
//! | `order` | `order#<id>` / `order` | by-customer: `customer#<id>` / `<id>`; by-email while it is a guest's: `guest#<SHA-256 of the address>` / `<id>`; by-waiting while it waits: `waiting` / since when |
//! | `link-requests` | `order#<id>` / `links` | how often the link to an order was asked for |
//! | `cart-claim` | `cart#<id>#<version>` / `claim` | one version of a cart makes one order |
//! | `seller-order` | `seller#<id>` / `order#<id>` | an order in the list of one of its sellers |

mod documents;
mod guests;

use std::collections::BTreeSet;

use contracts::CartOwner;
use contracts::views::{AddressBook, CartToOrder, PostalAddress, SellerStanding};
use dynamo::{
    Command, Commands, Cursors, Db, Intent, Item, Key, Query, Stored, Table, table::Position,
};
use kernel::{
    CartId, Code, CustomerId, FulfilmentId, Locale, OrderId, Owned, Page, Problem, Reply, SellerId,
    Timestamp, page::Limit,
};
use lambda::{
    Platform,
    http::{Incoming, Outcome},
};
use serde::{Deserialize, Serialize};

pub use self::documents::{Documents, GuestDocuments, Prints};
use crate::{
    address::Destination,
    facts::Fact,
    filter::{Wanted, Whose},
    lifecycle::Input,
    money::Trouble,
    order::{Order, Turn},
    parts::Parts,
    standing::Selling,
    timeline::Reader,
    view::{OrderView, Viewer},
};

/// A list by state reads at most so many stretches of the list before it answers with what it has.
const STRETCHES: usize = 10;

/// What one run of the watchdog looks after at most.
const WATCHED: usize = 100;

impl Item for Order {
    const KIND: &'static str = "order";

    fn key(&self) -> Key {
        order_key(self.id)
    }

    fn indexes(&self) -> Vec<(&'static str, String, String)> {
        let mut indexes = Vec::with_capacity(2);
        if let Some(customer) = self.buyer.customer() {
            indexes.push(("by-customer", customer_run(customer), self.id.to_string()));
        } else if let Some(email) = &self.email {
            indexes.push(("by-email", guests::run(email.expose()), self.id.to_string()));
        }
        if let Some(waiting) = self.waiting {
            indexes.push(("by-waiting", WAITING.to_owned(), waiting.since.to_string()));
        }
        indexes
    }
}

/// The run of all orders that wait: few at any time, and each only for seconds.
const WAITING: &str = "waiting";

fn order_key(id: OrderId) -> Key {
    Key::new(format!("order#{id}"), "order")
}

fn customer_run(customer: CustomerId) -> String {
    format!("customer#{customer}")
}

fn seller_run(seller: SellerId) -> String {
    format!("seller#{seller}")
}

/// That a version of a cart was ordered. It is kept: a cart that is not emptied stays ordered.
#[derive(Serialize, Deserialize)]
struct CartClaim {
    cart_id: CartId,
    cart_version: u64,
    order_id: OrderId,
}

impl Item for CartClaim {
    const KIND: &'static str = "cart-claim";

    fn key(&self) -> Key {
        let pk = format!("cart#{}#{}", self.cart_id, self.cart_version);
        Key::new(pk, "claim")
    }
}

/// An order in the list of one of its sellers.
#[derive(Serialize, Deserialize)]
struct SellerOrder {
    seller_id: SellerId,
    order_id: OrderId,
}

impl Item for SellerOrder {
    const KIND: &'static str = "seller-order";

    fn key(&self) -> Key {
        Key::new(
            seller_run(self.seller_id),
            format!("order#{}", self.order_id),
        )
    }
}

/// The orders, as the service's functions read and write them.
#[derive(Debug)]
pub struct Orders {
    db: Db,
    table: Table,
    commands: Commands,
    selling: Selling,
}

impl Orders {
    /// Over the platform that the function was given.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        Ok(Self {
            db: platform.db.clone(),
            table: platform.table("order", "orders"),
            commands: platform.commands("order"),
            selling: Selling::default(),
        })
    }

    /// The language that an order is placed in: the caller's first, or the stack's.
    pub fn locale(&self, request: &Incoming) -> Result<Locale, Problem> {
        match request.locales().into_iter().next() {
            Some(preferred) => Ok(preferred),
            None => request.platform.locale(),
        }
    }

    /// The customer's cart, as its owner shows it, and the address that it is sent to: one round trip, whether the
    /// address is of the customer's book or not.
    ///
    /// # Errors
    /// `cart_empty` where there is no cart, or its time is over; `address_not_found` where the book has no such address.
    pub async fn cart_and_address(
        &self,
        customer: CustomerId,
        to: &Destination,
        now: Timestamp,
    ) -> Result<(CartToOrder, PostalAddress), Problem> {
        let owner = CartOwner::Customer(customer);
        let (cart, postal) = match to {
            Destination::Written(written) => {
                let cart = self.db.view::<CartToOrder>(&owner).await?;
                (cart, written.clone().into())
            }
            Destination::Booked(id) => {
                let keys = (&owner, &(customer, *id));
                let (cart, booked) = self.db.two_views::<CartToOrder, AddressBook>(keys).await?;
                let booked = booked.ok_or(Code::AddressNotFound)?;
                (cart, booked.postal.expose().clone())
            }
        };
        let good = cart.filter(|cart| cart.is_good(now));
        Ok((good.ok_or(Code::CartEmpty)?, postal))
    }

    /// Refuses a cart with something of a seller that does not sell at present: what its offers say of that comes
    /// later than the seller's suspension. Who sold a moment ago is not asked again: most orders read nothing here.
    ///
    /// # Errors
    /// `seller_suspended`.
    pub async fn sold_by_all(&self, cart: &CartToOrder, now: Timestamp) -> Result<(), Problem> {
        let sellers: BTreeSet<SellerId> = cart.lines.iter().map(|line| line.seller_id).collect();
        let sellers = self.selling.unknown(sellers, now);
        let standings = self.db.views_at_once::<SellerStanding>(&sellers).await?;
        for (seller, standing) in sellers.iter().zip(standings) {
            if standing.is_some_and(|standing| !standing.sells()) {
                let detail = format!("Take what {seller} sells out of the cart.");
                return Err(Problem::new(Code::SellerSuspended).detail(detail));
            }
        }
        self.selling.learn(sellers, now);
        Ok(())
    }

    /// Writes a new order, announces it, and claims the version of the cart that it was made of.
    ///
    /// # Errors
    /// `cart_already_ordered` where another order was made of it.
    pub async fn place(
        &self,
        order: &Order,
        intent: &Intent,
        reply: Reply<OrderView>,
    ) -> Outcome<OrderView> {
        let claim = CartClaim {
            cart_id: order.cart_id,
            cart_version: order.cart_version,
            order_id: order.id,
        };
        let mut command = self.commands.begin(intent);
        command
            .insert(&self.table, &claim)
            .or(Code::CartAlreadyOrdered);
        command.insert(&self.table, order);
        if let Some(fact) = order.fact() {
            announce(&mut command, 1, &fact);
        }
        command.audit("order.place", order.id);
        command.commit(reply).await
    }

    /// The order that a request names, if its caller's grant reaches it.
    ///
    /// # Errors
    /// `order_not_found`, whether there is none or it is out of reach.
    pub async fn reached(&self, request: &Incoming) -> Result<Stored<Order>, Problem> {
        let id = request.path("id", Code::OrderNotFound)?;
        let found = self.table.get(&order_key(id)).await?;
        request.reach(found, Code::OrderNotFound)
    }

    /// The parts of an order that a request of a seller is about: its own; all of them where the caller's grant
    /// reaches all; and only the named one, if one is.
    pub fn parts(request: &Incoming, named: Option<FulfilmentId>) -> Result<Parts, Problem> {
        let seller = request.seller()?;
        Ok(Parts {
            seller: (!request.reaches_all()).then_some(seller),
            only: named,
        })
    }

    /// The return that a request of a seller is about, of its own parts.
    ///
    /// # Errors
    /// `return_not_found` where the path names none.
    pub fn returned(request: &Incoming) -> Result<(Parts, u32), Problem> {
        let number = request.path("number", Code::ReturnNotFound)?;
        Ok((Self::parts(request, None)?, number))
    }

    /// Writes what a request has made of an order, announces it, and shows it.
    pub async fn turn(
        &self,
        read: &Stored<Order>,
        turn: &Turn,
        request: &Incoming,
    ) -> Outcome<OrderView> {
        let viewer = Viewer::of(request, read);
        self.turn_for(viewer, read, turn, request.intent()).await
    }

    /// The same, shown to someone in particular.
    pub async fn turn_for(
        &self,
        viewer: Viewer,
        read: &Stored<Order>,
        turn: &Turn,
        intent: &Intent,
    ) -> Outcome<OrderView> {
        let shown = turn.order.view(viewer);
        let reply = lambda::http::ok(&shown)?.version(read.rev + 1);
        self.commit(read, turn, intent, reply).await
    }

    /// Writes what a request has made of an order, announces it, and answers so.
    pub async fn commit<T>(
        &self,
        read: &Stored<Order>,
        turn: &Turn,
        intent: &Intent,
        reply: Reply<T>,
    ) -> Outcome<T> {
        self.begin(read, turn, intent).commit(reply).await
    }

    /// Whoever asks, as someone who reads about an order that the request reaches.
    pub fn reader(request: &Incoming, order: &Order) -> Reader {
        match request.principal() {
            Some(caller) if order.of_customer(caller.customer) => Reader::Customer,
            Some(caller) if !request.reaches_all() => Reader::Seller(caller.seller()),
            _ => Reader::Marketplace,
        }
    }

    /// Whoever may write about these parts.
    pub fn writer(parts: Parts) -> Reader {
        parts.seller.map_or(Reader::Marketplace, Reader::Seller)
    }

    /// Decides what another service's answer makes of an order. An answer that comes too late to change
    /// anything changes nothing: the state is the memory, so it needs no record of its own.
    ///
    /// # Errors
    /// `unavailable` where there is no such order: nothing is said of an order before it is written.
    pub async fn hear(&self, id: OrderId, input: Input, intent: &Intent) -> Result<(), Problem> {
        self.learn(id, |order| order.hear(input, intent.now), intent)
            .await
    }

    /// The same of what it is told that moves it on to no other state.
    ///
    /// # Errors
    /// As [`Orders::hear`].
    pub async fn learn(
        &self,
        id: OrderId,
        what: impl FnOnce(&Order) -> Option<Turn>,
        intent: &Intent,
    ) -> Result<(), Problem> {
        let read = self.table.get::<Order>(&order_key(id)).await?;
        let read = read.ok_or_else(|| Problem::unavailable(format!("there is no order {id}")))?;
        if let Some(turn) = what(&read) {
            self.begin(&read, &turn, intent).settle().await?;
        }
        Ok(())
    }

    /// Has an order wait for its payment, which waits for the customer until then.
    pub async fn wait_until(
        &self,
        id: OrderId,
        until: Timestamp,
        intent: &Intent,
    ) -> Result<(), Problem> {
        let read = self.table.get::<Order>(&order_key(id)).await?;
        let read = read.ok_or_else(|| Problem::unavailable(format!("there is no order {id}")))?;
        if let Some(turn) = read.wait_until(until, intent.now) {
            self.begin(&read, &turn, intent).settle().await?;
        }
        Ok(())
    }

    /// The orders that have waited since then or longer, the longest first, at most a hundred.
    pub async fn waiting_since(&self, since: Timestamp) -> Result<Vec<OrderId>, Problem> {
        let run = Query::index("by-waiting", WAITING)
            .up_to(since.to_string())
            .limit(WATCHED);
        let waiting = self.table.query::<Order>(run).await?;
        Ok(waiting.into_iter().map(|order| order.value.id).collect())
    }

    /// Has an order that still waits, and has since `quiet_since`, say again where it stands, or gives it up.
    /// `step` names the step that is done once, however many watchdogs try. What it has stopped waiting for on its
    /// way, if it has.
    pub async fn remind(
        &self,
        id: OrderId,
        quiet_since: Timestamp,
        step: impl Fn(String) -> Intent,
    ) -> Result<Option<Trouble>, Problem> {
        // The index lags behind; what is decided is decided on the order itself.
        let Some(read) = self.table.get::<Order>(&order_key(id)).await? else {
            return Ok(None);
        };
        // An order waits for its money more than once: each wait has a beginning of its own.
        let since = read.waiting.map_or(read.placed_at, |waiting| waiting.since);
        let intent = step(format!("{id} {} {since}", read.status));
        let Some(turn) = read.remind(quiet_since, intent.now) else {
            return Ok(None);
        };
        self.begin(&read, &turn, &intent).settle().await?;
        let trouble = turn
            .order
            .trouble
            .filter(|_| turn.order.trouble != read.trouble);
        if let Some(trouble) = trouble {
            tracing::error!(order.id = %id, ?trouble.kind, "an order has waited in vain for what it is owed");
        }
        Ok(trouble)
    }

    /// Puts an order into the lists of its sellers. Told again by the watchdog, it adds what is missing.
    pub async fn list_for_sellers(
        &self,
        id: OrderId,
        sellers: impl IntoIterator<Item = SellerId>,
        intent: &Intent,
    ) -> Result<(), Problem> {
        let entry = |seller_id| SellerOrder {
            seller_id,
            order_id: id,
        };
        let wanted: Vec<SellerOrder> = sellers.into_iter().map(entry).collect();
        let keys = wanted.iter().map(Item::key).collect();
        let listed = self.table.get_many::<SellerOrder>(keys).await?;
        let missing = |entry: &&SellerOrder| {
            let same = |listed: &Stored<SellerOrder>| listed.seller_id == entry.seller_id;
            !listed.iter().any(same)
        };
        let missing: Vec<_> = wanted.iter().filter(missing).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let mut command = self.commands.begin(intent);
        for entry in missing {
            command.insert(&self.table, entry);
        }
        command.audit("order.list-for-sellers", id);
        command.settle().await?;
        Ok(())
    }

    /// A page of someone's orders, the newest first, as they see them; only those that are wanted.
    ///
    /// Of a list by state a page may be short, or even empty, with more to come: it reads ten stretches of
    /// `limit` orders at most. A list by time reads nothing in vain.
    pub async fn list(
        &self,
        whose: Whose,
        wanted: &Wanted,
        limit: Limit,
        (cursors, cursor): (&Cursors, Option<&str>),
    ) -> Result<Page<OrderView>, Problem> {
        let scope = format!("orders of {whose} {wanted:?}");
        let viewer = whose.viewer();
        let mut after: Option<Position> = cursor
            .map(|cursor| cursors.open(&scope, cursor))
            .transpose()?;
        let mut found = Vec::new();
        for _ in 0..STRETCHES {
            // Never more than are still wanted: the place where a stretch ends is where the next page begins.
            let length = limit.get() - found.len();
            let (orders, next) = self.stretch(whose, wanted, length, after).await?;
            let fits = |order: &Order| wanted.has(order, viewer);
            found.extend(orders.into_iter().filter(fits));
            after = next;
            if after.is_none() || found.len() >= limit.get() {
                break;
            }
        }
        let next = after
            .map(|position| cursors.seal(&scope, &position))
            .transpose()?;
        Ok(Page::new(found, next).map(|order| order.view(viewer)))
    }

    async fn stretch(
        &self,
        whose: Whose,
        wanted: &Wanted,
        length: usize,
        after: Option<Position>,
    ) -> Result<(Vec<Order>, Option<Position>), Problem> {
        let values = |stored: Vec<Stored<Order>>| stored.into_iter().map(|order| order.value);
        let (first, last) = wanted.ids();
        match whose {
            Whose::Customer(customer) => {
                let run = Query::index("by-customer", customer_run(customer));
                let run = run.between(first, last).descending().limit(length);
                let (orders, next) = self.table.walk(run, after).await?;
                Ok((values(orders).collect(), next))
            }
            Whose::Seller(seller) => {
                let run = Query::table(seller_run(seller));
                let run = run.between(format!("order#{first}"), format!("order#{last}"));
                let run = run.descending().limit(length);
                let (entries, next) = self.table.walk::<SellerOrder>(run, after).await?;
                let keys = entries.iter().map(|entry| order_key(entry.order_id));
                let orders = self.table.get_many(keys.collect()).await?;
                let mut orders: Vec<Order> = values(orders).collect();
                // Items come in no order of their own; ids sort by their time of birth.
                orders.sort_unstable_by_key(|order| std::cmp::Reverse(order.id));
                Ok((orders, next))
            }
        }
    }

    fn begin(&self, read: &Stored<Order>, turn: &Turn, intent: &Intent) -> Command {
        let mut command = self.commands.begin(intent);
        command.update(&self.table, read, &turn.order);
        for fact in &turn.facts {
            announce(&mut command, read.rev + 1, fact);
        }
        command.audit(turn.action, turn.order.id);
        command
    }
}

fn announce(command: &mut Command, rev: u64, fact: &Fact) {
    match fact {
        Fact::Placed(fact) => command.publish(rev, fact),
        Fact::StockReserved(fact) => command.publish(rev, fact),
        Fact::Confirmed(fact) => command.publish(rev, fact),
        Fact::Progressed(fact) => command.publish(rev, fact),
        Fact::Shipped(fact) => command.publish(rev, fact),
        Fact::Delivered(fact) => command.publish(rev, fact),
        Fact::Cancelled(fact) => command.publish(rev, fact),
        Fact::ReturnRequested(fact) => command.publish(rev, fact),
        Fact::ReturnApproved(fact) => command.publish(rev, fact),
        Fact::ReturnRefused(fact) => command.publish(rev, fact),
        Fact::ReturnWithdrawn(fact) => command.publish(rev, fact),
        Fact::ReturnReceived(fact) => command.publish(rev, fact),
        Fact::DocumentsDue(fact) => command.publish(rev, fact),
        Fact::InvoiceIssued(fact) => command.publish(rev, fact),
        Fact::CreditNoteIssued(fact) => command.publish(rev, fact),
    };
}
