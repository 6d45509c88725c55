//! Stock and reservations, looked at now and then: whether all that is known of a variant's pieces, and of an order's,
//! still is the same.
//!
//! The levels of a variant are held against its ledger, the ledger against the sum of its movements, and what of them
//! is held for orders against the reservations; a reservation is held against the movements that it has caused. So
//! whichever of the three is altered or gone, another one contradicts.

use std::{collections::BTreeMap, time::Duration};

use contracts::events::{MovementKind, StockMovement};
use dynamo::{Finding, Inspection, Intent, Look, Query, Stored, inspection::PATIENCE};
use kernel::{OrderId, Problem, Timestamp, VariantId};

use super::{Shelves, shards};
use crate::{
    ledger::{BY_CAUSE, Ledger, MOVEMENTS, Movement, Verdict},
    reservation::Reservation,
    shards::Shards,
    stock::{Shift, Stock},
};

/// So many inspections one run takes on.
const INSPECTED_AT_ONCE: usize = 100;
/// So many movements are read at once.
const MOVEMENTS_AT_ONCE: usize = 1_000;
/// What is closed is kept longer than this, so a reservation that is missing was taken away.
const OFTEN: Duration = Duration::from_hours(30 * 24);

/// What the movements of a variant come to.
#[derive(Debug, Default)]
struct Tally {
    movements: u64,
    shift: Shift,
    /// How many pieces are still held, by what they are held for.
    held: BTreeMap<String, i64>,
    /// The same by the shard that they are in.
    reserved: BTreeMap<u32, i64>,
}

impl Tally {
    fn take(&mut self, recorded: &Movement) {
        let movement = &recorded.movement;
        let shift = Shift::of(movement);
        self.movements += 1;
        self.shift.on_hand += shift.on_hand;
        self.shift.reserved += shift.reserved;
        self.shift.available += shift.available;
        if shift.reserved != 0 {
            *self.held.entry(recorded.cause().to_owned()).or_default() += shift.reserved;
            *self.reserved.entry(movement.shard()).or_default() += shift.reserved;
        }
    }

    fn comes_to(&self, ledger: &Ledger) -> bool {
        let balance = ledger.balance();
        let levels = (balance.on_hand, balance.reserved, balance.available);
        let shift = self.shift;
        self.movements == ledger.movements()
            && (shift.on_hand, shift.reserved, shift.available) == levels
    }
}

/// What has moved for an order.
#[derive(Debug, Default)]
struct Moved {
    /// How many pieces of a variant were held, shipped and called off.
    pieces: BTreeMap<VariantId, [i64; 3]>,
    /// How many are held in a shard.
    reserved: BTreeMap<(VariantId, u32), i64>,
}

impl Moved {
    fn take(&mut self, movement: &StockMovement) {
        let place = match movement.kind {
            MovementKind::Reserved => 0,
            MovementKind::Sold => 1,
            MovementKind::Released => 2,
            MovementKind::Received | MovementKind::Returned | MovementKind::Adjusted => return,
        };
        let variant = movement.variant_id;
        self.pieces.entry(variant).or_default()[place] += movement.pieces;
        let shard = (variant, movement.shard());
        *self.reserved.entry(shard).or_default() += Shift::of(movement).reserved;
    }

    /// The shards in which any are held.
    fn held(mut self) -> BTreeMap<(VariantId, u32), i64> {
        self.reserved.retain(|_, pieces| *pieces != 0);
        self.reserved
    }
}

impl Shelves {
    /// The variants that are due to be looked at.
    pub async fn stock_due(&self, now: Timestamp) -> Result<Vec<Stored<Inspection>>, Problem> {
        self.stock.due(now, INSPECTED_AT_ONCE).await
    }

    /// The reservations that are due to be looked at.
    pub async fn reservations_due(
        &self,
        now: Timestamp,
    ) -> Result<Vec<Stored<Inspection>>, Problem> {
        self.reservations.due(now, INSPECTED_AT_ONCE).await
    }

    /// Looks at a variant; whether anything is wrong with it.
    pub async fn inspect_stock(
        &self,
        inspection: &Stored<Inspection>,
        intent: &Intent,
    ) -> Result<bool, Problem> {
        let variant = inspection.about().trim_start_matches("stock#");
        let variant = variant.parse().map_err(Problem::internal)?;
        let finding = self.look_at_stock(variant, intent.now).await?;
        let concluded = (inspection, finding);
        let done = self.commands.conclude(&self.stock, concluded, intent);
        done.await
    }

