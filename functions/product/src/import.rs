//! An import of a file of products, and how far it has come.

use kernel::{Currency, ImportId, Owned, SellerId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use dynamo::{Item, Key};

use crate::file::{Place, RowError};

/// This many errors are kept; all are counted.
const MOST_ERRORS: usize = 100;

/// An import.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Import {
    /// Its id.
    pub import_id: ImportId,
    /// Whose products it brings.
    pub seller_id: SellerId,
    /// The currency of its prices.
    pub currency: Currency,
    /// Where it stands.
    pub status: ImportStatus,
    /// What came of the products so far.
    pub counts: Counts,
    /// What was wrong, at most 100.
    pub errors: Vec<ImportError>,
    /// The first byte of the file that has not been read.
    offset: u64,
    /// The line that it is on.
    line: u64,
    /// The file's columns, once they are read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    header: Option<Vec<String>>,
}

/// Where an import stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportStatus {
    /// It waits for its file, or is at work on it.
    Running,
    /// The file has been read to its end.
    Completed,
    /// The file cannot be read.
    Failed,
}

/// What came of products.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// Products that were added.
    pub created: u64,
    /// Products that were changed.
    pub updated: u64,
    /// Products that were as the file has them.
    pub unchanged: u64,
    /// Products that could not be read.
    pub failed: u64,
}

/// What came of one product.
#[derive(Clone, PartialEq, Debug)]
pub enum Outcome {
    /// It was added.
    Created,
    /// It was changed.
    Updated,
    /// It was as the file has it.
    Unchanged,
    /// It could not be read.
    Failed(ImportError),
}

/// What was wrong with one product of the file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ImportError {
    /// The line of the file, from 1.
    pub line: u64,
    /// `invalid_price`, `missing_title`, …
    pub code: String,
    /// In words.
    pub detail: String,
}

impl From<RowError> for ImportError {
    fn from(error: RowError) -> Self {
        let detail = error.detail.chars().take(300).collect();
        Self {
            line: error.line,
            code: error.code.to_owned(),
            detail,
        }
    }
}

/// What an import may be told.
#[derive(Clone, PartialEq, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportParams {
    /// The currency of the file's prices; the marketplace's unless told.
    pub currency: Option<Currency>,
}

impl Import {
    /// An import that waits for its file.
    pub fn new(import_id: ImportId, seller_id: SellerId, currency: Currency) -> Self {
        let start = Place::start();
        Self {
            import_id,
            seller_id,
            currency,
            status: ImportStatus::Running,
            counts: Counts::default(),
            errors: Vec::new(),
            offset: start.offset,
            line: start.line,
            header: start.header,
        }
    }

    /// Where in the file it goes on.
    pub fn place(&self) -> Place {
        Place {
            offset: self.offset,
            line: self.line,
            header: self.header.clone(),
        }
    }

    /// The same after one more product, which ends there.
    pub fn after(&self, outcome: Outcome, place: Place) -> Self {
        let mut next = self.at(place);
        match outcome {
            Outcome::Created => next.counts.created += 1,
            Outcome::Updated => next.counts.updated += 1,
            Outcome::Unchanged => next.counts.unchanged += 1,
            Outcome::Failed(error) => {
                next.counts.failed += 1;
                if next.errors.len() < MOST_ERRORS {
                    next.errors.push(error);
                }
            }
        }
        next
    }

    /// The same at another place of the file.
    pub fn at(&self, place: Place) -> Self {
        Self {
            offset: place.offset,
            line: place.line,
            header: place.header,
            ..self.clone()
        }
    }

    /// The same, read to its end.
    pub fn complete(&self) -> Self {
        Self {
            status: ImportStatus::Completed,
            ..self.clone()
        }
    }

    /// The same, given up because of the file.
    pub fn fail(&self, detail: &str) -> Self {
        let error = ImportError {
            line: self.line,
            code: "unreadable_file".to_owned(),
            detail: detail.to_owned(),
        };
        let mut next = Self {
            status: ImportStatus::Failed,
            ..self.clone()
        };
        next.errors.push(error);
        next
    }

    /// How it is shown.
    pub fn view(&self) -> ImportView {
        ImportView {
            id: self.import_id,
            status: self.status,
            counts: self.counts,
            errors: self.errors.clone(),
        }
    }
}

impl Item for Import {
    const KIND: &'static str = "import";

    fn key(&self) -> Key {
        key_of(self.import_id)
    }
}

pub(crate) fn key_of(id: ImportId) -> Key {
    Key::new(format!("import#{id}"), "import")
}

/// Where the file of an import lies in the bucket.
pub fn object_key(id: ImportId) -> String {
    format!("imports/{id}")
}

impl Owned for Import {
    fn of_seller(&self, seller: SellerId) -> bool {
        self.seller_id == seller
    }
}

/// An import as it is shown.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
#[schemars(rename = "ProductImport")]
pub struct ImportView {
    /// Its id.
    pub id: ImportId,
    /// Where it stands.
    pub status: ImportStatus,
    /// What came of the products so far.
    #[serde(flatten)]
    pub counts: Counts,
    /// What was wrong, at most the first 100.
    pub errors: Vec<ImportError>,
}

/// When an import's upload form ends.
pub fn form_ends(now: Timestamp) -> Timestamp {
    now.plus(std::time::Duration::from_mins(15))
}

/// Where an import is followed.
pub fn location(id: ImportId) -> String {
    format!("/v1/product-imports/{id}")
}
