//! What stands between us and a provider that does not answer.
//!
//! A provider that is down is down for every payment, and each call to it takes seconds that a queue has better use
//! for. So after a few failures within a short time nobody is let through any more: who asks is told at once that the
//! provider does not answer, and the queue does the waiting. After a while one call may try; if it gets an answer, all
//! may ask again. A call that could not be made is made once more at once, as long as few are: what is repeated comes
//! out of a budget that calls with an answer fill, so that repeating never adds to the load of who is overloaded.
//!
//! Each process has a circuit of its own (docs/decisions/0036).

pub mod circuit;

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use dynamo::Pending;
use kernel::Timestamp;
use lambda::Platform;

use self::circuit::Circuit;
use crate::provider::{
    Answer, Case, Changes, Charge, Entry, Hold, PaymentProvider, Plea, Remittance, Standing,
    Transfer, Trouble,
};

/// How long a call that could not be made waits before it is made once more.
const PAUSE: Duration = Duration::from_millis(100);

/// A provider behind a circuit.
#[derive(Debug)]
pub struct Guarded<P> {
    platform: &'static Platform,
    provider: P,
    circuit: Mutex<Circuit>,
}

impl<P: PaymentProvider> Guarded<P> {
    /// Puts a circuit before a provider.
    pub fn new(platform: &'static Platform, provider: P) -> Self {
        Self {
            platform,
            provider,
            circuit: Mutex::default(),
        }
    }

    fn circuit(&self) -> MutexGuard<'_, Circuit> {
        self.circuit.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn ask<'a, T>(
        &'a self,
        call: impl Fn() -> Pending<'a, Result<T, Trouble>>,
    ) -> Result<T, Trouble> {
        match self.ask_once(&call).await {
            Err(Trouble::Unavailable) if self.circuit().spends_retry() => {
                self.platform.count("provider_calls_repeated", 1);
                tokio::time::sleep(PAUSE).await;
                self.ask_once(&call).await
            }
            answered => answered,
        }
    }

    async fn ask_once<'a, T>(
        &'a self,
        call: &impl Fn() -> Pending<'a, Result<T, Trouble>>,
    ) -> Result<T, Trouble> {
        let clock = &self.platform.clock;
        if !self.circuit().admits(clock.now()) {
            self.platform.count("provider_calls_refused", 1);
            return Err(Trouble::Unavailable);
        }
        let answer = call().await;
        match answer {
            Err(Trouble::Unavailable | Trouble::AnswerLost) => {
                if self.circuit().failed(clock.now()) {
                    self.platform.count("provider_circuit_opened", 1);
                    tracing::error!(
                        "the payment provider does not answer, and is not asked for a while"
                    );
                }
            }
            Ok(_) | Err(Trouble::Mismatch | Trouble::Denied) => self.circuit().answered(),
        }
        answer
    }
}

impl<P: PaymentProvider> PaymentProvider for Guarded<P> {
    fn account(&self) -> &'static str {
        self.provider.account()
    }

    fn authorize<'a>(&'a self, charge: &'a Charge) -> Pending<'a, Result<Hold, Trouble>> {
        Box::pin(self.ask(|| self.provider.authorize(charge)))
    }

    fn look_up<'a>(&'a self, charge: &'a Charge) -> Pending<'a, Result<Option<Standing>, Trouble>> {
        Box::pin(self.ask(|| self.provider.look_up(charge)))
    }

    fn capture<'a>(
        &'a self,
        charge: &'a Charge,
        part: &'a Transfer,
    ) -> Pending<'a, Result<Answer, Trouble>> {
        Box::pin(self.ask(|| self.provider.capture(charge, part)))
    }

    fn refund<'a>(
        &'a self,
        charge: &'a Charge,
        part: &'a Transfer,
    ) -> Pending<'a, Result<Answer, Trouble>> {
        Box::pin(self.ask(|| self.provider.refund(charge, part)))
    }

    fn void<'a>(&'a self, charge: &'a Charge) -> Pending<'a, Result<bool, Trouble>> {
        Box::pin(self.ask(|| self.provider.void(charge)))
    }

    fn entries<'a>(&'a self, charge: &'a Charge) -> Pending<'a, Result<Vec<Entry>, Trouble>> {
        Box::pin(self.ask(|| self.provider.entries(charge)))
    }

    fn disputes_of<'a>(&'a self, charge: &'a Charge) -> Pending<'a, Result<Vec<Case>, Trouble>> {
        Box::pin(self.ask(|| self.provider.disputes_of(charge)))
    }

    fn disputes_since(&self, since: Timestamp) -> Pending<'_, Result<Changes, Trouble>> {
        Box::pin(self.ask(move || self.provider.disputes_since(since)))
    }

    fn answer_dispute<'a>(
        &'a self,
        charge: &'a Charge,
        reference: &'a str,
        plea: &'a Plea,
    ) -> Pending<'a, Result<Answer, Trouble>> {
        Box::pin(self.ask(|| self.provider.answer_dispute(charge, reference, plea)))
    }

    fn pay_out<'a>(&'a self, remittance: &'a Remittance) -> Pending<'a, Result<Answer, Trouble>> {
        Box::pin(self.ask(|| self.provider.pay_out(remittance)))
    }

    fn find_payout<'a>(&'a self, key: &'a str) -> Pending<'a, Result<Option<Answer>, Trouble>> {
        Box::pin(self.ask(|| self.provider.find_payout(key)))
    }
}
