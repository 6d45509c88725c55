//! The stock of a hot variant, spread over shards: one item sells some hundred pieces a second at most, for whoever
//! comes while another's transaction is at it is refused, and so do several items each.
//!
//! A piece lies in one shard. It is held, released and sold there, by movements that name it; only what is available
//! is ever laid into another one, which moves nothing in or out of the warehouse and is counted apart. So what there is
//! is the sum of the shards, and what has moved is the sum of their revisions without those of rearranging.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use contracts::events::Balance;
use dynamo::Stored;
use kernel::{Id, OrderId, Problem, Timestamp, VariantId};
use serde::{Deserialize, Serialize};

use crate::stock::Stock;

/// All shards of a variant's stock, the first one first. Of most variants that is the only one.
#[derive(Clone, PartialEq, Debug)]
pub struct Shards(Vec<Stored<Stock>>);

/// Pieces of one shard.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Part {
    /// Which; 0 is the first.
    pub shard: u32,
    /// How many.
    pub pieces: u32,
}

impl Shards {
    /// The most shards that a variant has: one transaction writes them all.
    pub const MOST: u32 = 64;

    /// Of these items, in any order; nothing without the first.
    pub fn of(mut items: Vec<Stored<Stock>>) -> Option<Self> {
        items.sort_by_key(|item| item.shard());
        let is_there = items.first().is_some_and(|first| first.shard() == 0);
        is_there.then_some(Self(items))
    }

    /// The first, which says how many there are.
    pub fn first(&self) -> &Stored<Stock> {
        &self.0[0]
    }

    /// Whether all are there that the first speaks of.
    pub fn is_whole(&self) -> bool {
        let numbers = self.0.iter().map(|item| item.shard());
        numbers.eq(0..self.first().shards())
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Stored<Stock>> {
        self.0.iter()
    }

    /// What there is in all of them.
    pub fn stock(&self) -> Stock {
        let sum = |level: fn(&Stock) -> u32| {
            let levels = self.0.iter().map(|item| level(item));
            levels.fold(0, u32::saturating_add)
        };
        let mut stock = self.first().value.clone();
        stock.on_hand = sum(|stock| stock.on_hand);
        stock.reserved = sum(|stock| stock.reserved);
        stock.available = sum(|stock| stock.available);
        stock
    }

    /// The same, to be held against the ledger.
    pub fn balance(&self) -> Balance {
        self.stock().balance()
    }

    /// How often it has changed in any way.
    pub fn revision(&self) -> u64 {
        self.0.iter().map(|item| item.rev).sum()
    }

    /// How many movements it has seen.
    pub fn movements(&self) -> u64 {
        let moved = |item: &Stored<Stock>| item.rev.saturating_sub(item.rearranged());
        self.0.iter().map(moved).sum()
    }

    /// When it last changed.
    pub fn updated_at(&self) -> Timestamp {
        let changed = self.0.iter().map(|item| item.updated_at);
        changed.fold(self.first().updated_at, Timestamp::max)
    }

    /// Whether nothing has changed between this look and another: then there was a moment at which it was just so,
    /// although no look sees all shards at one.
    pub fn is_still(&self, other: &Self) -> bool {
        let revisions = |shards: &Self| shards.0.iter().map(|item| item.rev).collect::<Vec<_>>();
        revisions(self) == revisions(other)
    }

    /// The shards from which so many pieces can be taken: one, if one has so many, the next from `own` on; else as few
    /// as possible. Nothing if all together have less.
    pub fn parts(&self, own: u32, pieces: u32) -> Option<Vec<Part>> {
        let after = |item: &&Stored<Stock>| (item.shard() < own, item.shard());
        let enough = self.0.iter().filter(|item| item.available() >= pieces);
        if let Some(one) = enough.min_by_key(after) {
            let shard = one.shard();
            return Some(vec![Part { shard, pieces }]);
        }
        let mut fullest: Vec<&Stored<Stock>> = self.0.iter().collect();
        fullest.sort_by_key(|item| (std::cmp::Reverse(item.available()), after(item)));
        let mut left = pieces;
        let mut parts = Vec::new();
        for item in fullest {
            let pieces = item.available().min(left);
            left -= pieces;
            if pieces > 0 {
                let shard = item.shard();
                parts.push(Part { shard, pieces });
            }
        }
        (left == 0).then_some(parts)
    }

    /// How all that is available lies in one of them.
    pub fn together(&self, shard: u32) -> Vec<u32> {
        let all = self.stock().available();
        let shards = 0..self.first().shards();
        shards
            .map(|number| if number == shard { all } else { 0 })
            .collect()
    }
}

/// Over how many shards stock is to be spread.
///
/// # Errors
/// `validation_failed` for none and for more than [`Shards::MOST`].
pub fn checked(shards: u32) -> Result<u32, Problem> {
    let most = Shards::MOST;
    let is_possible = (1..=most).contains(&shards);
    is_possible
        .then_some(shards)
        .ok_or_else(|| Problem::invalid("/shards", format!("expected 1 to {most} shards")))
}

/// How so many available pieces lie evenly over the first `spread` of at least so many shards; the others have none.
pub fn even(available: u32, spread: u32, shards: u32) -> Vec<u32> {
    let share = |shard| match shard {
        shard if shard >= spread => 0,
        shard => available / spread + u32::from(shard < available % spread),
    };
    (0..shards.max(spread)).map(share).collect()
}

/// The shard in which an order looks first: the last bits of its id are random.
pub fn own(order: OrderId, spread: u32) -> u32 {
    let shard = order.uuid().as_u128() % u128::from(spread.max(1));
    u32::try_from(shard).unwrap_or(0)
}

/// How long a process takes a variant to be spread as it was.
const BELIEVED_FOR: Duration = Duration::from_mins(1);
/// More variants than this are not remembered.
const REMEMBERED: usize = 1_000;

/// The variants that this process has met spread, over how many shards, and when. It is a guess where to look first:
/// what is not so any more is found at the store.
#[derive(Debug, Default)]
pub(crate) struct Met(Mutex<HashMap<VariantId, (u32, Timestamp)>>);

impl Met {
    /// Over how many shards a variant was spread a moment ago, if it was.
    pub(crate) fn spread(&self, variant: VariantId, now: Timestamp) -> Option<u32> {
        let seen = self.with(|met| met.get(&variant).copied());
        let (spread, _) = seen.filter(|(_, at)| now.since(*at) <= BELIEVED_FOR)?;
        Some(spread)
    }

    /// That it is spread so.
    pub(crate) fn learn(&self, variant: VariantId, spread: u32, now: Timestamp) {
        self.with(|met| {
            if met.len() >= REMEMBERED {
                met.clear();
            }
            if spread > 1 {
                met.insert(variant, (spread, now));
            } else {
                met.remove(&variant);
            }
        });
    }

    fn with<T>(&self, what: impl FnOnce(&mut HashMap<VariantId, (u32, Timestamp)>) -> T) -> T {
        // Nothing panics while it holds the lock.
        what(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests;
