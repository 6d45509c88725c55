//! The tables of inventory: the only place of the service that names DynamoDB.

use contracts::{
    events::{Shortage, StockChanged},
    views::VariantOwner,
};
use dynamo::{Attributes, Change, Commands, Db, Intent, Query, Refused, Stored, Table, item};
use kernel::{OrderId, Problem, Quantity, Reply, Timestamp, VariantId};
use lambda::Platform;

use crate::{
    reservation::{Answer, BY_DUE, DUE, Held, Reservation},
    stock::{Move, Stock},
};

/// How many variants one transaction stocks: as many as one `stock.changed` names.
const STOCKED_AT_ONCE: usize = 50;

/// How many overdue reservations one run takes on.
const OVERDUE_AT_ONCE: usize = 100;

/// Stock and reservations.
#[derive(Debug)]
pub struct Shelves {
    db: Db,
    stock: Table,
    reservations: Table,
    commands: Commands,
}

/// The place of a variant, which may never have held a piece.
#[derive(Debug)]
pub struct Shelf {
    /// What there is.
    pub stock: Stock,
    stored: Option<Stored<Stock>>,
}

impl Shelf {
    /// Counts the changes of what there is: 0 for what never changed.
    pub fn version(&self) -> u64 {
        self.stored.as_ref().map_or(0, |stored| stored.rev)
    }
}

