//! What happens in a simulation, to be read by people, and its digest, to be compared.

use std::hash::{DefaultHasher, Hash, Hasher};

use kernel::Timestamp;

/// So much of a long story is told.
const LAST: usize = 400;

/// What has happened.
#[derive(Debug)]
pub struct Story {
    began: Timestamp,
    lines: Vec<String>,
    digest: DefaultHasher,
}

impl Story {
    /// Nothing yet.
    pub fn new(began: Timestamp) -> Self {
        Self {
            began,
            lines: Vec::new(),
            digest: DefaultHasher::new(),
        }
    }

    /// And then this.
    pub fn tell(&mut self, now: Timestamp, text: &str) {
        let millis = now.since(self.began).as_millis();
        let (minutes, seconds, rest) = (millis / 60_000, millis / 1_000 % 60, millis % 1_000);
        let line = format!("{minutes:>3}:{seconds:02}.{rest:03}  {text}");
        line.hash(&mut self.digest);
        self.lines.push(line);
    }

    /// Of everything, in its order.
    pub fn digest(&self) -> u64 {
        self.digest.finish()
    }

    /// All of it; of a long one, the end.
    pub fn text(&self) -> String {
        let hidden = self.lines.len().saturating_sub(LAST);
        let mut text = String::new();
        if hidden > 0 {
            text += &format!("… {hidden} lines before\n");
        }
        text + &self.lines[hidden..].join("\n")
    }
}
