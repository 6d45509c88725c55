//! The ledger's part of the store.

use contracts::{
    Metadata,
    events::{StockBackInStock, StockChanged, StockDiscrepancyFound, StockRanLow},
};
use dynamo::{Change, Command, Cursors, Intent, Query, Settled, Stored};
use kernel::{Page, Problem, Quantity, Reply, VariantId, page::Limit};

use super::Shelves;
use crate::{
    ledger::{BY_UNCHECKED, Crossing, Ledger, MOVEMENTS, Movement, UNCHECKED, Verdict},
    shards::Shards,
    stock::{Shift, Stock},
};

/// The movements of how many variants one transaction records, and how many items they are, the ledgers among them: a
/// transaction has a hundred. Few are more than two movements of a variant: one a shard that they are from, and one.
const RECORDED_AT_ONCE: usize = 30;
const ITEMS_AT_ONCE: usize = 90;

/// How many ledgers one run holds against the stock.
const CHECKED_AT_ONCE: usize = 100;

/// A ledger, and the stock that was read after it.
#[derive(Debug)]
pub struct Check {
    ledger: Stored<Ledger>,
    stock: Option<Shards>,
    /// Whether there was a moment at which the stock was just so.
    is_still: bool,
}

impl Check {
    /// The variant.
    pub fn variant_id(&self) -> VariantId {
        self.ledger.variant_id()
    }

    /// What comes of it.
    pub fn verdict(&self) -> Verdict {
        if self.is_still {
            self.ledger.verdict(self.stock.as_ref())
        } else {
            Verdict::Behind
        }
    }

    /// What names it, the same in every run: so many movements are judged once, and put off once a time.
    pub fn name(&self) -> String {
        let (variant, ledger) = (self.variant_id(), &self.ledger);
        match (self.verdict(), ledger.unchecked_since()) {
            (Verdict::Behind, Some(since)) => format!("put {variant} off since {since}"),
            _ => format!("check {variant} at {}", ledger.movements()),
        }
    }
}

impl Shelves {
    /// Records what an event tells of movements, and says which lines were crossed by them.
    pub async fn record(
        &self,
        event: &Metadata,
        changed: &StockChanged,
        intent: &Intent,
    ) -> Result<(), Problem> {
        let movements = Movement::told_by(event, changed);
        let variants: Vec<&[Movement]> = movements
            .chunk_by(|one, next| one.movement.variant_id == next.movement.variant_id)
            .collect();
        for (step, variants) in (1_u64..).zip(batches(&variants)) {
            let intent = Intent {
                key: format!("{}.{step}", intent.key),
                ..intent.clone()
            };
            self.record_some(variants, &intent).await?;
        }
        Ok(())
    }

    async fn record_some(&self, variants: &[&[Movement]], intent: &Intent) -> Result<(), Problem> {
        let ids = variants.iter().filter_map(|movements| movements.first());
        let keys = ids.map(|first| Ledger::key_of(first.movement.variant_id));
        let ledgers = self.ledger.get_many::<Ledger>(keys.collect()).await?;
        let mut command = self.commands.begin(intent);
        let mut crossed = Vec::new();
        for movements in variants {
            let Some(variant) = movements.first().map(|first| first.movement.variant_id) else {
                continue;
            };
            for movement in *movements {
                command.insert(&self.ledger, movement);
            }
            let steps = movements.len() as u64;
            let shift = Shift::of_all(movements.iter().map(|recorded| &recorded.movement));
            let stored = ledgers.iter().find(|ledger| ledger.variant_id() == variant);
            let ledger =
                stored.map_or_else(|| Ledger::empty(variant), |stored| stored.value.clone());
            let next = ledger.record(shift, steps, intent.now);
            let crossing = ledger.crossing(shift.available);
            match stored {
                // Movements of one variant pass each other as long as they cross no line.
                Some(_) if crossing.is_none() => {
                    let change = change(&ledger, shift, steps, intent);
                    command.change(&self.ledger, &Ledger::key_of(variant), change);
                }
                _ => {
                    command.save(&self.ledger, stored, &next);
                }
            }
            if let Some(line) = crossing {
                let revision = stored.map_or(0, |stored| stored.rev) + 1;
                crossed.push((next, revision, line));
            }
        }
        self.tell(&mut command, &crossed).await?;
        command.settle().await?;
        Ok(())
    }

