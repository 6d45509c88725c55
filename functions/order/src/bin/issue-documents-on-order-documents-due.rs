//! order.documents-due: something of an order is paid or given back; gives its invoices and credit notes their numbers.

use contracts::events::OrderDocumentsDue;
use kernel::Problem;
use lambda::consume::{self, Event};
use order::Documents;

async fn issue_documents(
    documents: &'static Documents,
    event: Event<OrderDocumentsDue>,
) -> Result<(), Problem> {
    documents.issue(event.data.order_id, event.intent()).await
}

pub(crate) fn main() -> lambda::Exit {
    consume::serve(Documents::start, issue_documents)
}
