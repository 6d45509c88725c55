//! How returned pieces come to be sold again.

use contracts::events::{OrderReturnReceived, StockChanged};
use dynamo::Intent;
use kernel::Problem;

use super::Shelves;
use crate::returned::Returned;

impl Shelves {
    /// Lays on the shelf what has come back of an order, as far as the order says.
    pub async fn restock(
        &self,
        order: &OrderReturnReceived,
        intent: &Intent,
    ) -> Result<(), Problem> {
        let id = order.order_id;
        let key = Returned::key_of(id);
        let stored = self.reservations.get::<Returned>(&key).await?;
        let nothing = Returned::nothing(id);
        let (next, movements) = stored.as_deref().unwrap_or(&nothing).up_to(order);
        if movements.is_empty() {
            return Ok(());
        }
        let rev = stored.as_ref().map_or(0, |stored| stored.rev) + 1;
        let mut command = self.commands.begin(intent);
        command.save(&self.reservations, stored.as_ref(), &next);
        self.shift(&mut command, &movements);
        command.publish(rev, &StockChanged::by(id, &movements));
        command.audit("stock.restock", id);
        command.settle().await?;
        Ok(())
    }
}
