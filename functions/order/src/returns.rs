//! What customers send back: they ask, the seller of the goods answers, receives them and says what of them can be
//! sold again, and their price is given back. Pure.
//!
//! One return is of one part of an order, so that one seller decides about it. Where it stands moves by the one table
//! [`STEPS`]; that nothing comes back twice follows from the returns that stand.

use std::time::Duration;

use contracts::events::{
    LineReturn, OrderReturnApproved, OrderReturnReceived, OrderReturnRefused, OrderReturnRequested,
    OrderReturnWithdrawn, ReturnReason, ReturnRefund, ReturnTold, ReturnedPieces,
};
use kernel::{Code, FulfilmentId, Money, Problem, Quantity, SellerId, Timestamp, VariantId};
use lambda::http::Incoming;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    facts::Fact,
    order::{Line, Order, Turn},
    parts::{Parts, Pieces, each_once},
};

/// How long goods can be sent back, from when they have arrived.
///
/// # Errors
/// An internal problem where the stage does not say.
pub fn window(request: &Incoming) -> Result<Duration, Problem> {
    let seconds = request.platform.parsed("RETURN_WINDOW_SECONDS")?;
    Ok(Duration::from_secs(seconds))
}

/// An order has at most this many returns: they are kept with it.
pub const MOST_RETURNS: usize = 20;

/// Where a return stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReturnStatus {
    /// Its customer has asked for it.
    Requested,
    /// Its seller takes the goods back.
    Approved,
    /// Its seller does not.
    Refused,
    /// Its customer keeps the goods.
    Withdrawn,
    /// The goods have come back; their price is being given back.
    Received,
    /// Their price was given back.
    Refunded,
    /// The provider does not give their price back: someone has to look at it.
    RefundFailed,
}

impl ReturnStatus {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Requested,
        Self::Approved,
        Self::Refused,
        Self::Withdrawn,
        Self::Received,
        Self::Refunded,
        Self::RefundFailed,
    ];

    /// Its name in the API and in the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
            Self::Received => "received",
            Self::Refunded => "refunded",
            Self::RefundFailed => "refund_failed",
        }
    }
}

/// What can move a return on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ReturnStep {
    /// Its seller agrees.
    Approve,
    /// Its seller does not.
    Refuse,
    /// Its customer does not want it any more.
    Withdraw,
    /// Its seller has the goods.
    Receive,
    /// The provider has given their price back.
    Refunded,
    /// The provider refuses to.
    RefundFailed,
}

impl ReturnStep {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Approve,
        Self::Refuse,
        Self::Withdraw,
        Self::Receive,
        Self::Refunded,
        Self::RefundFailed,
    ];

    /// What the audit log calls it.
    fn action(self) -> &'static str {
        match self {
            Self::Approve => "order.approve-return",
            Self::Refuse => "order.refuse-return",
            Self::Withdraw => "order.withdraw-return",
            Self::Receive => "order.receive-return",
            Self::Refunded | Self::RefundFailed => "order.end-return",
        }
    }
}

/// Every step that there is: what it does not name does not happen.
pub const STEPS: &[(ReturnStatus, ReturnStep, ReturnStatus)] = {
    use ReturnStatus::{Approved, Received, RefundFailed, Refunded, Refused, Requested, Withdrawn};
    &[
        (Requested, ReturnStep::Approve, Approved),
        (Requested, ReturnStep::Refuse, Refused),
        (Requested, ReturnStep::Withdraw, Withdrawn),
        (Approved, ReturnStep::Withdraw, Withdrawn),
        (Approved, ReturnStep::Receive, Received),
        (Received, ReturnStep::Refunded, Refunded),
        (Received, ReturnStep::RefundFailed, RefundFailed),
    ]
};

/// Pieces that are sent back.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewReturn")]
pub struct NewReturn {
    /// Which: shipped pieces of one part of the order.
    #[schemars(length(min = 1, max = 50))]
    pub lines: Vec<Pieces>,
    /// Why.
    pub reason: ReturnReason,
}

/// What has come back of one line of a return.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ReceivedPieces")]
pub struct Received {
    /// Of what.
    pub variant_id: VariantId,
    /// How many pieces can be sold again.
    #[serde(default)]
    pub restocked: u32,
    /// How many pieces have come back and cannot.
    #[serde(default)]
    pub written_off: u32,
}

impl Received {
    fn pieces(&self) -> Option<u32> {
        self.restocked.checked_add(self.written_off)
    }
}

