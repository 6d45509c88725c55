//! The tables of inventory: the only place of the service that names DynamoDB.

mod inspections;
mod ledger;
mod returned;
mod shards;

use std::collections::HashMap;

use contracts::{
    events::{MovementKind, OrderProgressed, PaymentActionRequired, StockChanged, StockMovement},
    views::VariantOwner,
};
use dynamo::{
    Attributes, Change, Command, Commands, Db, Inspection, Intent, Key, Query, Refused, Stored,
    Table,
};
use kernel::{Buyer, Code, OrderId, Problem, Timestamp, VariantId};
use lambda::{
    Platform,
    http::{self, Incoming, Outcome},
};

use crate::{
    Holder,
    reservation::{Answer, BY_DUE, DUE, Reservation, Turn},
    shards::{Met, Shards, even},
    stock::{Booked, Shift, Stock, StockLevels},
};
pub use ledger::Check;
use shards::{Elsewhere, Layout};

/// How many variants one transaction stocks: each has two items, and a transaction has a hundred; one `stock.changed`
/// names no more than fifty.
const STOCKED_AT_ONCE: usize = 45;

/// In how many places an order looks for its pieces before it waits for others to get out of its way.
const TRIES: usize = 4;

/// How many overdue reservations one run takes on.
const OVERDUE_AT_ONCE: usize = 100;

/// Stock, what of it is held, and the ledger of its movements.
#[derive(Debug)]
pub struct Shelves {
    db: Db,
    stock: Table,
    reservations: Table,
    ledger: Table,
    commands: Commands,
    met: Met,
}

/// The place of a variant, which may never have held a piece.
#[derive(Debug)]
pub struct Shelf {
    /// What there is, in all shards.
    pub stock: Stock,
    shards: Option<Shards>,
}

impl Shelf {
    /// Counts the changes of what there is: 0 for what never changed.
    pub fn version(&self) -> u64 {
        self.shards.as_ref().map_or(0, Shards::revision)
    }

    fn whole(&self) -> (Option<&Shards>, &Stock) {
        (self.shards.as_ref(), &self.stock)
    }
}

