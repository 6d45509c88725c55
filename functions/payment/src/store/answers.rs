//! What is said again of money that was moved, because an order does not know it.

use contracts::events::OrderProgressed;
use dynamo::{Intent, Stored};
use kernel::Problem;

use super::{Payments, announce, step_of};
use crate::{capture::Progress, payment::Payment};

impl Payments {
    /// Tells an order that knows of less what was captured, or that no more will be. What this very event has led
    /// to was told with it.
    pub async fn tell_again(
        &self,
        payment: &Stored<Payment>,
        order: &OrderProgressed,
        intent: &Intent,
    ) -> Result<(), Problem> {
        let (Some(known), Some(last)) = (order.captured, payment.captures.last()) else {
            return Ok(());
        };
        let captured = payment.captured()?;
        let is_news = captured.amount() > known.amount() || last.status == Progress::Failed;
        let step = step_of(intent, &format!("capture-{}", last.number));
        if !is_news || self.commands.is_done(&step).await? {
            return Ok(());
        }
        let mut command = self.commands.begin(intent);
        announce::capture(&mut command, payment.rev, payment, last.number)?;
        command.settle().await?;
        Ok(())
    }
}
