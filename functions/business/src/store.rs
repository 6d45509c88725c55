//! How businesses are kept:
//!
//! | table | item | key | |
//! |---|---|---|---|
//! | `businesses` | `business` | `business#<seller>` / `business` | by-status: `status#<status>` / since when; by-due while the clock has something to do: `due` / when |
//! | `keys` | `subject-key` | `subject#<seller>` / `key` | what opens the seller's numbers; without it they are lost |
//!
//! and their files: `arrivals/<seller>/<document>` in the bucket of arrivals, `documents/…` in that of documents.

use std::time::Duration;

use contracts::events::{
    BusinessRejected, BusinessReverificationRequired, BusinessSubmitted, BusinessVerified,
};
use dynamo::{Command, Commands, Cursors, Intent, Item, Key, Query, Stored, SubjectKey, Table};
use kernel::{Code, Ids, Page, Problem, Reply, SellerId, Timestamp, page::Limit};
use lambda::{
    Platform,
    aws::S3,
    http::{self, Incoming, Outcome},
    keys::SubjectKeys,
};

use crate::{
    BankAccount, Business, BusinessInput, BusinessSummary, BusinessView, Document, DocumentStatus,
    DocumentView, Status,
    business::{Fact, Sealer, Seat, Turn},
    document::{Place, START},
};

/// What one run of the clock looks after at most.
const TIDIED: usize = 100;
/// How long a document can be looked at by its URL.
const LINK_LASTS: Duration = Duration::from_mins(5);

impl Item for Business {
    const KIND: &'static str = "business";

    fn key(&self) -> Key {
        key_of(self.seller_id)
    }

    fn indexes(&self) -> Vec<(&'static str, String, String)> {
        let order = format!("{}#{}", self.since, self.seller_id);
        let mut indexes = vec![("by-status", run_of(self.status), order)];
        if let Some(due) = self.due() {
            indexes.push(("by-due", DUE.to_owned(), due.to_string()));
        }
        indexes
    }
}

const DUE: &str = "due";

fn key_of(seller: SellerId) -> Key {
    Key::new(format!("business#{seller}"), "business")
}

fn run_of(status: Status) -> String {
    format!("status#{status}")
}

/// A seller's business and the key of its numbers, as far as there are any.
#[derive(Debug)]
pub struct Desk {
    /// Whose.
    pub seller: SellerId,
    /// The business.
    pub business: Option<Stored<Business>>,
    key: Option<Stored<SubjectKey>>,
}

/// What seals, and the key that it was made for it.
#[derive(Debug)]
pub struct Sealing<'a> {
    /// What seals.
    pub sealer: Sealer<'a>,
    new: Option<SubjectKey>,
}

/// The businesses, as the service's functions read and write them.
#[derive(Debug)]
pub struct Businesses {
    table: Table,
    commands: Commands,
    /// Where the function's manifest entry gives it any.
    keys: Option<SubjectKeys>,
    s3: S3,
    arrivals: Option<String>,
    documents: Option<String>,
}

