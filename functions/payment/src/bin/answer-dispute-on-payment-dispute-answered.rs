//! payment.dispute-answered.v1: tells the provider what an admin has answered to a dispute, and follows what it makes
//! of that.

use contracts::events::PaymentDisputeAnswered;
use kernel::Problem;
use lambda::consume::{self, Event};
use payment::{Payments, Trouble};

async fn answer_dispute(
    payments: &'static Payments,
    event: Event<PaymentDisputeAnswered>,
) -> Result<(), Problem> {
    let (told, intent) = (&event.data, event.intent());
    let dispute = payments.dispute(told.dispute_id).await?;
    let dispute = dispute.ok_or_else(|| Problem::internal("an answer to no dispute"))?;
    let payment = payments.of_order(told.order_id).await?;
    let payment = payment.ok_or_else(|| Problem::internal("a dispute of no payment"))?;
    if let Some(plea) = dispute.open_response(told.answer) {
        let answer = (told.answer, &plea);
        payments.respond(&payment, &dispute, answer, intent).await?;
    }
    let followed = payments.follow_disputes(&payment, intent).await?;
    followed.map(drop).ok_or_else(|| Trouble::Mismatch.into())
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Payments::start, answer_dispute)
}