    /// Says which lines were crossed, and to whom the variants belong.
    async fn tell(
        &self,
        command: &mut Command,
        crossed: &[(Ledger, u64, Crossing)],
    ) -> Result<(), Problem> {
        let keys = crossed
            .iter()
            .map(|(ledger, ..)| Stock::key_of(ledger.variant_id()));
        let stocks = self.stock.get_many::<Stock>(keys.collect()).await?;
        for (ledger, revision, line) in crossed {
            let variant_id = ledger.variant_id();
            let stock = stocks.iter().find(|stock| stock.variant_id() == variant_id);
            let seller_id = stock
                .ok_or_else(|| Problem::internal(format!("{variant_id} moved and has no stock")))?
                .seller_id();
            let available = ledger.balance().available;
            match *line {
                Crossing::RanLow(reorder_point) => command.publish(
                    *revision,
                    &StockRanLow {
                        variant_id,
                        seller_id,
                        available,
                        reorder_point,
                    },
                ),
                Crossing::BackInStock => command.publish(
                    *revision,
                    &StockBackInStock {
                        variant_id,
                        seller_id,
                        available,
                    },
                ),
            };
        }
        Ok(())
    }

    /// A page of a variant's movements, the newest first.
    pub async fn movements(
        &self,
        variant: VariantId,
        limit: Limit,
        (cursors, cursor): (&Cursors, Option<&str>),
    ) -> Result<Page<Stored<Movement>>, Problem> {
        let query = Query::table(Ledger::run(variant))
            .starting_with(MOVEMENTS)
            .descending()
            .limit(limit.get());
        let scope = format!("movements {variant}");
        self.ledger.page(query, cursors, &scope, cursor).await
    }

    /// The ledger of a variant; an empty one, if nothing of it has moved.
    pub async fn ledger(&self, variant: VariantId) -> Result<Ledger, Problem> {
        let stored = self.stored_ledger(variant).await?;
        Ok(stored.map_or_else(|| Ledger::empty(variant), |stored| stored.value))
    }

    pub(super) async fn stored_ledger(
        &self,
        variant: VariantId,
    ) -> Result<Option<Stored<Ledger>>, Problem> {
        self.ledger.get(&Ledger::key_of(variant)).await
    }

    /// Keeps from how many pieces on a variant is low.
    pub async fn reorder_at<T>(
        &self,
        variant: VariantId,
        pieces: Option<Quantity>,
        intent: &Intent,
        reply: Reply<T>,
    ) -> Result<Reply<T>, Problem> {
        let stored = self.stored_ledger(variant).await?;
        let empty = Ledger::empty(variant);
        let ledger = stored.as_deref().unwrap_or(&empty);
        let mut command = self.commands.begin(intent);
        command.save(&self.ledger, stored.as_ref(), &ledger.reorder_at(pieces));
        command.audit("stock.set-reorder-point", variant);
        command.commit(reply).await
    }

    /// The ledgers that wait to be held against the stock, with the stock: the first hundred.
    pub async fn unchecked(&self) -> Result<Vec<Check>, Problem> {
        let query = Query::index(BY_UNCHECKED, UNCHECKED).limit(CHECKED_AT_ONCE);
        let ledgers = self.ledger.query::<Ledger>(query).await?;
        let keys = ledgers
            .iter()
            .map(|ledger| Stock::key_of(ledger.variant_id()));
        // The ledger first: a stock that has not moved since cannot have fewer revisions than it has movements.
        let stocks = self.stock.get_many::<Stock>(keys.collect()).await?;
        let mut checks = Vec::with_capacity(ledgers.len());
        for ledger in ledgers {
            let variant = ledger.variant_id();
            let first = stocks.iter().find(|stock| stock.variant_id() == variant);
            let look = match first {
                Some(first) => Some(self.all_shards(first.clone()).await?),
                None => None,
            };
            let is_still = look.as_ref().is_none_or(|look| look.is_still);
            let stock = look.map(|look| look.shards);
            checks.push(Check {
                ledger,
                stock,
                is_still,
            });
        }
        Ok(checks)
    }

