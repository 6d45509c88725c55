//! How invoices and credit notes are kept, in the table `documents`, and their papers in the bucket `order-documents`:
//!
//! | item | key | |
//! |---|---|---|
//! | `order-document` | `order#<id>` / `document#<id>` | by-pending while it is not printed: `pending` / since when |
//! | `document-series` | `series#<seller, or marketplace>` / `<kind>` | the last number that was given |
//!
//! A number is given in the transaction that writes the document and marks what it is of in the order: an order that
//! was changed meanwhile, or a number that another was faster to take, and nothing is written.

use std::{
    collections::{HashMap, hash_map::Entry},
    time::Duration,
};

use contracts::{
    events::{DocumentTold, OrderCreditNoteIssued, OrderInvoiceIssued},
    views::{LegalIdentity, SellerName},
};
use dynamo::{
    Command, Commands, Cursors, Db, Intent, Item, Key, Query, Stored, Table, table::Position,
};
use kernel::{Code, OrderDocumentId, OrderId, Page, Problem, SellerId, Timestamp, page::Limit};
use lambda::{Platform, aws::S3, http::Incoming};

use super::{Orders, announce};
use crate::{
    documents::{
        AT_ONCE, Document, DocumentKind, DocumentSummary, DocumentView, Issuer, Owed, Series,
        Stamp, print,
    },
    facts::Fact,
    guest::GuestOrders,
    order::{Order, Turn},
    view::Viewer,
};

/// How long a link to a paper is good.
const LINK_LASTS: Duration = Duration::from_mins(5);
/// The run of all documents that are not printed: each for seconds.
const PENDING: &str = "pending";
/// What one run of the watch looks after at most.
const WATCHED: usize = 100;

impl Item for Document {
    const KIND: &'static str = "order-document";

    fn key(&self) -> Key {
        document_key(self.order_id, self.document_id)
    }

    fn indexes(&self) -> Vec<(&'static str, String, String)> {
        match self.printed_at {
            Some(_) => Vec::new(),
            None => vec![("by-pending", PENDING.to_owned(), self.told_at.to_string())],
        }
    }
}

fn order_run(order: OrderId) -> String {
    format!("order#{order}")
}

fn document_key(order: OrderId, document: OrderDocumentId) -> Key {
    Key::new(order_run(order), format!("document#{document}"))
}

impl Item for Series {
    const KIND: &'static str = "document-series";

    fn key(&self) -> Key {
        series_key(self.seller_id, self.kind)
    }
}

fn series_key(seller: Option<SellerId>, kind: DocumentKind) -> Key {
    let whose = seller.map_or("marketplace".to_owned(), |seller| seller.to_string());
    Key::new(format!("series#{whose}"), kind.name())
}

/// The documents of orders.
#[derive(Debug)]
pub struct Documents {
    db: Db,
    /// Their orders.
    pub orders: Orders,
    table: Table,
    commands: Commands,
}

/// The numbers that are given in one go.
#[derive(Default)]
struct Numbers(HashMap<(Option<SellerId>, DocumentKind), Counted>);

/// A series as it was read, if it was there, and as it goes on.
struct Counted {
    before: Option<Stored<Series>>,
    series: Series,
}

