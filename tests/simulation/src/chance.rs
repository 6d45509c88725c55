//! Chance that repeats itself.

use std::time::Duration;

use kernel::Ids;

/// A generator of numbers. The same seed gives the same numbers.
#[derive(Debug)]
pub struct Chance(Ids);

impl Chance {
    /// From a seed.
    pub fn new(seed: u64) -> Self {
        Self(Ids::seeded(seed))
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        u64::from_le_bytes(self.0.bytes())
    }

    /// One of the first `number` numbers.
    ///
    /// # Panics
    /// When there is none: `number` is 0.
    pub fn below(&mut self, number: usize) -> usize {
        assert!(number > 0, "there is nothing to choose from");
        let number = u64::try_from(number).unwrap_or(u64::MAX);
        usize::try_from(self.number() % number).unwrap_or(0)
    }

    /// Whether something happens that does so many times in a hundred.
    pub fn percent(&mut self, times: usize) -> bool {
        self.below(100) < times
    }

    /// Some time up to this long, in whole milliseconds.
    pub fn within(&mut self, most: Duration) -> Duration {
        let most = usize::try_from(most.as_millis()).unwrap_or(usize::MAX);
        let some = self.below(most.saturating_add(1));
        Duration::from_millis(some.try_into().unwrap_or(u64::MAX))
    }

    /// One of these.
    pub fn one_of<'a, T>(&mut self, these: &'a [T]) -> &'a T {
        &these[self.below(these.len())]
    }
}