impl Shelves {
    /// With the tables of the stage.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        Ok(Self {
            db: platform.db.clone(),
            stock: platform.table("inventory", "stock"),
            reservations: platform.table("inventory", "reservations"),
            ledger: platform.table("inventory", "ledger"),
            commands: platform.commands("inventory"),
            met: Met::default(),
        })
    }

    /// The shelf that a request names in its path, if its caller reaches it.
    pub async fn reached(&self, request: &Incoming) -> Result<Shelf, Problem> {
        let variant = request.path("variant_id", Code::VariantNotFound)?;
        let found = self.find(variant).await?;
        found
            .filter(|found| request.reaches(&found.stock))
            .ok_or_else(|| Code::VariantNotFound.into())
    }

    /// The shelf of a variant, if there is such a variant. Who sells it is asked of the product service only
    /// as long as there is no stock of it.
    async fn find(&self, variant: VariantId) -> Result<Option<Shelf>, Problem> {
        if let Some(first) = self.stock.get::<Stock>(&Stock::key_of(variant)).await? {
            let shards = self.all_shards(first).await?.shards;
            return Ok(Some(Shelf {
                stock: shards.stock(),
                shards: Some(shards),
            }));
        }
        let owner = self.db.view::<VariantOwner>(&variant).await?;
        Ok(owner.map(|owner| Shelf {
            stock: Stock::none(variant, owner.seller_id),
            shards: None,
        }))
    }

    /// Books what has become of a shelf, and shows it; refused as contention if it has changed since it was found. What
    /// is spread is spread anew by it, and may change meanwhile.
    pub async fn book(
        &self,
        found: &Shelf,
        booked: &Booked,
        request: &Incoming,
    ) -> Outcome<StockLevels> {
        let stock = &booked.stock;
        let variant = stock.variant_id();
        let intent = request.intent();
        let mut command = self.commands.begin(intent);
        let (steps, revision) = match &found.shards {
            Some(shards) if stock.shards() > 1 => {
                let layout = Layout {
                    pieces: even(stock.available(), stock.spread(), stock.shards()),
                    spread: stock.spread(),
                    is_moved: true,
                };
                let whole = (Some(shards), stock);
                (self.lay_out(&mut command, whole, &layout), None)
            }
            only => {
                let first = only.as_ref().map(Shards::first);
                command.save(&self.stock, first, stock);
                if first.is_none() {
                    command.insert(&self.stock, &Inspection::of(stock, intent.now));
                }
                (1, Some(found.version() + 1))
            }
        };
        let reply = http::created(format!("/v1/stock/{variant}"), &stock.levels())?;
        let movement = StockMovement {
            revision,
            ..booked.movement.clone()
        };
        let changed = StockChanged::by(&intent.causation_id, &[movement]);
        command.publish(1, &changed);
        let action = match booked.movement.kind {
            MovementKind::Adjusted => "stock.adjust",
            _ => "stock.receive",
        };
        command.audit(action, variant);
        let version = found.version() + steps;
        command.commit(reply.version(version)).await
    }

    /// Stocks variants that have no stock yet. A variant that was counted before, by a receipt or by an earlier
    /// import, stays as it is.
    pub async fn open(&self, opening: &[Booked], intent: &Intent) -> Result<(), Problem> {
        for (step, opening) in (1_u64..).zip(opening.chunks(STOCKED_AT_ONCE)) {
            let keys = opening
                .iter()
                .map(|opening| Stock::key_of(opening.movement.variant_id));
            let counted = self.stock.get_many::<Stock>(keys.collect()).await?;
            let is_new = |opening: &&Booked| {
                let variant = opening.movement.variant_id;
                counted
                    .iter()
                    .all(|counted| counted.variant_id() != variant)
            };
            let fresh: Vec<&Booked> = opening.iter().filter(is_new).collect();
            if fresh.is_empty() {
                continue;
            }

            let mut command = self.commands.begin(&Intent {
                key: format!("{}.{step}", intent.key),
                ..intent.clone()
            });
            for opening in &fresh {
                command.insert(&self.stock, &opening.stock);
                command.insert(&self.stock, &Inspection::of(&opening.stock, intent.now));
            }
            let movements = fresh.iter().map(|opening| opening.movement.clone());
            let movements: Vec<StockMovement> = movements.collect();
            command.publish(step, &StockChanged::by(&intent.causation_id, &movements));
            command.audit("stock.open", &intent.causation_id);
            command.settle().await?;
        }
        Ok(())
    }

    /// Holds all that an order wants, or nothing of it, and tells the order; for its buyer no more than `most` pieces
    /// that are not paid. An order that was answered before gets the same answer again.
    pub async fn hold(
        &self,
        wanted: &Reservation,
        (buyer, most): (Buyer, u32),
        intent: &Intent,
    ) -> Result<(), Problem> {
        let mut wanted = self.guess(wanted, intent);
        for _ in 0..TRIES {
            let missed = self.hold_there(&wanted, (buyer, most), intent).await?;
            if missed.is_empty() {
                return Ok(());
            }
            wanted = match self.elsewhere(&wanted, missed, intent).await? {
                Elsewhere::There(there) => there,
                Elsewhere::Short(shortages) => {
                    let refused = wanted.refuse(shortages, intent.now);
                    return self.refuse(&refused, intent).await;
                }
            };
        }
        Err(Problem::contention())
    }

    /// Holds it in these shards; else the variants of which one has too few pieces: which shard, and what is there.
    async fn hold_there(
        &self,
        wanted: &Reservation,
        (buyer, most): (Buyer, u32),
        intent: &Intent,
    ) -> Result<HashMap<VariantId, (u32, Option<Attributes>)>, Problem> {
        let mut command = self.commands.begin(intent);
        command.insert(&self.reservations, wanted);
        let movements = wanted.held();
        for movement in &movements {
            let is_guess = wanted.is_anywhere(movement.variant_id);
            let change = change(std::slice::from_ref(movement), is_guess);
            command.change(&self.stock, &key(movement), change);
        }
        if !self
            .count(&mut command, wanted, (buyer, most), intent)
            .await?
        {
            let refused = wanted.refuse_beyond(most, intent.now);
            self.refuse(&refused, intent).await?;
            return Ok(HashMap::new());
        }
        if let Answer::Reserved(reserved) = wanted.answer() {
            let changed = StockChanged::by(wanted.order_id(), &movements);
            command.publish(1, &reserved).publish(1, &changed);
        }
        command.audit("stock.reserve", wanted.order_id());
        match command.attempt().await {
            Ok(_) => Ok(HashMap::new()),
            Err(Refused::Problem(problem)) => Err(problem),
            Err(Refused::Conditions(failed)) if failed.iter().any(|(place, _)| *place == 0) => {
                self.answer_again(wanted.order_id(), intent).await?;
                Ok(HashMap::new())
            }
            Err(Refused::Conditions(failed)) => {
                // The reservation is the first action, what it takes are the next. Behind them is its holder, who has
                // had something else held meanwhile.
                let missed = |(place, found): (usize, _)| {
                    let movement = movements.get(place.wrapping_sub(1))?;
                    Some((movement.variant_id, (movement.shard(), found)))
                };
                let missed: Option<_> = failed.into_iter().map(missed).collect();
                missed.ok_or_else(Problem::contention)
            }
        }
    }

    /// Counts what is held for its buyer; false if that would be too much.
    async fn count(
        &self,
        command: &mut Command,
        wanted: &Reservation,
        (buyer, most): (Buyer, u32),
        intent: &Intent,
    ) -> Result<bool, Problem> {
        let Some(customer) = buyer.customer() else {
            return Ok(wanted.pieces() <= most);
        };
        let key = Holder::key_of(customer);
        let read = self.reservations.get::<Holder>(&key).await?;
        let next = match &read {
            Some(read) => read.with(wanted, most, intent.now),
            None => Holder::new(customer).with(wanted, most, intent.now),
        };
        if let Some(next) = &next {
            command.save(&self.reservations, read.as_ref(), next);
        }
        Ok(next.is_some())
    }

    async fn refuse(&self, refused: &Reservation, intent: &Intent) -> Result<(), Problem> {
        let mut command = self.commands.begin(intent);
        command.insert(&self.reservations, refused);
        command.insert(&self.reservations, &Inspection::of(refused, intent.now));
        if let Answer::Refused(refused) = refused.answer() {
            command.publish(1, &refused);
        }
        command.audit("stock.refuse", refused.order_id());
        match command.attempt().await {
            Ok(_) => Ok(()),
            Err(Refused::Problem(problem)) => Err(problem),
            Err(Refused::Conditions(_)) => self.answer_again(refused.order_id(), intent).await,
        }
    }

    async fn answer_again(&self, order: OrderId, intent: &Intent) -> Result<(), Problem> {
        let reservation = self.reservation(order).await?;
        let reservation = reservation.ok_or_else(Problem::contention)?;
        let mut command = self.commands.begin(intent);
        match reservation.answer() {
            Answer::Reserved(reserved) => command.publish(reservation.rev, &reserved),
            Answer::Expired(expired) => command.publish(reservation.rev, &expired),
            Answer::Refused(refused) => command.publish(reservation.rev, &refused),
            Answer::Nothing => &mut command,
        };
        command.settle().await?;
        Ok(())
    }

    /// Lets go of what is held for a cancelled order. If nothing has been held yet, nothing ever will be.
    pub async fn release(&self, order: OrderId, intent: &Intent) -> Result<(), Problem> {
        let Some(reservation) = self.reservation(order).await? else {
            let mut command = self.commands.begin(intent);
            let tombstone = Reservation::tombstone(order, intent.now);
            command.insert(&self.reservations, &tombstone);
            command.insert(&self.reservations, &Inspection::of(&tombstone, intent.now));
            command.audit("stock.release", order);
            command.settle().await?;
            return Ok(());
        };
        match reservation.release(intent.now) {
            Some(turn) => {
                self.turn(&reservation, &turn, "stock.release", intent)
                    .await
            }
            None => Ok(()),
        }
    }

    /// Moves what is held for an order as far as the order has come: out of the warehouse, or back on the shelf.
    pub async fn progress(&self, order: &OrderProgressed, intent: &Intent) -> Result<(), Problem> {
        let id = order.order_id;
        let reservation = self.reservation(id).await?;
        let reservation = reservation
            .ok_or_else(|| Problem::unavailable(format!("nothing is held for {id} yet")))?;
        match reservation.progress(order, intent.now)? {
            Some(turn) => self.turn(&reservation, &turn, "stock.commit", intent).await,
            None => Ok(()),
        }
    }

    /// Holds what is held for an order as long as its payment waits for the customer.
    pub async fn wait_for(
        &self,
        payment: &PaymentActionRequired,
        intent: &Intent,
    ) -> Result<(), Problem> {
        let Some(reservation) = self.reservation(payment.order_id).await? else {
            return Ok(());
        };
        let Some(next) = reservation.wait_for(payment, intent.now) else {
            return Ok(());
        };
        let mut command = self.commands.begin(intent);
        self.revise(&mut command, &reservation, &next);
        command.audit("stock.hold-longer", payment.order_id);
        command.settle().await?;
        Ok(())
    }

    /// Lays what has become of a reservation into a command. With its second revision it begins to be looked at: the
    /// first is written in the rush, and as long as it stands the stock of each line is held against it.
    fn revise(&self, command: &mut Command, reservation: &Stored<Reservation>, next: &Reservation) {
        command.update(&self.reservations, reservation, next);
        if reservation.rev == 1 {
            let now = command.intent().now;
            command.insert(&self.reservations, &Inspection::of(next, now));
        }
    }

    async fn turn(
        &self,
        reservation: &Stored<Reservation>,
        turn: &Turn,
        action: &str,
        intent: &Intent,
    ) -> Result<(), Problem> {
        let order = reservation.order_id();
        let mut command = self.commands.begin(intent);
        self.revise(&mut command, reservation, &turn.next);
        self.shift(&mut command, &turn.movements);
        let changed = StockChanged::by(order, &turn.movements);
        command.publish(reservation.rev + 1, &changed);
        command.audit(action, order);
        command.settle().await?;
        Ok(())
    }

    /// Moves pieces by arithmetic at the store: what they are taken from must have them. One action a shard.
    fn shift(&self, command: &mut Command, movements: &[StockMovement]) {
        let place = |movement: &StockMovement| (movement.variant_id, movement.shard());
        for movements in movements.chunk_by(|one, next| place(one) == place(next)) {
            let [first, ..] = movements else { continue };
            command
                .change(&self.stock, &key(first), change(movements, false))
                .or(Problem::internal(
                    "less is reserved than is held for orders",
                ));
        }
    }

    /// The reservations whose time is over and of which that was not said yet: the first hundred.
    pub async fn overdue(&self, now: Timestamp) -> Result<Vec<Stored<Reservation>>, Problem> {
        // Behind the instant comes an order's id, which sorts before a tilde.
        let query = Query::index(BY_DUE, DUE)
            .up_to(format!("{now}#~"))
            .limit(OVERDUE_AT_ONCE);
        self.reservations.query(query).await
    }

    /// Says, once, that the time of a reservation is over. It stays held: the order decides.
    pub async fn announce_expiry(
        &self,
        reservation: &Stored<Reservation>,
        intent: &Intent,
    ) -> Result<(), Problem> {
        let mut command = self.commands.begin(intent);
        self.revise(&mut command, reservation, &reservation.expire());
        command.publish(reservation.rev + 1, &reservation.expired());
        command.audit("stock.expire", reservation.order_id());
        match command.settle().await {
            // The index is a moment behind its table: what has gone on since needs no announcement, and what
            // still does is found by the next run.
            Err(problem) if problem.is_contention() => Ok(()),
            settled => settled.map(drop),
        }
    }

    async fn reservation(&self, order: OrderId) -> Result<Option<Stored<Reservation>>, Problem> {
        self.reservations.get(&Reservation::key_of(order)).await
    }
}