impl Documents {
    /// Over the platform that the function was given.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        Ok(Self {
            db: platform.db.clone(),
            orders: Orders::start(platform).await?,
            table: platform.table("order", "documents"),
            commands: platform.commands("order"),
        })
    }

    /// Issues the documents that an order owes; more than twenty in as many goes as it takes.
    ///
    /// # Errors
    /// `unavailable` where there is no such order; contention where it was changed meanwhile, or another order was
    /// faster to take a number.
    pub async fn issue(&self, id: OrderId, intent: &Intent) -> Result<(), Problem> {
        let read = self.orders.find(id).await?;
        let read = read.ok_or_else(|| Problem::unavailable(format!("there is no order {id}")))?;
        let (mut order, mut numbers) = (read.value.clone(), Numbers::default());
        let (mut issued, mut facts) = (Vec::new(), Vec::new());
        while let Some(owed) = order.owed_document().filter(|_| issued.len() < AT_ONCE) {
            let stamp = Stamp {
                document_id: intent.ids.fresh(intent.now),
                number: self.number(&mut numbers, &owed).await?,
                issuer: self.issuer(&owed).await?,
                order_revision: read.rev + 1,
                now: intent.now,
            };
            let document = order.issue(&owed, stamp);
            let document = document.ok_or_else(|| Problem::internal("an order owes nothing"))?;
            facts.push(document.fact());
            issued.push(document);
        }
        if issued.is_empty() {
            return Ok(());
        }
        facts.extend(order.documents_due());
        order.rest();
        let turn = Turn {
            order,
            facts,
            action: "order.issue-documents",
        };
        let mut command = self.orders.begin(&read, &turn, intent);
        self.write(&mut command, &issued, &numbers);
        command.settle().await?;
        Ok(())
    }

    fn write(&self, command: &mut Command, issued: &[Document], numbers: &Numbers) {
        for document in issued {
            command.insert(&self.table, document);
        }
        for Counted { before, series } in numbers.0.values() {
            command.save(&self.table, before.as_ref(), series);
        }
    }

    /// The next number of the series that a document is of.
    async fn number(&self, numbers: &mut Numbers, owed: &Owed) -> Result<String, Problem> {
        let which = (owed.seller_id, owed.kind());
        let counted = match numbers.0.entry(which) {
            Entry::Occupied(counted) => counted.into_mut(),
            Entry::Vacant(place) => {
                let key = series_key(which.0, which.1);
                let before = self.table.get::<Series>(&key).await?;
                let series = before.as_ref().map(|before| before.value.clone());
                let series = series.unwrap_or_else(|| Series::new(which.0, which.1));
                place.insert(Counted { before, series })
            }
        };
        Ok(counted.series.give())
    }

    /// In whose name a document is issued, as that stands now.
    async fn issuer(&self, owed: &Owed) -> Result<Option<Issuer>, Problem> {
        let Some(seller) = owed.seller_id else {
            return Ok(None);
        };
        let keys = (&seller, &seller);
        let known = self.db.two_views::<LegalIdentity, SellerName>(keys).await?;
        Ok(Some(match known {
            (Some(legal), _) => Issuer::seated(legal.legal_name.expose(), legal.address.expose()),
            (None, Some(name)) => Issuer::named(name.display_name, Some(name.legal_country)),
            (None, None) => Issuer::named(seller, None),
        }))
    }

    /// A page of an order's documents, the first first, as far as they are the viewer's: a seller's page may be short.
    pub async fn list(
        &self,
        order: &Order,
        viewer: Viewer,
        limit: Limit,
        (cursors, cursor): (&Cursors, Option<&str>),
    ) -> Result<Page<DocumentSummary>, Problem> {
        let scope = format!("documents of {} {viewer:?}", order.id);
        let after: Option<Position> = cursor
            .map(|cursor| cursors.open(&scope, cursor))
            .transpose()?;
        let run = Query::table(order_run(order.id)).limit(limit.get());
        let (found, next) = self.table.walk::<Document>(run, after).await?;
        let own = found.iter().filter(|document| document.is_for(viewer));
        let next = next
            .map(|position| cursors.seal(&scope, &position))
            .transpose()?;
        Ok(Page::new(
            own.map(|document| document.summary()).collect(),
            next,
        ))
    }

    /// The document of an order that a request names, if it is the viewer's.
    ///
    /// # Errors
    /// `order_document_not_found`, whether there is none or it is another's.
    pub async fn named(
        &self,
        order: &Order,
        viewer: Viewer,
        request: &Incoming,
    ) -> Result<Stored<Document>, Problem> {
        let missing = Code::OrderDocumentNotFound;
        let key = document_key(order.id, request.path("document_id", missing)?);
        let found = self.table.get::<Document>(&key).await?;
        let own = found.filter(|document| document.is_for(viewer));
        own.ok_or_else(|| missing.into())
    }

    /// The documents that wait to be printed and of which nobody has been told since then, the longest first.
    pub async fn pending_since(&self, since: Timestamp) -> Result<Vec<Document>, Problem> {
        let run = Query::index("by-pending", PENDING)
            .up_to(since.to_string())
            .limit(WATCHED);
        let pending = self.table.query::<Document>(run).await?;
        Ok(pending.into_iter().map(|document| document.value).collect())
    }

    /// Tells once more of a document that it is issued, if it still waits to be printed.
    pub async fn tell_again(
        &self,
        listed: &Document,
        quiet_since: Timestamp,
        step: impl Fn(String) -> Intent,
    ) -> Result<(), Problem> {
        // The index lags behind; what is decided is decided on the document itself.
        let Some(read) = self.table.get::<Document>(&listed.key()).await? else {
            return Ok(());
        };
        let intent = step(format!("{} {}", read.document_id, read.told_at));
        let Some(next) = read.told_again(quiet_since, intent.now) else {
            return Ok(());
        };
        let mut command = self.commands.begin(&intent);
        command.update(&self.table, &read, &next);
        announce(&mut command, read.order_revision, &next.fact());
        command.audit("order.tell-document-again", read.document_id);
        command.settle().await?;
        Ok(())
    }
}

