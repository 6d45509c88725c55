//! The work of an import: reads the file in pieces, writes product by product, and goes on in another invocation
//! before its own time is over.
//!
//! What came of a product and how far the import has come are one transaction, so that a crash anywhere counts
//! nothing twice and leaves nothing out.

use std::{collections::HashSet, time::Duration};

use contracts::events::{OpeningStock, ProductImported};
use dynamo::{Command, Commands, Intent, Settled, Stored, Table};
use kernel::{Code, Currency, ImportId, Problem, ProductId, Reply, VariantId};
use lambda::{
    Platform,
    aws::{S3, Sqs},
    http::Incoming,
    queue::Work,
};
use serde::{Deserialize, Serialize};

use crate::{
    file::{self, Found, Place, Row},
    import::{Import, ImportError, ImportStatus, ImportView, Outcome, key_of, object_key},
    product::{Product, Terms},
    store::Catalogue,
};

/// The file is read in pieces of this many bytes, which bounds the memory that a file of any size takes.
const PIECE: u64 = 512 * 1024;
/// A product that takes more than this many bytes is none.
const LARGEST_PRODUCT: usize = 8 * 1024 * 1024;
/// Products that need no write of their own are counted together, so many at a time.
const COUNTED_AT_ONCE: usize = 50;
/// With less time than this left, the work goes on in another invocation.
const RESERVE: Duration = Duration::from_secs(15);

/// Imports, as requests see them.
#[derive(Clone, Debug)]
pub struct Imports {
    table: Table,
    commands: Commands,
    s3: S3,
    bucket: Option<String>,
    currency: Currency,
}

impl Imports {
    /// Over the platform that the function was given.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        Self::open(platform)
    }

    fn open(platform: &'static Platform) -> Result<Self, Problem> {
        Ok(Self {
            table: platform.table("product", "imports"),
            commands: platform.commands("product"),
            s3: S3::connect(&platform.connection),
            bucket: platform.optional("BUCKET_IMPORTS").map(str::to_owned),
            currency: platform.currency()?,
        })
    }

    /// The currency of a file that names none.
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// The bucket that files come into.
    pub fn bucket(&self) -> Result<&str, Problem> {
        self.bucket
            .as_deref()
            .ok_or_else(|| Problem::internal("the setting BUCKET_IMPORTS is missing"))
    }

    /// Writes a new import.
    pub async fn begin<T>(
        &self,
        import: &Import,
        intent: &Intent,
        reply: Reply<T>,
    ) -> Result<Reply<T>, Problem> {
        let mut command = self.commands.begin(intent);
        command.insert(&self.table, import);
        command.audit("product-import.begin", import.import_id);
        command.commit(reply).await
    }

    /// Lays the file of an import into the bucket, which starts the work. A request that is repeated lays the same
    /// file to the same place, where the work that was done is not done again.
    pub async fn lay(
        &self,
        reply: &Reply<ImportView>,
        content_type: &str,
        file: Vec<u8>,
    ) -> Result<(), Problem> {
        #[derive(Deserialize)]
        struct Begun {
            id: ImportId,
        }
        let begun: Begun = serde_json::from_slice(&reply.body).map_err(Problem::internal)?;
        self.s3
            .put(self.bucket()?, &object_key(begun.id), content_type, file)
            .await
    }

    /// The import that a request names, if its caller may see it.
    ///
    /// # Errors
    /// `import_not_found`, whether there is none or it is out of reach.
    pub async fn reached(&self, request: &Incoming) -> Result<Stored<Import>, Problem> {
        let id = request.path("id", Code::ImportNotFound)?;
        request.reach(self.find(id).await?, Code::ImportNotFound)
    }

    async fn find(&self, id: ImportId) -> Result<Option<Stored<Import>>, Problem> {
        self.table.get(&key_of(id)).await
    }
}

/// What the queue of imports brings.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum ImportWork {
    /// An import goes on.
    GoOn(GoOn),
    /// Files have come into the bucket.
    Uploaded(Uploaded),
    /// S3 tries out whether it may write to the queue.
    Test {
        /// `s3:TestEvent`.
        #[serde(rename = "Event")]
        event: String,
    },
}

/// An import goes on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GoOn {
    import_id: ImportId,
}

/// Files have come into the bucket: S3's notification.
#[derive(Clone, Debug, Deserialize)]
pub struct Uploaded {
    #[serde(rename = "Records")]
    records: Vec<UploadRecord>,
}

#[derive(Clone, Debug, Deserialize)]
struct UploadRecord {
    s3: UploadPlace,
}

#[derive(Clone, Debug, Deserialize)]
struct UploadPlace {
    object: UploadObject,
}

