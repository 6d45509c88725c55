//! Which cases there are, and playing them.

use std::{collections::HashMap, fmt, ops::Range, str::FromStr};

use faults::branch::{self, Branch};
use testkit::Fault;

use crate::{
    chance::Chance,
    market::{Market, Ready},
    nature::{Nature, Trouble},
    simulation::{Case, Moment, Report},
    variant::{VARIANTS, Variant, named},
};

/// Behind the calls of an undisturbed run come those that trouble leads to.
const MORE_CALLS: usize = 40;

/// Some of the cases there are, small enough for one process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Whatever follows from each of these seeds: a variant, a rough nature, a few faults.
    Seeds(Range<u64>),
    /// Two faults in a calm run of a variant, by a seed.
    Pairs(Range<u64>),
    /// Every fault at each of these calls of a calm run of a variant, and each of these invocations twice.
    Faults(String, Range<usize>),
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seeds(range) => write!(f, "seeds:{}..{}", range.start, range.end),
            Self::Pairs(range) => write!(f, "pairs:{}..{}", range.start, range.end),
            Self::Faults(variant, range) => {
                write!(f, "{variant}:{}..{}", range.start, range.end)
            }
        }
    }
}

impl FromStr for Part {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected =
            || format!("expected seeds:0..100, pairs:0..100 or happy:0..10, not `{text}`");
        let (what, range) = text.split_once(':').ok_or_else(expected)?;
        let (start, end) = range.split_once("..").ok_or_else(expected)?;
        let read = |number: &str| number.parse::<u64>().map_err(|_| expected());
        let (start, end) = (read(start)?, read(end)?);
        let calls = |number: u64| usize::try_from(number).map_err(|_| expected());
        match what {
            "seeds" => Ok(Self::Seeds(start..end)),
            "pairs" => Ok(Self::Pairs(start..end)),
            variant => Ok(Self::Faults(variant.to_owned(), calls(start)?..calls(end)?)),
        }
    }
}

/// A case by its name: `seed:7`, `pair:7`, or a variant and what goes wrong, `happy+17:lost-reply`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Name {
    /// What follows from a seed.
    Seed(u64),
    /// Two faults by a seed.
    Pair(u64),
    /// A calm run with these troubles.
    Calm(&'static str, Vec<Trouble>),
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seed(seed) => write!(f, "seed:{seed}"),
            Self::Pair(seed) => write!(f, "pair:{seed}"),
            Self::Calm(variant, troubles) => {
                f.write_str(variant)?;
                troubles
                    .iter()
                    .try_for_each(|trouble| write!(f, "+{trouble}"))
            }
        }
    }
}

impl FromStr for Name {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let seed = |seed: &str| seed.parse().map_err(|_| format!("`{seed}` is no seed"));
        if let Some(text) = text.strip_prefix("seed:") {
            return Ok(Self::Seed(seed(text)?));
        }
        if let Some(text) = text.strip_prefix("pair:") {
            return Ok(Self::Pair(seed(text)?));
        }
        let mut parts = text.split('+');
        let name = parts.next().unwrap_or_default();
        let variant = named(name).ok_or_else(|| {
            let names: Vec<&str> = VARIANTS.iter().map(|variant| variant.name).collect();
            format!(
                "there is no variant `{name}`; there are {}",
                names.join(", ")
            )
        })?;
        Ok(Self::Calm(
            variant.name,
            parts.map(str::parse).collect::<Result<_, _>>()?,
        ))
    }
}

/// What came of cases.
#[derive(Debug, Default)]
pub struct Played {
    /// How many were played.
    pub cases: usize,
    /// How many calls they made.
    pub calls: usize,
    /// Those in which something is wrong, and what.
    pub failures: Vec<(Name, String)>,
}

/// What it takes to play cases: the market, and what each variant begins with.
pub struct Plan {
    market: Market,
    ready: HashMap<&'static str, Ready>,
    calm: HashMap<&'static str, Report>,
}

impl Plan {
    /// With an open market.
    pub async fn new() -> Self {
        Self {
            market: Market::open().await,
            ready: HashMap::new(),
            calm: HashMap::new(),
        }
    }

    /// Plays a case.
    pub async fn play(&mut self, case: &Case) -> Report {
        case.run(self.ready(case.variant).await).await
    }

    async fn ready(&mut self, variant: &'static Variant) -> &Ready {
        if !self.ready.contains_key(variant.name) {
            let ready = self.market.ready_for(variant).await;
            self.ready.insert(variant.name, ready);
        }
        &self.ready[variant.name]
    }

    /// An undisturbed run of a variant.
    pub async fn calm(&mut self, variant: &'static Variant) -> &Report {
        if !self.calm.contains_key(variant.name) {
            let report = self.play(&calm(variant, Vec::new())).await;
            self.calm.insert(variant.name, report);
        }
        &self.calm[variant.name]
    }

    /// The case of a name.
    ///
    /// # Errors
    /// There is no such variant.
    pub async fn case(&mut self, name: &Name) -> Result<Case, String> {
        match name {
            Name::Seed(seed) => Ok(by_seed(*seed)),
            Name::Pair(seed) => {
                let mut chance = Chance::new(*seed);
                let variant = chance.one_of(VARIANTS);
                let calls = self.calm(variant).await.calls.len() + MORE_CALLS;
                let troubles =
                    (0..2).map(|_| Trouble::Call(chance.below(calls), *chance.one_of(&Fault::ALL)));
                Ok(calm(variant, troubles.collect()))
            }
            Name::Calm(name, troubles) => {
                let variant = named(name).ok_or("there is no such variant")?;
                Ok(calm(variant, troubles.clone()))
            }
        }
    }