/// A return.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "OrderReturn")]
pub struct Return {
    /// Counts the returns of an order, from 1.
    pub number: u32,
    /// The part of the order that it is of.
    pub fulfilment_id: FulfilmentId,
    /// Who has sold it.
    pub seller_id: SellerId,
    /// Where it stands.
    pub status: ReturnStatus,
    /// What is sent back.
    pub lines: Vec<ReturnLine>,
    /// Why.
    pub reason: ReturnReason,
    /// Why its seller does not take it back, if so, in the seller's words to the customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<kernel::Line<1, 200>>,
    /// What is given back for what has come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund: Option<Money>,
    /// Every state that it has been in.
    pub history: Vec<ReturnPassage>,
}

/// A line of a return.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ReturnLine {
    /// Of what.
    pub variant_id: VariantId,
    /// How many pieces were to come back.
    pub quantity: Quantity,
    /// How many have come and can be sold again.
    #[serde(default)]
    pub restocked: u32,
    /// How many have come and cannot.
    #[serde(default)]
    pub written_off: u32,
}

/// A state that a return came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ReturnHistoryEntry")]
pub struct ReturnPassage {
    /// The state.
    pub status: ReturnStatus,
    /// When.
    pub at: Timestamp,
}

impl Return {
    /// Whether its goods have come back.
    pub fn has_come(&self) -> bool {
        let mut history = self.history.iter();
        history.any(|passage| passage.status == ReturnStatus::Received)
    }

    /// Whether it is of a variant.
    pub(crate) fn has(&self, variant: VariantId) -> bool {
        self.lines.iter().any(|line| line.variant_id == variant)
    }

    /// How many pieces of a variant it takes: those that have come; before that, those that are to.
    fn takes(&self, variant: VariantId) -> u32 {
        let line = self.lines.iter().find(|line| line.variant_id == variant);
        line.map_or(0, |line| match self.status {
            ReturnStatus::Refused | ReturnStatus::Withdrawn => 0,
            _ if self.has_come() => line.restocked + line.written_off,
            _ => line.quantity.get(),
        })
    }

    /// Takes a step; whether there is one.
    fn step(&mut self, step: ReturnStep, now: Timestamp) -> bool {
        let mut steps = STEPS.iter();
        let Some((.., to)) = steps.find(|(from, by, _)| (*from, *by) == (self.status, step)) else {
            return false;
        };
        self.status = *to;
        let passage = ReturnPassage {
            status: *to,
            at: now,
        };
        self.history.push(passage);
        true
    }
}

impl Order {
    /// Asks for its customer to send pieces back.
    ///
    /// # Errors
    /// `order_not_returnable` when nothing of it is shipped; `validation_failed` where the lines are not of one part,
    /// or fewer pieces are there to come back; `return_window_over`; `too_many_returns`.
    pub fn ask_return(
        &self,
        asked: &NewReturn,
        window: Duration,
        now: Timestamp,
    ) -> Result<Turn, Problem> {
        if !self.is_on_its_way() {
            return Err(Code::OrderNotReturnable.into());
        }
        let fulfilment_id = self.returned_part(&asked.lines)?;
        let is_over = |pieces: &Pieces| {
            let arrived = self.arrival_of(fulfilment_id, pieces.variant_id);
            arrived.is_none_or(|arrived| now.since(arrived) > window)
        };
        if asked.lines.iter().any(is_over) {
            return Err(Code::ReturnWindowOver.into());
        }
        if self.returns.len() >= MOST_RETURNS {
            return Err(Code::TooManyReturns.into());
        }
        let part = self
            .fulfilments
            .iter()
            .find(|part| part.id == fulfilment_id);
        let part = part.ok_or_else(|| Problem::internal("a line is of no part"))?;
        let lines = asked.lines.iter().map(|pieces| ReturnLine {
            variant_id: pieces.variant_id,
            quantity: pieces.quantity,
            restocked: 0,
            written_off: 0,
        });
        let status = ReturnStatus::Requested;
        let wanted = Return {
            number: self.returns.last().map_or(0, |last| last.number) + 1,
            fulfilment_id,
            seller_id: part.seller_id,
            status,
            lines: lines.collect(),
            reason: asked.reason,
            refusal: None,
            refund: None,
            history: vec![ReturnPassage { status, at: now }],
        };
        let mut order = self.clone();
        let told = order.told_of(&wanted);
        order.returns.push(wanted);
        order.count_returns();
        Ok(Turn {
            order,
            facts: vec![Fact::ReturnRequested(OrderReturnRequested(told))],
            action: "order.request-return",
        })
    }

