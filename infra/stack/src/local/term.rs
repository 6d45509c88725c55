//! What the verbs print: steps with their time, and plain lines.

use std::fmt::Display;
use std::time::{Duration, Instant};

use anyhow::Result;
use console::style;
use indicatif::{ProgressBar, ProgressStyle};

/// Prints one line.
#[expect(clippy::print_stdout, reason = "the one place where this tool speaks")]
pub(super) fn say(line: impl Display) {
    println!("{line}");
}

/// A step of a longer run: a spinner or a bar with its seconds while it lasts, one line when it is done.
pub(super) struct Step {
    name: &'static str,
    began: Instant,
    bar: ProgressBar,
}

impl Step {
    /// Begins a step whose length is not known.
    pub(super) fn new(name: &'static str) -> Self {
        let bar = ProgressBar::new_spinner();
        bar.set_style(template(
            "  {spinner:.cyan} {prefix:<12} {elapsed:>4} {msg:.dim}",
        ));
        Self::shown(name, bar)
    }

    /// Begins a step of that many parts.
    pub(super) fn of(name: &'static str, parts: usize) -> Self {
        let bar = ProgressBar::new(parts as u64);
        bar.set_style(template(
            "  {spinner:.cyan} {prefix:<12} {elapsed:>4} {bar:24.cyan/dim} {pos}/{len} {msg:.dim}",
        ));
        Self::shown(name, bar)
    }

    fn shown(name: &'static str, bar: ProgressBar) -> Self {
        bar.set_prefix(name);
        bar.enable_steady_tick(Duration::from_millis(100));
        Self {
            name,
            began: Instant::now(),
            bar,
        }
    }

    /// What it is doing now.
    pub(super) fn note(&self, note: impl Display) {
        self.bar.set_message(note.to_string());
    }

    /// One part is done.
    pub(super) fn part(&self, note: impl Display) {
        self.bar.inc(1);
        self.note(note);
    }

    /// Ends the step with what came of it.
    pub(super) fn done(self, outcome: impl Display) {
        self.bar.finish_and_clear();
        let seconds = format!("{:6.1} s", self.began.elapsed().as_secs_f32());
        say(format!(
            "  {} {:<12} {}  {outcome}",
            style("✓").green(),
            self.name,
            style(seconds).dim()
        ));
    }
}

impl Drop for Step {
    /// A step that fails leaves no bar behind; the error says the rest.
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn template(text: &str) -> ProgressStyle {
    ProgressStyle::with_template(text).unwrap_or_else(|_| ProgressStyle::default_spinner())
}

/// Waits on a fact: asks until `look` finds it, and says what was missing when the time is over.
pub(super) fn wait_for<T>(
    what: &str,
    limit: Duration,
    mut look: impl FnMut() -> Result<Option<T>>,
) -> Result<T> {
    let end = Instant::now() + limit;
    let mut pause = Duration::from_millis(20);
    loop {
        if let Some(found) = look()? {
            return Ok(found);
        }
        if Instant::now() >= end {
            anyhow::bail!("waited {} s for {what}", limit.as_secs());
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(250));
    }
}