    /// Keeps what came of a check, and announces a difference: once a revision of the stock.
    pub async fn conclude(&self, check: &Check, intent: &Intent) -> Result<(), Problem> {
        let Check { ledger, stock, .. } = check;
        let verdict = check.verdict();
        let next = match verdict {
            Verdict::Behind => ledger.put_off(intent.now),
            Verdict::Equal | Verdict::Differs => ledger.checked(),
        };
        let mut command = self.commands.begin(intent);
        command.update(&self.ledger, ledger, &next);
        if verdict == Verdict::Differs {
            let variant_id = check.variant_id();
            tracing::error!(variant.id = %variant_id, "the ledger and the stock differ");
            let stock = stock.as_ref();
            let found = StockDiscrepancyFound {
                variant_id,
                seller_id: stock.map(|stock| stock.first().seller_id()),
                stock_revision: stock.map_or(0, Shards::movements),
                stock: stock.map(Shards::balance).unwrap_or_default(),
                ledger: ledger.balance(),
            };
            command.publish(ledger.rev + 1, &found);
            command.audit("stock.flag", variant_id);
        }
        match command.settle().await {
            // It has moved since, and waits to be looked at again.
            Err(problem) if problem.is_contention() => Ok(()),
            settled => settled.map(drop::<Settled>),
        }
    }
}

/// What is recorded together of these movements, variant by variant.
fn batches<'a, 'b>(variants: &'a [&'b [Movement]]) -> Vec<&'a [&'b [Movement]]> {
    let (mut batches, mut rest) = (Vec::new(), variants);
    while !rest.is_empty() {
        let mut items = 0;
        let fits = rest.iter().take(RECORDED_AT_ONCE).take_while(|movements| {
            items += 1 + movements.len();
            items <= ITEMS_AT_ONCE
        });
        let (batch, next) = rest.split_at(fits.count().max(1));
        batches.push(batch);
        rest = next;
    }
    batches
}

/// Movements that cross no line as arithmetic at the store, under the condition that they still cross none.
fn change(ledger: &Ledger, shift: Shift, steps: u64, intent: &Intent) -> Change {
    let (variant, now) = (ledger.variant_id(), intent.now);
    let change = Change::set(
        "on_hand = on_hand + :on_hand, reserved = reserved + :reserved, available = available + :available, \
         movements = movements + :movements, unchecked_since = if_not_exists(unchecked_since, :now), \
         by_unchecked_pk = :unchecked, by_unchecked_sk = if_not_exists(by_unchecked_sk, :place)",
    );
    let levels = shift.levels().into_iter();
    let change = levels
        .fold(change, |change, (level, by)| {
            change.number(&format!(":{level}"), by)
        })
        .number(":movements", steps)
        .text(":now", now)
        .text(":unchecked", UNCHECKED)
        .text(":place", Ledger::place(variant, now));
    let point = ledger.reorder_point().pieces;
    let same_point = match point {
        Some(_) => "reorder_point = :point",
        None => "attribute_not_exists(reorder_point)",
    };
    let change = match ledger.brink(shift.available) {
        Some((first, last)) => change
            .when(&format!(
                "{same_point} AND NOT (available BETWEEN :first AND :last)"
            ))
            .number(":first", first)
            .number(":last", last),
        None => change.when(same_point),
    };
    match point {
        Some(point) => change.number(":point", point.get()),
        None => change,
    }
}