    /// Says for a seller that it takes goods back.
    ///
    /// # Errors
    /// `return_not_found` where there is no such return of the parts; `return_step_refused` where it stands elsewhere.
    pub fn approve_return(&self, which: (Parts, u32), now: Timestamp) -> Result<Turn, Problem> {
        self.step_return(which, ReturnStep::Approve, now, |_| Ok(()))
    }

    /// Says for a seller that it does not take goods back.
    ///
    /// # Errors
    /// As [`Order::approve_return`].
    pub fn refuse_return(
        &self,
        which: (Parts, u32),
        reason: &kernel::Line<1, 200>,
        now: Timestamp,
    ) -> Result<Turn, Problem> {
        self.step_return(which, ReturnStep::Refuse, now, |refused| {
            refused.refusal = Some(reason.clone());
            Ok(())
        })
    }

    /// Says for its customer that the goods of a return stay.
    ///
    /// # Errors
    /// As [`Order::approve_return`].
    pub fn withdraw_return(&self, number: u32, now: Timestamp) -> Result<Turn, Problem> {
        self.step_return((Parts::ALL, number), ReturnStep::Withdraw, now, |_| Ok(()))
    }

    /// Says for a seller what has come back: from here on its price is due.
    ///
    /// # Errors
    /// As [`Order::approve_return`]; `validation_failed` where more has come than was to, or nothing has.
    pub fn receive_return(
        &self,
        which: (Parts, u32),
        received: &[Received],
        now: Timestamp,
    ) -> Result<Turn, Problem> {
        self.step_return(which, ReturnStep::Receive, now, |back| {
            back.take(received)?;
            let came = |line: &Line| back.takes(line.variant_id);
            let refund = self.price_of(came);
            back.refund = Some(refund);
            if refund.is_zero() {
                // What costs nothing is paid back at once.
                back.step(ReturnStep::Refunded, now);
            }
            Ok(())
        })
    }

    /// That the price of a return was given back, or will not be; nothing, where it is known.
    pub(crate) fn end_return(&mut self, number: u32, step: ReturnStep, now: Timestamp) {
        let mut returns = self.returns.iter_mut();
        if let Some(back) = returns.find(|back| back.number == number) {
            back.step(step, now);
        }
    }

    /// Whether goods have come back, and payment may still say what becomes of their price.
    pub fn awaits_refund(&self) -> bool {
        let mut returns = self.returns.iter();
        returns.any(|back| back.status == ReturnStatus::Received)
    }

    /// What has come back of it so far, and what is due for it; nothing, where nothing has.
    pub(crate) fn came_back(&self) -> Option<OrderReturnReceived> {
        let come = || self.returns.iter().filter(|back| back.has_come());
        let since = |back: &&Return| {
            let mut history = back.history.iter();
            let received = history.find(|passage| passage.status == ReturnStatus::Received);
            received.map(|passage| passage.at)
        };
        let last = come().max_by_key(since)?;
        let lines = self.lines.iter().filter_map(|line| {
            let own = come()
                .flat_map(|back| &back.lines)
                .filter(|own| own.variant_id == line.variant_id);
            let (restocked, written_off) = own.fold((0, 0), |(restocked, written_off), own| {
                (restocked + own.restocked, written_off + own.written_off)
            });
            (restocked + written_off > 0).then_some(LineReturn {
                variant_id: line.variant_id,
                seller_id: line.seller_id,
                restocked,
                written_off,
            })
        });
        let due = self
            .returns
            .iter()
            .filter(|back| back.status == ReturnStatus::Received);
        let refunds = due.filter_map(|back| {
            Some(ReturnRefund {
                number: back.number,
                seller_id: back.seller_id,
                amount: back.refund?,
            })
        });
        Some(OrderReturnReceived {
            order_id: self.id,
            buyer: self.buyer,
            number: last.number,
            lines: lines.collect(),
            refunds: refunds.collect(),
        })
    }