/// The shard in which something moves.
fn key(movement: &StockMovement) -> Key {
    Stock::key_in(movement.variant_id, movement.shard())
}

/// Movements of one shard as arithmetic at the store: what they take must be there, then all levels change at once, and
/// the revision by one for each. Where the first shard is a guess, it must have all that there is.
fn change(movements: &[StockMovement], is_guess: bool) -> Change {
    let levels = Shift::of_all(movements).levels();
    let levels = levels.into_iter().filter(|(_, change)| *change != 0);
    let (mut set, mut when) = (Vec::new(), Vec::new());
    let mut numbers = Vec::new();
    for (level, change) in levels {
        set.push(format!("{level} = {level} + :{level}"));
        numbers.push((format!(":{level}"), change));
        if change < 0 {
            when.push(format!("{level} >= :{level}_taken"));
            numbers.push((format!(":{level}_taken"), -change));
        }
    }
    if is_guess {
        when.push("(attribute_not_exists(spread) OR spread = :alone)".to_owned());
        numbers.push((":alone".to_owned(), 1));
    }
    let change = Change::set(&set.join(", ")).steps(movements.len() as u64);
    let change = if when.is_empty() {
        change
    } else {
        change.when(&when.join(" AND "))
    };
    let numbers = numbers.into_iter();
    numbers.fold(change, |change, (name, number)| {
        change.number(&name, number)
    })
}
