//! Chance that repeats itself.

use std::time::Duration;

/// A generator of numbers: `SplitMix64` (Steele, Lea, Flood 2014). The same seed gives the same numbers.
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    /// From a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
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