/// The papers of documents.
#[derive(Debug)]
pub struct Prints {
    /// The documents.
    pub documents: Documents,
    s3: S3,
    bucket: String,
}

impl Prints {
    /// Over the platform that the function was given.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        Ok(Self {
            documents: Documents::start(platform).await?,
            s3: S3::connect(&platform.connection),
            bucket: platform.setting("BUCKET_ORDER_DOCUMENTS")?.to_owned(),
        })
    }

    /// Prints a document that was issued. Printed twice, it is the same paper in the same place.
    ///
    /// # Errors
    /// `unavailable` where there is no such document: nothing is told of one before it is written.
    pub async fn print(&self, told: &DocumentTold, intent: &Intent) -> Result<(), Problem> {
        let table = &self.documents.table;
        let key = document_key(told.order_id, told.document_id);
        let read = table.get::<Document>(&key).await?;
        let read = read.ok_or_else(|| Problem::unavailable("there is no such document"))?;
        if read.printed_at.is_some() {
            return Ok(());
        }
        let (place, paper) = (read.place(), print::pdf(&read)?);
        self.s3
            .put(&self.bucket, &place, "application/pdf", paper)
            .await?;
        let mut command = self.documents.commands.begin(intent);
        command.update(table, &read, &read.printed(intent.now));
        command.audit("order.print-document", read.document_id);
        command.settle().await?;
        Ok(())
    }

    /// A document as it is shown, with a link to its paper that is good for minutes, if it is printed.
    pub async fn show(&self, document: &Document) -> Result<DocumentView, Problem> {
        if document.printed_at.is_none() {
            return Ok(document.view(None));
        }
        let place = document.place();
        let url = self.s3.link(&self.bucket, &place, LINK_LASTS).await?;
        Ok(document.view(Some(url)))
    }
}

/// The documents of orders that are opened by a link.
#[derive(Debug)]
pub struct GuestDocuments<T> {
    /// The orders.
    pub guests: GuestOrders,
    /// Their documents.
    pub documents: T,
}

impl GuestDocuments<Documents> {
    /// Over the platform that the function was given.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        Ok(Self {
            guests: GuestOrders::start(platform).await?,
            documents: Documents::start(platform).await?,
        })
    }
}

impl GuestDocuments<Prints> {
    /// Over the platform that the function was given.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        Ok(Self {
            guests: GuestOrders::start(platform).await?,
            documents: Prints::start(platform).await?,
        })
    }
}

impl Document {
    /// What there is to say of it; the same however often it is said.
    fn fact(&self) -> Fact {
        match self.kind {
            DocumentKind::Invoice => Fact::InvoiceIssued(OrderInvoiceIssued(self.told())),
            DocumentKind::CreditNote => Fact::CreditNoteIssued(OrderCreditNoteIssued(self.told())),
        }
    }
}