#[derive(Clone, Debug, Deserialize)]
struct UploadObject {
    key: String,
}

impl ImportWork {
    /// The imports that there is work on.
    pub fn imports(&self) -> Vec<ImportId> {
        match self {
            Self::GoOn(go_on) => vec![go_on.import_id],
            Self::Uploaded(uploaded) => uploaded
                .records
                .iter()
                .filter_map(|record| record.s3.object.key.strip_prefix("imports/")?.parse().ok())
                .collect(),
            Self::Test { .. } => Vec::new(),
        }
    }
}

/// What the work needs.
#[derive(Debug)]
pub struct ImportJob {
    platform: &'static Platform,
    imports: Imports,
    catalogue: Catalogue,
    sqs: Sqs,
    queue: String,
}

/// An import at work: as it is written, and as it has come since.
struct Progress {
    written: Stored<Import>,
    now: Import,
    uncounted: usize,
}

impl ImportJob {
    /// Over the platform that the function was given.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        Ok(Self {
            platform,
            imports: Imports::open(platform)?,
            catalogue: Catalogue::open(platform)?,
            sqs: Sqs::connect(&platform.connection),
            queue: platform.setting("QUEUE_IMPORTS_URL")?.to_owned(),
        })
    }

    /// Works on an import to its end, or until the time is over.
    pub async fn run(&self, id: ImportId, work: &Work<ImportWork>) -> Result<(), Problem> {
        let import = self.imports.find(id).await?;
        let written =
            import.ok_or_else(|| Problem::unavailable(format!("there is no import {id}")))?;
        if written.status != ImportStatus::Running {
            return Ok(());
        }
        let now = written.value.clone();
        let mut progress = Progress {
            written,
            now,
            uncounted: 0,
        };
        let mut place = progress.now.place();
        let mut piece: Vec<u8> = Vec::new();
        let mut read_to = place.offset;
        loop {
            let key = object_key(id);
            let range = self
                .imports
                .s3
                .get_range(self.imports.bucket()?, &key, read_to, PIECE)
                .await?;
            let range = range.ok_or_else(|| Problem::unavailable("the file is not there"))?;
            read_to += range.bytes.len() as u64;
            let is_end = range.bytes.is_empty() || read_to >= range.size;
            piece.extend(range.bytes);

            let began = place.offset;
            let found = match file::read(&piece, is_end, &mut place, progress.now.currency) {
                Ok(found) => found,
                Err(unreadable) => {
                    return self
                        .end(progress, Some(&unreadable.to_string()), work)
                        .await;
                }
            };
            for found in found {
                (place.offset, place.line) = (found.ends_at, found.next_line);
                progress = self.bring(progress, found, &place, work).await?;
                if work.remaining() < RESERVE {
                    self.count(progress, work).await?;
                    return self.go_on(id).await;
                }
            }
            if is_end {
                return self.end(progress, None, work).await;
            }
            let consumed = usize::try_from(place.offset - began).unwrap_or(piece.len());
            piece.drain(..consumed.min(piece.len()));
            if piece.len() > LARGEST_PRODUCT {
                let unreadable = file::Unreadable::TooLarge.to_string();
                return self.end(progress, Some(&unreadable), work).await;
            }
        }
    }

    /// Brings one product into the catalogue.
    async fn bring(
        &self,
        progress: Progress,
        found: Found,
        place: &Place,
        work: &Work<ImportWork>,
    ) -> Result<Progress, Problem> {
        let line = progress.now.place().line;
        let row = match found.row {
            Ok(row) => row,
            Err(error) => {
                return self
                    .note(progress, Outcome::Failed(error.into()), place, work)
                    .await;
            }
        };
        let step = work.step(format!("{} {}", progress.now.import_id, place.offset));
        let mut command = self.catalogue.begin(&step);
        let decided = self
            .decide(&mut command, &row, &progress.now, step.now)
            .await;
        let refused = |problem: &Problem| {
            let refused = ImportError {
                line,
                code: problem.code().name().to_owned(),
                detail: problem.to_string(),
            };
            Outcome::Failed(refused)
        };
        let outcome = match decided {
            Ok(Outcome::Unchanged) => {
                return self.note(progress, Outcome::Unchanged, place, work).await;
            }
            Ok(outcome) => outcome,
            Err(problem) if problem.is_ours() || problem.is_contention() => return Err(problem),
            Err(problem) => return self.note(progress, refused(&problem), place, work).await,
        };
        let next = progress.now.after(outcome, place.clone());
        command.update(&self.imports.table, &progress.written, &next);
        match command.settle().await {
            Ok(Settled::Now) => Ok(progress.written_as(next, step.now)),
            // Another delivery was here first: it is read again how far it came.
            Ok(Settled::Before) => Err(Problem::contention()),
            Err(problem) if problem.is_ours() || problem.is_contention() => Err(problem),
            Err(problem) => self.note(progress, refused(&problem), place, work).await,
        }
    }

    /// Decides what a row makes of the catalogue, and adds it to the command.
    async fn decide(
        &self,
        command: &mut Command,
        row: &Row,
        import: &Import,
        now: kernel::Timestamp,
    ) -> Result<Outcome, Problem> {
        let terms = Terms {
            currency: import.currency,
            ..self.catalogue.terms(import.seller_id)
        };
        let Some(there) = self
            .catalogue
            .by_handle(import.seller_id, &row.handle)
            .await?
        else {
            let id: ProductId = self.platform.ids.fresh(now);
            let product = Product::draft(id, Some(row.handle.clone()), row.input.clone(), &terms)?;
            let product = if row.published {
                product.publish()
            } else {
                product
            };
            self.catalogue.insert(command, &product);
            stock(command, 1, &product, row, import.import_id, &HashSet::new());
            return Ok(Outcome::Created);
        };
        let next = there.change(row.input.clone(), &terms)?;
        let next = if row.published { next.publish() } else { next };
        if next == there.value {
            return Ok(Outcome::Unchanged);
        }
        self.catalogue
            .replace(command, &there, &next, "product.import")
            .await?;
        let known = there.variants.iter().map(|variant| variant.id).collect();
        stock(command, there.rev + 1, &next, row, import.import_id, &known);
        Ok(Outcome::Updated)
    }

    /// Counts a product that needs no write of its own.
    async fn note(
        &self,
        mut progress: Progress,
        outcome: Outcome,
        place: &Place,
        work: &Work<ImportWork>,
    ) -> Result<Progress, Problem> {
        progress.now = progress.now.after(outcome, place.clone());
        progress.uncounted += 1;
        if progress.uncounted < COUNTED_AT_ONCE {
            return Ok(progress);
        }
        self.count(progress, work).await
    }

    async fn count(
        &self,
        progress: Progress,
        work: &Work<ImportWork>,
    ) -> Result<Progress, Problem> {
        if progress.uncounted == 0 {
            return Ok(progress);
        }
        let place = progress.now.place();
        let next = progress.now.clone();
        self.write(progress, next, &format!("to {}", place.offset), work)
            .await
    }

    async fn end(
        &self,
        progress: Progress,
        unreadable: Option<&str>,
        work: &Work<ImportWork>,
    ) -> Result<(), Problem> {
        let next = match unreadable {
            Some(detail) => progress.now.fail(detail),
            None => progress.now.complete(),
        };
        self.write(progress, next, "end", work).await.map(|_| ())
    }

    async fn write(
        &self,
        progress: Progress,
        next: Import,
        step: &str,
        work: &Work<ImportWork>,
    ) -> Result<Progress, Problem> {
        let step = work.step(format!("{} {step}", next.import_id));
        let mut command = self.catalogue.begin(&step);
        command.update(&self.imports.table, &progress.written, &next);
        command.audit("product-import.advance", next.import_id);
        match command.settle().await? {
            Settled::Now => Ok(progress.written_as(next, step.now)),
            Settled::Before => Err(Problem::contention()),
        }
    }

    async fn go_on(&self, id: ImportId) -> Result<(), Problem> {
        let message = serde_json::to_string(&GoOn { import_id: id }).map_err(Problem::internal)?;
        self.sqs.send(&self.queue, message, &[]).await
    }
}

impl Progress {
    fn written_as(self, next: Import, now: kernel::Timestamp) -> Self {
        let written = Stored {
            value: next.clone(),
            rev: self.written.rev + 1,
            updated_at: now,
            ..self.written
        };
        Self {
            written,
            now: next,
            uncounted: 0,
        }
    }
}

/// Announces the opening stock of variants that were not there before.
fn stock(
    command: &mut Command,
    rev: u64,
    product: &Product,
    row: &Row,
    import_id: ImportId,
    known: &HashSet<VariantId>,
) {
    let stock: Vec<OpeningStock> = product
        .variants
        .iter()
        .zip(&row.stock)
        .filter(|(variant, _)| !known.contains(&variant.id))
        .map(|(variant, quantity)| OpeningStock {
            variant_id: variant.id,
            quantity: *quantity,
        })
        .collect();
    if !stock.is_empty() {
        let (product_id, seller_id) = (product.product_id, product.seller_id);
        command.publish(
            rev,
            &ProductImported {
                import_id,
                product_id,
                seller_id,
                stock,
            },
        );
    }
}
