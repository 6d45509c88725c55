//! Stock that is spread over shards: how they are read, where an order finds its pieces, and how these come to lie
//! elsewhere.

use std::collections::HashMap;

use contracts::events::{Shortage, StockChanged};
use dynamo::{Attributes, Change, Command, Inspection, Intent, Stored, item};
use kernel::{Problem, VariantId};
use lambda::http::{self, Outcome};

use super::{Shelf, Shelves};
use crate::{
    reservation::{Held, Reservation},
    shards::{Part, Shards, even, own},
    stock::{Stock, StockLevels},
};

/// How often shards are looked at until nothing has changed between two looks.
const LOOKS: usize = 6;

/// How many parts of all lines one transaction takes: it has a hundred items, and three are the command record, the
/// reservation and its holder.
const PARTS: usize = 97;

/// Where the pieces are that an order did not find where it looked.
pub(super) enum Elsewhere {
    /// Take them from here.
    There(Reservation),
    /// There are too few.
    Short(Vec<Shortage>),
}

/// What was looked at.
#[derive(Debug)]
pub(super) struct Look {
    pub(super) shards: Shards,
    /// Whether there was a moment at which it was just so.
    pub(super) is_still: bool,
}

impl Shelves {
    /// All shards of a variant, the first of which was read; read once more, if there are others.
    pub(super) async fn all_shards(&self, first: Stored<Stock>) -> Result<Look, Problem> {
        if first.shards() == 1 {
            let shards = Shards::of(vec![first]).ok_or_else(gone)?;
            let is_still = true;
            return Ok(Look { shards, is_still });
        }
        let (variant, shards) = (first.variant_id(), first.shards());
        self.look(variant, shards, u32::MAX).await
    }

    /// Looks at the shards of a variant, of which there may be so many, until they hold still between two looks or
    /// `enough` pieces are seen.
    async fn look(&self, variant: VariantId, known: u32, enough: u32) -> Result<Look, Problem> {
        let mut shards = self.read_shards(variant, known).await?;
        for _ in 0..LOOKS {
            if shards.stock().available() >= enough {
                let is_still = false;
                return Ok(Look { shards, is_still });
            }
            let number = shards.first().shards();
            let again = self.read_shards(variant, number).await?;
            if shards.is_still(&again) {
                let is_still = true;
                return Ok(Look { shards, is_still });
            }
            shards = again;
        }
        let is_still = false;
        Ok(Look { shards, is_still })
    }

    async fn read_shards(&self, variant: VariantId, known: u32) -> Result<Shards, Problem> {
        let mut number = known.clamp(1, Shards::MOST);
        loop {
            let keys = (0..number).map(|shard| Stock::key_in(variant, shard));
            let items = self.stock.get_many::<Stock>(keys.collect()).await?;
            let shards = Shards::of(items).ok_or_else(gone)?;
            let there_are = shards.first().shards().min(Shards::MOST);
            if there_are <= number {
                return Ok(shards);
            }
            number = there_are;
        }
    }

    /// The same order with its lines where this process has met their variants spread: an order looks first in the
    /// shard that its id says, so that those of one variant come to different ones.
    pub(super) fn guess(&self, wanted: &Reservation, intent: &Intent) -> Reservation {
        let lines = wanted.lines().iter().filter_map(|line| {
            let spread = self.met.spread(line.variant_id, intent.now)?;
            let shard = own(wanted.order_id(), spread);
            let pieces = line.quantity.get();
            Some((line.variant_id, vec![Part { shard, pieces }]))
        });
        wanted.taken_from(&lines.collect())
    }

    /// Where the pieces are of which some were not found, shown with what was found instead.
    pub(super) async fn elsewhere(
        &self,
        wanted: &Reservation,
        missed: HashMap<VariantId, (u32, Option<Attributes>)>,
        intent: &Intent,
    ) -> Result<Elsewhere, Problem> {
        let (mut parts, mut shortages) = (HashMap::new(), Vec::new());
        for line in wanted.lines() {
            let Some((shard, found)) = missed.get(&line.variant_id) else {
                continue;
            };
            let found = found.clone().map(item::decode::<Stock>).transpose()?;
            match self
                .find_parts(wanted, line, (*shard, found), intent)
                .await?
            {
                Ok(found) => {
                    parts.insert(line.variant_id, found);
                }
                Err(shortage) => shortages.push(shortage),
            }
        }
        if !shortages.is_empty() {
            return Ok(Elsewhere::Short(shortages));
        }
        let next = wanted.taken_from(&parts);
        if next.held().len() > PARTS {
            self.bring_together(&next, intent).await?;
            return Err(Problem::contention());
        }
        Ok(Elsewhere::There(next))
    }

    /// In which shards the pieces of a line are, or that there are too few. It was looked for in one, where this was
    /// found.
    async fn find_parts(
        &self,
        wanted: &Reservation,
        line: &Held,
        (shard, found): (u32, Option<Stored<Stock>>),
        intent: &Intent,
    ) -> Result<Result<Vec<Part>, Shortage>, Problem> {
        let (variant, pieces) = (line.variant_id, line.quantity.get());
        let short = |available| {
            Err(Shortage {
                variant_id: variant,
                wanted: pieces,
                available,
            })
        };
        let known = found.as_ref().map_or(1, |found| found.shards());
        if shard == 0 && known == 1 {
            // It is the only one; a variant without stock has none.
            return Ok(short(found.map_or(0, |found| found.available())));
        }
        let met = self.met.spread(variant, intent.now).unwrap_or(1);
        let look = self.look(variant, known.max(met), pieces).await?;
        let spread = look.shards.first().spread();
        self.met.learn(variant, spread, intent.now);
        match look.shards.parts(own(wanted.order_id(), spread), pieces) {
            Some(parts) => Ok(Ok(parts)),
            // While pieces are bought or laid elsewhere, nobody can say that there are too few.
            None if !look.is_still => Err(Problem::contention()),
            None => Ok(short(look.shards.stock().available())),
        }
    }

