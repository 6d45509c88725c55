//! Orders under every fault, race, duplicate and reordering.
//!
//! The functions are those that are deployed, over the SDK as it is, and an in-process DynamoDB behind its connector
//! (`shared/testkit`). What carries their events is a model of what AWS's documents say ([`simulation`]). Time is
//! virtual, and chance follows from a seed: the same case is the same sequence of calls and outcomes. What must hold
//! is looked at after every step ([`referee`]). docs/proof.md tells what is proven by it, and what is assumed.

pub mod chance;
mod credit;
pub mod end;
pub mod market;
pub mod nature;
pub mod plan;
pub mod referee;
pub mod simulation;
pub mod story;
pub mod variant;

/// A case is a hundred thousand small pieces of memory: with the system's allocator they were a fifth of its time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

pub use self::{
    end::End,
    market::Market,
    nature::{Nature, Trouble},
    plan::{Part, Plan, Played},
    simulation::{Case, Report},
    variant::{VARIANTS, Variant},
};