    /// The part that the named pieces are of, if they are of one and are there to come back.
    fn returned_part(&self, named: &[Pieces]) -> Result<FulfilmentId, Problem> {
        each_once(named.iter().map(|pieces| pieces.variant_id))?;
        let mut part = None;
        for (i, pieces) in named.iter().enumerate() {
            let line = self
                .lines
                .iter()
                .find(|line| line.variant_id == pieces.variant_id);
            let pointer = format!("/lines/{i}/variant_id");
            let line =
                line.ok_or_else(|| Problem::invalid(&pointer, "the order has no such line"))?;
            if *part.get_or_insert(line.fulfilment_id) != line.fulfilment_id {
                let detail = "one return is of what one seller has shipped";
                return Err(Problem::invalid(pointer, detail));
            }
            let there = line.shipped.saturating_sub(line.returned);
            if pieces.quantity.get() > there {
                let pointer = format!("/lines/{i}/quantity");
                let detail = format!("only {there} pieces of it can come back");
                return Err(Problem::invalid(pointer, detail));
            }
        }
        part.ok_or_else(|| Problem::invalid("/lines", "name at least one line"))
    }

    /// When the last parcel with a variant has arrived, or was shipped, where nobody has told.
    fn arrival_of(&self, part: FulfilmentId, variant: VariantId) -> Option<Timestamp> {
        let part = self.fulfilments.iter().find(|one| one.id == part)?;
        let with = part.shipments.iter().filter(|shipment| {
            let mut lines = shipment.lines.iter();
            lines.any(|pieces| pieces.variant_id == variant)
        });
        with.map(|shipment| shipment.delivered_at.unwrap_or(shipment.shipped_at))
            .max()
    }

    fn step_return(
        &self,
        (parts, number): (Parts, u32),
        step: ReturnStep,
        now: Timestamp,
        with: impl FnOnce(&mut Return) -> Result<(), Problem>,
    ) -> Result<Turn, Problem> {
        let mut order = self.clone();
        let meant = |back: &Return| {
            let mut of = self.fulfilments.iter().filter(|part| parts.name(part));
            back.number == number && of.any(|part| part.id == back.fulfilment_id)
        };
        let back = order.returns.iter_mut().find(|back| meant(back));
        let back = back.ok_or(Code::ReturnNotFound)?;
        if !back.step(step, now) {
            return Err(Code::ReturnStepRefused.into());
        }
        with(back)?;
        let told = self.told_of(back);
        order.count_returns();
        let fact = match step {
            ReturnStep::Approve => Some(Fact::ReturnApproved(OrderReturnApproved(told))),
            ReturnStep::Refuse => Some(Fact::ReturnRefused(OrderReturnRefused(told))),
            ReturnStep::Withdraw => Some(Fact::ReturnWithdrawn(OrderReturnWithdrawn(told))),
            ReturnStep::Receive => {
                order.wait(now);
                order.came_back().map(Fact::ReturnReceived)
            }
            ReturnStep::Refunded | ReturnStep::RefundFailed => None,
        };
        Ok(Turn {
            order,
            facts: fact.into_iter().collect(),
            action: step.action(),
        })
    }

    /// What of each line comes back follows from the returns that stand.
    fn count_returns(&mut self) {
        for line in &mut self.lines {
            let takes = self.returns.iter().map(|back| back.takes(line.variant_id));
            line.returned = takes.sum();
        }
    }

    fn told_of(&self, back: &Return) -> ReturnTold {
        let lines = back.lines.iter().map(|line| ReturnedPieces {
            variant_id: line.variant_id,
            quantity: line.quantity,
        });
        ReturnTold {
            order_id: self.id,
            buyer: self.buyer,
            number: back.number,
            fulfilment_id: back.fulfilment_id,
            seller_id: back.seller_id,
            lines: lines.collect(),
            reason: back.reason,
        }
    }
}

impl Return {
    /// Notes what has come of it.
    fn take(&mut self, received: &[Received]) -> Result<(), Problem> {
        each_once(received.iter().map(|pieces| pieces.variant_id))?;
        for (i, pieces) in received.iter().enumerate() {
            let mut lines = self.lines.iter_mut();
            let own = lines.find(|line| line.variant_id == pieces.variant_id);
            let own = own.ok_or_else(|| {
                let pointer = format!("/lines/{i}/variant_id");
                Problem::invalid(pointer, "the return has no such line")
            })?;
            if pieces.pieces().is_none_or(|come| come > own.quantity.get()) {
                let detail = format!("at most {} pieces were to come back", own.quantity);
                return Err(Problem::invalid(format!("/lines/{i}"), detail));
            }
            own.restocked = pieces.restocked;
            own.written_off = pieces.written_off;
        }
        let mut lines = self.lines.iter();
        if lines.all(|line| line.restocked + line.written_off == 0) {
            return Err(Problem::invalid("/lines", "name what has come back"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