    /// Lays all pieces of the line that would be from most shards into one of them: with all its parts the order does
    /// not fit into one transaction.
    async fn bring_together(&self, wanted: &Reservation, intent: &Intent) -> Result<(), Problem> {
        let lines = wanted.lines().iter();
        let Some(line) = lines.max_by_key(|line| line.parts.len()) else {
            return Ok(());
        };
        let variant = line.variant_id;
        let shards = self.read_shards(variant, Shards::MOST).await?;
        let shard = own(wanted.order_id(), shards.first().spread());
        let name = format!("{}.together {variant} {}", intent.key, shards.revision());
        let mut command = self.commands.begin(&Intent {
            key: name,
            ..intent.clone()
        });
        let layout = Layout {
            pieces: shards.together(shard),
            spread: shards.first().spread(),
            is_moved: false,
        };
        self.lay_out(&mut command, (Some(&shards), &shards.stock()), &layout);
        command.publish(1, &StockChanged::rearranged(wanted.order_id(), variant));
        command.audit("stock.rearrange", variant);
        command.settle().await?;
        Ok(())
    }

    /// Spreads what is available over so many shards, evenly.
    pub async fn spread(
        &self,
        found: &Shelf,
        spread: u32,
        intent: &Intent,
    ) -> Outcome<StockLevels> {
        let variant = found.stock.variant_id();
        let layout = Layout {
            pieces: even(found.stock.available(), spread, found.stock.shards()),
            spread,
            is_moved: false,
        };
        let mut command = self.commands.begin(intent);
        let steps = self.lay_out(&mut command, found.whole(), &layout);
        if steps > 0 {
            command.publish(1, &StockChanged::rearranged(&intent.causation_id, variant));
        }
        command.audit("stock.spread", variant);
        let levels = found.stock.over(found.stock.shards(), spread).levels();
        let reply = http::ok(&levels)?;
        let revision = found.version() + steps;
        command.commit(reply.version(revision)).await
    }

    /// Lays pieces out, by arithmetic at the store: orders go on meanwhile. How many shards change by it.
    pub(super) fn lay_out(
        &self,
        command: &mut Command,
        (shards, stock): (Option<&Shards>, &Stock),
        layout: &Layout,
    ) -> u64 {
        let now = command.intent().now;
        let mut steps = 0;
        for (shard, pieces) in (0_u32..).zip(&layout.pieces) {
            let there_is = shards.and_then(|shards| shards.iter().find(|it| it.shard() == shard));
            if let Some(item) = there_is {
                let Some(change) = layout.change(item, *pieces) else {
                    continue;
                };
                command.change(
                    &self.stock,
                    &Stock::key_in(stock.variant_id(), shard),
                    change,
                );
            } else {
                let new = layout.create(stock, shard, *pieces);
                command.insert(&self.stock, &new);
                if shard == 0 {
                    command.insert(&self.stock, &Inspection::of(&new, now));
                }
            }
            steps += 1;
        }
        steps
    }
}

/// How the available pieces of a variant are to lie.
pub(super) struct Layout {
    /// How many in each shard.
    pub(super) pieces: Vec<u32>,
    /// Over how many of them they are spread.
    pub(super) spread: u32,
    /// Whether a movement comes with it: of the first shard.
    pub(super) is_moved: bool,
}

impl Layout {
    fn shards(&self) -> u32 {
        u32::try_from(self.pieces.len()).unwrap_or(Shards::MOST)
    }

    fn create(&self, stock: &Stock, shard: u32, pieces: u32) -> Stock {
        let new = stock.in_shard(shard, pieces);
        match shard {
            0 => new.over(self.shards(), self.spread),
            _ => new,
        }
    }

    /// What becomes of a shard, if anything does: what others get must be there, and there must be as many shards as
    /// were seen.
    fn change(&self, item: &Stock, pieces: u32) -> Option<Change> {
        let by = i64::from(pieces) - i64::from(item.available());
        let is_first = item.shard() == 0;
        let is_other = is_first && (item.spread(), item.shards()) != (self.spread, self.shards());
        let is_moved = is_first && self.is_moved;
        if by == 0 && !is_other && !is_moved {
            return None;
        }
        let mut set = "on_hand = on_hand + :by, available = available + :by".to_owned();
        let mut when = vec!["available >= :taken"];
        if !is_moved {
            set += ", rearranged = if_not_exists(rearranged, :none) + :one";
        }
        if is_other {
            set += ", shards = :shards, spread = :spread";
            when.push(match item.shards() {
                1 => "(attribute_not_exists(shards) OR shards = :seen)",
                _ => "shards = :seen",
            });
        }
        let change = Change::set(&set).when(&when.join(" AND "));
        let change = change.number(":by", by).number(":taken", (-by).max(0));
        let change = if is_moved {
            change
        } else {
            change.number(":none", 0).number(":one", 1)
        };
        Some(if is_other {
            change
                .number(":shards", self.shards())
                .number(":spread", self.spread)
                .number(":seen", item.shards())
        } else {
            change
        })
    }
}

fn gone() -> Problem {
    Problem::internal("the first shard of a variant's stock is gone")
}