impl Shelves {
    /// With the tables of the stage.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        Ok(Self {
            db: platform.db.clone(),
            stock: platform.table("inventory", "stock"),
            reservations: platform.table("inventory", "reservations"),
            commands: platform.commands("inventory"),
        })
    }

    /// The shelf of a variant, if there is such a variant. Who sells it is asked of the product service only
    /// as long as there is no stock of it.
    pub async fn find(&self, variant: VariantId) -> Result<Option<Shelf>, Problem> {
        if let Some(stored) = self.stock.get::<Stock>(&Stock::key_of(variant)).await? {
            return Ok(Some(Shelf {
                stock: stored.value.clone(),
                stored: Some(stored),
            }));
        }
        let owner = self.db.view::<VariantOwner>(&variant).await?;
        Ok(owner.map(|owner| Shelf {
            stock: Stock::none(variant, owner.seller_id),
            stored: None,
        }))
    }

    /// Books what a shelf has now; refused as contention if it has changed since it was found.
    pub async fn restock<T>(
        &self,
        found: &Shelf,
        next: &Stock,
        intent: &Intent,
        reply: Reply<T>,
    ) -> Result<Reply<T>, Problem> {
        let mut command = self.commands.begin(intent);
        command.save(&self.stock, found.stored.as_ref(), next);
        let changed = StockChanged {
            cause: intent.causation_id.clone(),
            variant_ids: vec![next.variant_id()],
        };
        command.publish(1, &changed);
        command.audit("stock.receive", next.variant_id());
        command.commit(reply).await
    }

    /// Stocks variants that have no stock yet. A variant that was counted before, by a receipt or by an earlier
    /// import, stays as it is.
    pub async fn open(&self, opening: &[Stock], intent: &Intent) -> Result<(), Problem> {
        for (step, opening) in (1_u64..).zip(opening.chunks(STOCKED_AT_ONCE)) {
            let keys = opening
                .iter()
                .map(|stock| Stock::key_of(stock.variant_id()));
            let counted = self.stock.get_many::<Stock>(keys.collect()).await?;
            let is_new = |stock: &&Stock| {
                let variant = stock.variant_id();
                counted
                    .iter()
                    .all(|counted| counted.variant_id() != variant)
            };
            let fresh: Vec<&Stock> = opening.iter().filter(is_new).collect();
            if fresh.is_empty() {
                continue;
            }

            let mut command = self.commands.begin(&Intent {
                key: format!("{}.{step}", intent.key),
                ..intent.clone()
            });
            for stock in &fresh {
                command.insert(&self.stock, *stock);
            }
            let changed = StockChanged {
                cause: intent.causation_id.clone(),
                variant_ids: fresh.iter().map(|stock| stock.variant_id()).collect(),
            };
            command.publish(step, &changed);
            command.audit("stock.open", &intent.causation_id);
            command.settle().await?;
        }
        Ok(())
    }

    /// Holds all that an order wants, or nothing of it, and tells the order. An order that was answered before
    /// gets the same answer again.
    pub async fn hold(&self, wanted: &Reservation, intent: &Intent) -> Result<(), Problem> {
        let mut command = self.commands.begin(intent);
        command.insert(&self.reservations, wanted);
        for line in wanted.lines() {
            command.change(
                &self.stock,
                &Stock::key_of(line.variant_id),
                change(Move::Hold, line.quantity),
            );
        }
        if let Answer::Reserved(reserved) = wanted.answer() {
            command.publish(1, &reserved).publish(1, &wanted.moved());
        }
        command.audit("stock.reserve", wanted.order_id());
        match command.attempt().await {
            Ok(_) => Ok(()),
            Err(Refused::Problem(problem)) => Err(problem),
            Err(Refused::Conditions(failed)) if failed.iter().any(|(place, _)| *place == 0) => {
                self.answer_again(wanted.order_id(), intent).await
            }
            Err(Refused::Conditions(failed)) => self.refuse(wanted, failed, intent).await,
        }
    }

    async fn refuse(
        &self,
        wanted: &Reservation,
        failed: Vec<(usize, Option<Attributes>)>,
        intent: &Intent,
    ) -> Result<(), Problem> {
        let short = |(place, stock): (usize, Option<Attributes>)| {
            // The reservation itself is the first action, its lines are the next.
            let line = wanted.lines().get(place.wrapping_sub(1))?;
            Some(shortage(line, stock))
        };
        let shortages = failed.into_iter().filter_map(short);
        let refused = wanted.refuse(shortages.collect::<Result<_, _>>()?, intent.now);
        let mut command = self.commands.begin(intent);
        command.insert(&self.reservations, &refused);
        if let Answer::Refused(refused) = refused.answer() {
            command.publish(1, &refused);
        }
        command.audit("stock.refuse", wanted.order_id());
        command.settle().await?;
        Ok(())
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
            command.insert(
                &self.reservations,
                &Reservation::tombstone(order, intent.now),
            );
            command.audit("stock.release", order);
            command.settle().await?;
            return Ok(());
        };
        match reservation.release(intent.now) {
            Some(released) => {
                let action = "stock.release";
                self.end(&reservation, &released, Move::Release, action, intent)
                    .await
            }
            None => Ok(()),
        }
    }

    /// Takes what is held for a shipped order out of the warehouse.
    pub async fn commit(&self, order: OrderId, intent: &Intent) -> Result<(), Problem> {
        let reservation = self.reservation(order).await?;
        let reservation = reservation
            .ok_or_else(|| Problem::unavailable(format!("nothing is held for {order} yet")))?;
        match reservation.commit(intent.now)? {
            Some(committed) => {
                let action = "stock.commit";
                self.end(&reservation, &committed, Move::Commit, action, intent)
                    .await
            }
            None => Ok(()),
        }
    }

    async fn end(
        &self,
        reservation: &Stored<Reservation>,
        next: &Reservation,
        movement: Move,
        action: &str,
        intent: &Intent,
    ) -> Result<(), Problem> {
        let mut command = self.commands.begin(intent);
        command.update(&self.reservations, reservation, next);
        for line in next.lines() {
            let key = Stock::key_of(line.variant_id);
            command
                .change(&self.stock, &key, change(movement, line.quantity))
                .or(Problem::internal(
                    "less is reserved than is held for orders",
                ));
        }
        // The second and last time that this order moves stock.
        command.publish(2, &next.moved());
        command.audit(action, next.order_id());
        command.settle().await?;
        Ok(())
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
        command.update(&self.reservations, reservation, &reservation.expire());
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

/// A movement as arithmetic at the store: what it takes must be there, then all levels change at once.
fn change(movement: Move, quantity: Quantity) -> Change {
    let gains = movement.gains().iter().map(|level| (level.name(), '+'));
    let takes = movement.takes().iter().map(|level| (level.name(), '-'));
    let set: Vec<String> = gains
        .chain(takes)
        .map(|(level, sign)| format!("{level} = {level} {sign} :pieces"))
        .collect();
    let enough: Vec<String> = movement
        .takes()
        .iter()
        .map(|level| format!("{} >= :pieces", level.name()))
        .collect();
    Change::set(&set.join(", "))
        .when(&enough.join(" AND "))
        .number(":pieces", quantity.get())
}

/// What was short, by the stock that the failed condition has shown; a variant without stock has none.
fn shortage(line: &Held, stock: Option<Attributes>) -> Result<Shortage, Problem> {
    let stock = stock.map(item::decode::<Stock>).transpose()?;
    Ok(Shortage {
        variant_id: line.variant_id,
        wanted: line.quantity.get(),
        available: stock.map_or(0, |stock| stock.available()),
    })
}