impl Businesses {
    /// Over the platform that the function was given.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        let keys = platform.optional("SUBJECT_KEY");
        let bucket = |name| platform.optional(name).map(str::to_owned);
        Ok(Self {
            table: platform.table("business", "businesses"),
            commands: platform.commands("business"),
            keys: keys
                .map(|_| SubjectKeys::open(platform, "business"))
                .transpose()?,
            s3: S3::connect(&platform.connection),
            arrivals: bucket("BUCKET_BUSINESS_ARRIVALS"),
            documents: bucket("BUCKET_BUSINESS_DOCUMENTS"),
        })
    }

    fn keys(&self) -> Result<&SubjectKeys, Problem> {
        let keys = self.keys.as_ref();
        keys.ok_or_else(|| Problem::internal("the setting SUBJECT_KEY is missing"))
    }

    /// The bucket that documents come into.
    pub fn arrivals(&self) -> Result<&str, Problem> {
        let bucket = self.arrivals.as_deref();
        bucket.ok_or_else(|| Problem::internal("the setting BUCKET_BUSINESS_ARRIVALS is missing"))
    }

    fn documents(&self) -> Result<&str, Problem> {
        let bucket = self.documents.as_deref();
        bucket.ok_or_else(|| Problem::internal("the setting BUCKET_BUSINESS_DOCUMENTS is missing"))
    }

    /// The business that a request names, if its caller's grant reaches it.
    ///
    /// # Errors
    /// `business_not_found`, whether there is none or it is out of reach.
    pub async fn reached(&self, request: &Incoming) -> Result<Stored<Business>, Problem> {
        let seller = request.path("id", Code::BusinessNotFound)?;
        let found = self.table.get(&key_of(seller)).await?;
        request.reach(found, Code::BusinessNotFound)
    }

    /// The place of the business that a request names, if its caller's grant reaches it, and what is there.
    ///
    /// # Errors
    /// `business_not_found` where it is another's.
    pub async fn desk(&self, request: &Incoming) -> Result<Desk, Problem> {
        let seller: SellerId = request.path("id", Code::BusinessNotFound)?;
        if !request.reaches(&Seat(seller)) {
            return Err(Code::BusinessNotFound.into());
        }
        let key = self.keys()?.place(seller);
        let (business, key) = self.table.get_both((&key_of(seller), &key)).await?;
        Ok(Desk {
            seller,
            business,
            key,
        })
    }

    /// What seals the numbers that a seller says, where it says any.
    pub async fn sealing<'a>(
        &self,
        desk: &Desk,
        said: &BusinessInput,
        ids: &'a Ids,
    ) -> Result<Sealing<'a>, Problem> {
        let (new, key) = if said.has_secrets() {
            let (new, key) = self.keys()?.of(desk.seller, desk.key.as_ref()).await?;
            (new, Some(key))
        } else {
            (None, None)
        };
        let is_new = new.is_some();
        Ok(Sealing {
            sealer: Sealer { key, is_new, ids },
            new,
        })
    }

    /// Writes what a seller has said of its business, if it is something new.
    pub async fn register(
        &self,
        desk: &Desk,
        turn: &Turn,
        sealing: Sealing<'_>,
        intent: &Intent,
    ) -> Outcome<BusinessView> {
        let read = desk.business.as_ref();
        if let Some(same) = read.filter(|read| read.value == turn.business) {
            return Ok(http::ok(&same.view())?.version(same.rev));
        }
        let rev = read.map_or(0, |read| read.rev) + 1;
        let mut command = self.begin(read, turn, "business.register", intent);
        if let Some(new) = &sealing.new {
            self.keys()?.keep(&mut command, Some(new));
        }
        let reply = http::ok(&turn.business.view())?.version(rev);
        command.commit(reply).await
    }

    /// Writes what a request has made of a business, announces it, and shows it.
    pub async fn turn(
        &self,
        read: &Stored<Business>,
        turn: &Turn,
        action: &str,
        intent: &Intent,
    ) -> Outcome<BusinessView> {
        let reply = http::ok(&turn.business.view())?.version(read.rev + 1);
        self.reply(read, turn, action, intent, reply).await
    }

    /// The same with another reply.
    pub async fn reply<T>(
        &self,
        read: &Stored<Business>,
        turn: &Turn,
        action: &str,
        intent: &Intent,
        reply: Reply<T>,
    ) -> Outcome<T> {
        let command = self.begin(Some(read), turn, action, intent);
        command.commit(reply).await
    }

    fn begin(
        &self,
        read: Option<&Stored<Business>>,
        turn: &Turn,
        action: &str,
        intent: &Intent,
    ) -> Command {
        let mut command = self.commands.begin(intent);
        command.save(&self.table, read, &turn.business);
        let rev = read.map_or(0, |read| read.rev) + 1;
        let seller_id = turn.business.seller_id;
        match turn.fact.clone() {
            Some(Fact::Submitted) => command.publish(rev, &BusinessSubmitted { seller_id }),
            Some(Fact::Verified) => command.publish(rev, &BusinessVerified { seller_id }),
            Some(Fact::Rejected(reasons)) => {
                command.publish(rev, &BusinessRejected { seller_id, reasons })
            }
            Some(Fact::ReverificationRequired(reason)) => {
                command.publish(rev, &BusinessReverificationRequired { seller_id, reason })
            }
            None => &mut command,
        };
        command.audit(action, seller_id);
        command
    }

    /// The businesses that stand somewhere, the longest first.
    pub async fn list(
        &self,
        status: Status,
        limit: Limit,
        (cursors, cursor): (&Cursors, Option<&str>),
    ) -> Result<Page<BusinessSummary>, Problem> {
        let run = run_of(status);
        let query = Query::index("by-status", run.clone()).limit(limit.get());
        let page = self.table.page::<Business>(query, cursors, &run, cursor);
        Ok(page.await?.map(|business| business.summary()))
    }

    /// The bank account of the business at this desk, opened; who wanted to see it is in the audit log before
    /// anyone does.
    ///
    /// # Errors
    /// `business_not_found`; `bank_account_not_found`, where its key was erased too.
    pub async fn reveal_bank_account(
        &self,
        desk: &Desk,
        intent: &Intent,
    ) -> Result<BankAccount, Problem> {
        let business = desk.business.as_ref().ok_or(Code::BusinessNotFound)?;
        let kept = desk.key.as_ref().ok_or(Code::BankAccountNotFound)?;
        let key = self.keys()?.unwrap(kept).await?;
        let account = business
            .bank_account(&key)?
            .ok_or(Code::BankAccountNotFound)?;
        let mut command = self.commands.begin(intent);
        command.audit("business.reveal-bank-account", desk.seller);
        command.settle().await?;
        Ok(account)
    }

    /// The documents of a business, each with a URL by which it can be looked at.
    pub async fn show_documents(&self, business: &Business) -> Result<Vec<DocumentView>, Problem> {
        let mut shown = Vec::new();
        for document in business.shown_documents() {
            let url = self.link(business.seller_id, document).await?;
            shown.push(document.view(url));
        }
        Ok(shown)
    }

    async fn link(&self, seller: SellerId, document: &Document) -> Result<Option<String>, Problem> {
        if document.status != DocumentStatus::Attached {
            return Ok(None);
        }
        let place = Place {
            seller,
            document: document.id,
        };
        let key = place.kept();
        let link = self.s3.link(self.documents()?, &key, LINK_LASTS);
        link.await.map(Some)
    }

    /// Looks at a file that has arrived, and keeps it as the document that was awaited, or says what is wrong with it.
    pub async fn attach(&self, place: Place, intent: &Intent) -> Result<(), Problem> {
        let Some(read) = self.table.get::<Business>(&key_of(place.seller)).await? else {
            return Ok(());
        };
        let Some(awaited) = read.awaits(place.document) else {
            return Ok(());
        };
        let (bucket, key) = (self.arrivals()?, place.arrival());
        // What the bucket has forgotten is not awaited any more either.
        let Some(file) = self.s3.get_range(bucket, &key, 0, START).await? else {
            return Ok(());
        };
        let found = awaited.judge(file.size, &file.bytes);
        if found == DocumentStatus::Attached {
            let etag = file.etag.unwrap_or_default();
            let kept = place.kept();
            let copy = self
                .s3
                .copy((bucket, &key), &etag, (self.documents()?, &kept));
            copy.await?;
        }
        if let Some(turn) = read.receive_document(place.document, found, intent.now)? {
            let command = self.begin(Some(&read), &turn, "business.attach-document", intent);
            command.settle().await?;
        }
        Ok(())
    }

    /// The sellers whose businesses the clock has something to do with, the longest first, at most a hundred.
    pub async fn due(&self, now: Timestamp) -> Result<Vec<SellerId>, Problem> {
        let run = Query::index("by-due", DUE)
            .up_to(now.to_string())
            .limit(TIDIED);
        let due = self.table.query::<Business>(run).await?;
        Ok(due.into_iter().map(|it| it.value.seller_id).collect())
    }

    /// Does what the clock has to do with a business: deletes files, forgets what never came, ends its being verified.
    /// `step` names the step that is done once, however many clocks tick.
    pub async fn tidy(
        &self,
        seller: SellerId,
        step: impl Fn(String) -> Intent,
    ) -> Result<(), Problem> {
        // The index lags behind; what is decided is decided on the business itself.
        let Some(read) = self.table.get::<Business>(&key_of(seller)).await? else {
            return Ok(());
        };
        let intent = step(format!("{seller} {}", read.rev));
        if let Some((turn, files)) = read.tidy(intent.now)? {
            for file in files {
                self.s3.delete(self.documents()?, &file.kept()).await?;
            }
            let command = self.begin(Some(&read), &turn, "business.tidy", &intent);
            command.settle().await?;
        }
        Ok(())
    }
}