    /// How many parts there are to a variant's faults: its calls, or its invocations, if there are more.
    pub async fn calls(&mut self, variant: &'static Variant) -> usize {
        let calm = self.calm(variant).await;
        calm.calls.len().max(calm.invocations)
    }

    /// Plays a part. Tells of each case that it was played.
    pub async fn play_part(&mut self, part: &Part, tell: impl FnMut(&Name)) -> Played {
        match part {
            Part::Seeds(range) => self.play_all(range.clone().map(Name::Seed), tell).await,
            Part::Pairs(range) => self.play_all(range.clone().map(Name::Pair), tell).await,
            Part::Faults(name, calls) => match named(name) {
                Some(variant) => self.play_faults(variant, calls.clone(), tell).await,
                None => Played::default(),
            },
        }
    }

    async fn play_all(
        &mut self,
        names: impl Iterator<Item = Name>,
        mut tell: impl FnMut(&Name),
    ) -> Played {
        let mut played = Played::default();
        for name in names {
            tell(&name);
            let outcome = self.outcome(&name).await;
            played.record(name, outcome);
        }
        played
    }

    /// Plays one calm run, and from each moment of it on what can go wrong there.
    async fn play_faults(
        &mut self,
        variant: &'static Variant,
        range: Range<usize>,
        mut tell: impl FnMut(&Name),
    ) -> Played {
        let case = calm(variant, Vec::new());
        let peace = self.calm(variant).await;
        let (calls, invocations) = (peace.calls.clone(), peace.invocations);
        let mut moments = peace.moments.clone().into_iter().skip(1);
        let mut played = Played::default();
        let mut other = None;

        let report = {
            let fate = &mut |now: Moment| {
                if other.is_some() {
                    return None;
                }
                let end = Moment {
                    calls: calls.len(),
                    invocations,
                };
                let next = moments.next().unwrap_or(end);
                for trouble in troubles(&calls, now, next, &range) {
                    let name = Name::Calm(variant.name, vec![trouble]);
                    tell(&name);
                    match Branch::off() {
                        Ok(Branch::Other(said)) => {
                            other = Some((name, said));
                            return Some(trouble);
                        }
                        Ok(Branch::Trunk(words)) => played.record(name, read(&words)),
                        Err(error) => played.record(name, Err(error.to_string())),
                    }
                }
                None
            };
            case.run_into(self.ready(variant).await, fate).await
        };
        if let Some((name, said)) = other {
            branch::end(said, &words(&self.judged(&name, variant, report).await));
        }
        played
    }

    /// How many calls a case made.
    ///
    /// # Errors
    /// What is wrong: what the referee has seen, or that trouble has led to another end than peace.
    async fn outcome(&mut self, name: &Name) -> Result<usize, String> {
        let case = self.case(name).await?;
        let report = self.play(&case).await;
        self.judged(name, case.variant, report).await
    }

    async fn judged(
        &mut self,
        name: &Name,
        variant: &'static Variant,
        report: Report,
    ) -> Result<usize, String> {
        let end = report.end?;
        // Where an order can end in several ways, or chance has its part, the referee alone decides.
        if let Name::Calm(..) | Name::Pair(_) = name
            && variant.ends.len() == 1
        {
            let calm = self.calm(variant).await;
            let peace = calm
                .end
                .as_ref()
                .map_err(|wrong| format!("in peace: {wrong}"))?;
            if end != *peace {
                return Err(format!("it comes to {end:?}, and in peace to {peace:?}"));
            }
        }
        Ok(report.calls.len())
    }
}

impl Played {
    fn record(&mut self, name: Name, outcome: Result<usize, String>) {
        self.cases += 1;
        match outcome {
            Ok(calls) => self.calls += calls,
            Err(wrong) => self.failures.push((name, wrong)),
        }
    }
}

/// What can go wrong between two moments of a run that has made these calls, at those that are in the range.
fn troubles(calls: &[String], now: Moment, next: Moment, range: &Range<usize>) -> Vec<Trouble> {
    let within = |number: &usize| range.contains(number);
    let made = (now.calls..next.calls).filter(within);
    let faults = made.flat_map(|number| {
        let felt = Fault::ALL
            .into_iter()
            .filter(move |it| it.is_felt_by(&calls[number]));
        felt.map(move |fault| Trouble::Call(number, fault))
    });
    let twice = (now.invocations..next.invocations).filter(within);
    faults.chain(twice.map(Trouble::Again)).collect()
}

/// What a branch says of how it went, in words; and what it has said.
fn words(outcome: &Result<usize, String>) -> String {
    match outcome {
        Ok(calls) => format!("well {calls}"),
        Err(wrong) => format!("wrong {wrong}"),
    }
}

fn read(words: &str) -> Result<usize, String> {
    match words.split_once(' ') {
        Some(("well", calls)) => calls.parse().map_err(|_| words.to_owned()),
        Some(("wrong", wrong)) => Err(wrong.to_owned()),
        _ => Err("its process has ended before it".to_owned()),
    }
}

fn calm(variant: &'static Variant, troubles: Vec<Trouble>) -> Case {
    Case {
        variant,
        nature: Nature::calm(),
        troubles,
        seed: 1,
    }
}

/// What follows from a seed.
fn by_seed(seed: u64) -> Case {
    let mut chance = Chance::new(seed);
    let variant = chance.one_of(VARIANTS);
    let nature = Nature::by(&mut chance);
    let number = *chance.one_of(&[0, 0, 1, 2, 4, 8]);
    let troubles = (0..number).map(|_| {
        if chance.percent(10) {
            Trouble::Again(chance.below(60))
        } else {
            Trouble::Call(chance.below(200), *chance.one_of(&Fault::ALL))
        }
    });
    let troubles = troubles.collect();
    Case {
        variant,
        nature,
        troubles,
        seed,
    }
}
