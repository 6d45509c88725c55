//! What the world is told of a payment: the same, however often it is told.

use contracts::events::{
    PaymentActionRequired, PaymentAuthorized, PaymentCaptureFailed, PaymentCaptured,
    PaymentDeclined, PaymentRefundFailed, PaymentRefundRequested, PaymentRefunded,
};
use dynamo::Command;
use kernel::Problem;

use crate::{capture::Progress, lifecycle::Status, payment::Payment};

/// Says what an order asks about: whether its money is held, or was.
pub(super) fn payment(command: &mut Command, rev: u64, payment: &Payment) {
    let (payment_id, order_id, amount) = (payment.payment_id, payment.order_id, payment.amount);
    match payment.status {
        Status::Declined => {
            let reason = payment.decline_reason.clone().unwrap_or_default();
            command.publish(
                rev,
                &PaymentDeclined {
                    payment_id,
                    order_id,
                    amount,
                    reason,
                },
            )
        }
        Status::ActionRequired => {
            let until = payment.next_action.as_ref().map(|action| action.until);
            match until {
                Some(until) => command.publish(
                    rev,
                    &PaymentActionRequired {
                        payment_id,
                        order_id,
                        amount,
                        until,
                    },
                ),
                None => command,
            }
        }
        _ if payment.was_authorized() => command.publish(
            rev,
            &PaymentAuthorized {
                payment_id,
                order_id,
                amount,
            },
        ),
        _ => command,
    };
}

/// Says what has become of a part of its money that was to be moved to us; nothing where there is no such part.
pub(super) fn capture(
    command: &mut Command,
    rev: u64,
    payment: &Payment,
    number: u32,
) -> Result<(), Problem> {
    let captured = Some(payment.captured()?);
    let mut parts = payment.captures.iter();
    let Some(part) = parts.find(|part| part.number == number) else {
        return Ok(());
    };
    let (payment_id, order_id, amount) = (payment.payment_id, payment.order_id, part.amount);
    match &part.failure_reason {
        None => command.publish(
            rev,
            &PaymentCaptured {
                payment_id,
                order_id,
                amount,
                captured,
            },
        ),
        Some(reason) => command.publish(
            rev,
            &PaymentCaptureFailed {
                payment_id,
                order_id,
                amount,
                reason: reason.clone(),
            },
        ),
    };
    Ok(())
}

/// Says where a refund stands; nothing where there is no such refund.
pub(super) fn refund(
    command: &mut Command,
    rev: u64,
    payment: &Payment,
    number: u32,
) -> Result<(), Problem> {
    let refunded = payment.refunded()?;
    let mut all = payment.refunds.iter();
    let Some(refund) = all.find(|refund| refund.number == number) else {
        return Ok(());
    };
    let (payment_id, order_id, amount) = (payment.payment_id, payment.order_id, refund.amount);
    let returned = refund.returned.map(|of| of.number);
    match refund.status {
        Progress::Pending => command.publish(
            rev,
            &PaymentRefundRequested {
                payment_id,
                order_id,
                refund: number,
                amount,
            },
        ),
        Progress::Succeeded => command.publish(
            rev,
            &PaymentRefunded {
                payment_id,
                order_id,
                refund: number,
                amount,
                refunded,
                returned,
            },
        ),
        Progress::Failed => command.publish(
            rev,
            &PaymentRefundFailed {
                payment_id,
                order_id,
                refund: number,
                amount,
                reason: refund.failure_reason.clone().unwrap_or_default(),
                returned,
            },
        ),
    };
    Ok(())
}