    /// Looks at a reservation; whether anything is wrong with it.
    pub async fn inspect_reservation(
        &self,
        inspection: &Stored<Inspection>,
        intent: &Intent,
    ) -> Result<bool, Problem> {
        let order = inspection.about().trim_start_matches("reservation#");
        let order = order.parse().map_err(Problem::internal)?;
        let finding = self.look_at_reservation(order, inspection, intent.now);
        let concluded = (inspection, finding.await?);
        let done = self
            .commands
            .conclude(&self.reservations, concluded, intent);
        done.await
    }

    async fn look_at_stock(&self, variant: VariantId, now: Timestamp) -> Result<Finding, Problem> {
        // The ledger first: a stock that has not moved since cannot have fewer revisions than it has movements.
        let key = Ledger::key_of(variant);
        let ledger = self.ledger.look_at::<Ledger>(&key).await?;
        let first = match self.stock.look_at::<Stock>(&Stock::key_of(variant)).await? {
            Look::There(first) => first,
            Look::Missing => return Ok(Finding::Wrong("the stock of a variant is gone")),
            Look::Unreadable => return Ok(Finding::Wrong("the stock of a variant cannot be read")),
        };
        if first.variant_id() != variant || first.shard() != 0 {
            return Ok(Finding::Wrong("a variant is another one"));
        }
        let found = match self.look_at_shards(first).await? {
            Ok(found) => found,
            Err(how) => return Ok(Finding::Wrong(how)),
        };
        let stock = &found.shards;
        let ledger = match ledger {
            Look::There(ledger) => ledger,
            // It was spread before there was a piece of it.
            Look::Missing if stock.movements() == 0 => return Ok(Finding::Whole),
            Look::Missing => return Ok(Finding::Wrong("the ledger of a variant is gone")),
            Look::Unreadable => return Ok(Finding::Wrong("a ledger cannot be read")),
        };
        if ledger.variant_id() != variant {
            return Ok(Finding::Wrong("a variant is another one"));
        }
        match ledger.verdict(Some(stock)) {
            _ if !found.is_still => return Ok(Finding::Busy),
            Verdict::Behind if now.since(stock.updated_at()) < PATIENCE => {
                return Ok(Finding::Busy);
            }
            Verdict::Behind => return Ok(Finding::Wrong("movements of a variant were not heard")),
            Verdict::Differs => return Ok(Finding::Wrong("the ledger and the stock differ")),
            Verdict::Equal => {}
        }
        let Some(tally) = self.tally(variant).await? else {
            return Ok(Finding::Wrong("a movement cannot be read"));
        };
        if !tally.comes_to(&ledger) {
            return Ok(if self.ledger.has_moved(&ledger).await? {
                Finding::Busy
            } else {
                Finding::Wrong("a ledger is not what its movements come to")
            });
        }
        let is_held = |shard: &Stored<Stock>| {
            let held = tally.reserved.get(&shard.shard()).copied();
            shard.balance().reserved == held.unwrap_or(0)
        };
        if !stock.iter().all(is_held) {
            return Ok(Finding::Wrong(
                "other pieces are held in a shard than have moved there",
            ));
        }
        Ok(match self.held_for_nobody(variant, &tally, now).await? {
            Some(how) => Finding::Wrong(how),
            None => Finding::Whole,
        })
    }

