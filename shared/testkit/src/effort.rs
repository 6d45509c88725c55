//! The processor time that functions use themselves, without that of the backends which answer their calls. All of it
//! is one thread, and an answer is polled within the future that waits for it.

use std::{cell::Cell, future::poll_fn, pin::pin, thread::LocalKey, time::Duration};

use rustix::time::{ClockId, clock_gettime};

thread_local! {
    static ALL: Cell<Duration> = const { Cell::new(Duration::ZERO) };
    static BACKENDS: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

/// What the functions of this thread have used since this was last asked.
pub fn take_own_cpu() -> Duration {
    ALL.take().saturating_sub(BACKENDS.take())
}

/// Counts what a function uses, and the backends in its stead.
pub(crate) async fn of_function<F: Future>(invocation: F) -> F::Output {
    counted(&ALL, invocation).await
}

/// Counts what a backend uses.
pub(crate) async fn of_backend<F: Future>(answer: F) -> F::Output {
    counted(&BACKENDS, answer).await
}

async fn counted<F: Future>(count: &'static LocalKey<Cell<Duration>>, future: F) -> F::Output {
    let mut future = pin!(future);
    poll_fn(|context| {
        let before = so_far();
        let polled = future.as_mut().poll(context);
        count.set(count.get() + so_far().saturating_sub(before));
        polled
    })
    .await
}

/// The processor time of this thread.
fn so_far() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap_or_default()
}