    /// All shards of a variant, or what is wrong with them.
    async fn look_at_shards(
        &self,
        first: Stored<Stock>,
    ) -> Result<Result<shards::Look, &'static str>, Problem> {
        let variant = first.variant_id();
        if first.shards() > Shards::MOST {
            return Ok(Err("a variant has more shards than it can have"));
        }
        for shard in 1..first.shards() {
            let key = Stock::key_in(variant, shard);
            match self.stock.look_at::<Stock>(&key).await? {
                Look::There(item) if (item.variant_id(), item.shard()) == (variant, shard) => {}
                Look::There(_) => return Ok(Err("a shard is another one")),
                Look::Missing => return Ok(Err("a shard of a variant is gone")),
                Look::Unreadable => return Ok(Err("a shard of a variant cannot be read")),
            }
        }
        let found = self.all_shards(first).await?;
        Ok(if found.shards.is_whole() {
            Ok(found)
        } else {
            Err("a shard of a variant is gone")
        })
    }

    /// All movements of a variant; nothing if one of them cannot be read. They are read as often as the variant has
    /// become twice as old: each of them twice in all.
    async fn tally(&self, variant: VariantId) -> Result<Option<Tally>, Problem> {
        let run = Query::table(Ledger::run(variant)).starting_with(MOVEMENTS);
        let run = run.limit(MOVEMENTS_AT_ONCE);
        let (mut tally, mut after) = (Tally::default(), None);
        loop {
            let read = self.ledger.look_through::<Movement>(run.clone(), after);
            let (Some(movements), next) = read.await? else {
                return Ok(None);
            };
            let own = movements.iter();
            own.filter(|recorded| recorded.movement.variant_id == variant)
                .for_each(|recorded| tally.take(recorded));
            after = next;
            if after.is_none() {
                return Ok(Some(tally));
            }
        }
    }

    /// What is wrong with the pieces of a variant that are held. A reservation that has moved just now is let be.
    async fn held_for_nobody(
        &self,
        variant: VariantId,
        tally: &Tally,
        now: Timestamp,
    ) -> Result<Option<&'static str>, Problem> {
        for (cause, pieces) in tally.held.iter().filter(|(_, pieces)| **pieces != 0) {
            let Ok(order) = cause.parse::<OrderId>() else {
                return Ok(Some("pieces are held for no order"));
            };
            let key = Reservation::key_of(order);
            let Look::There(reservation) = self.reservations.look_at::<Reservation>(&key).await?
            else {
                return Ok(Some("pieces are held without a reservation"));
            };
            if let Some(how) = reservation.contradiction(now) {
                return Ok(Some(how));
            }
            let is_same = i64::from(reservation.held_of(variant)) == *pieces;
            if !is_same && now.since(reservation.updated_at) >= PATIENCE {
                return Ok(Some("other pieces are held than a reservation has"));
            }
        }
        Ok(None)
    }

    async fn look_at_reservation(
        &self,
        order: OrderId,
        inspection: &Inspection,
        now: Timestamp,
    ) -> Result<Finding, Problem> {
        let key = Reservation::key_of(order);
        let reservation = match self.reservations.look_at::<Reservation>(&key).await? {
            Look::There(reservation) => reservation,
            Look::Missing => return Ok(Finding::Wrong("a reservation is gone")),
            Look::Unreadable => return Ok(Finding::Wrong("a reservation cannot be read")),
        };
        if reservation.order_id() != order {
            return Ok(Finding::Wrong("a reservation is of another order"));
        }
        if let Some(how) = reservation.contradiction(now) {
            return Ok(Finding::Wrong(how));
        }
        if now.since(reservation.updated_at) < PATIENCE {
            return Ok(Finding::Busy);
        }
        let moved = self.moved_for(order).await?;
        let is_same = moved.is_some_and(|moved| {
            moved.pieces == reservation.moved() && moved.held() == reservation.held_in()
        });
        if !is_same {
            return Ok(Finding::Wrong("a reservation is not what has moved for it"));
        }
        let next = inspection.next(now).min(now.plus(OFTEN));
        let ends = dynamo::Item::expires_at(&reservation.value);
        Ok(if ends.is_some_and(|end| end <= next) {
            Finding::Ending
        } else {
            Finding::Moving(OFTEN)
        })
    }

    /// What has moved for an order, as its reservation has it; nothing if a movement cannot be read.
    async fn moved_for(&self, order: OrderId) -> Result<Option<Moved>, Problem> {
        let run = Query::index(BY_CAUSE, order.to_string()).limit(MOVEMENTS_AT_ONCE);
        let (mut moved, mut after) = (Moved::default(), None);
        loop {
            let read = self.ledger.look_through::<Movement>(run.clone(), after);
            let (Some(movements), next) = read.await? else {
                return Ok(None);
            };
            for recorded in &movements {
                moved.take(&recorded.movement);
            }
            after = next;
            if after.is_none() {
                return Ok(Some(moved));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use contracts::{Event, events::StockChanged};

    use super::*;

    fn recorded(movements: &[(MovementKind, i64)]) -> Vec<Movement> {
        let variant = StockChanged::example().movements[0].variant_id;
        let movements = movements.iter();
        let movements: Vec<_> = movements
            .map(|(kind, pieces)| StockMovement::new(variant, *kind, *pieces))
            .collect();
        crate::ledger::tests::told(&movements)
    }

    #[test]
    fn what_is_held_is_what_was_reserved_and_neither_sold_nor_released() {
        let mut tally = Tally::default();
        let movements = recorded(&[
            (MovementKind::Received, 9),
            (MovementKind::Reserved, 4),
            (MovementKind::Sold, 1),
            (MovementKind::Released, 1),
        ]);
        for movement in &movements {
            tally.take(movement);
        }
        assert_eq!(tally.movements, 4);
        assert_eq!(tally.held, BTreeMap::from([("cause".to_owned(), 2)]));
        let levels = (
            tally.shift.on_hand,
            tally.shift.reserved,
            tally.shift.available,
        );
        assert_eq!(levels, (8, 2, 6));
    }
}
