//! The documents that show who a business is: what was announced, what came, and what is kept.

use std::{fmt, str::FromStr, time::Duration};

use kernel::{DocumentId, SellerId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Day;

/// How long a form is taken.
pub const FORM_LASTS: Duration = Duration::from_mins(15);
/// What has not come by then will not come: the form has ended, and S3 has announced what it took.
pub(crate) const FORGOTTEN_AFTER: Duration = Duration::from_hours(1);
/// The largest document in bytes.
pub(crate) const LARGEST: u64 = 10 * 1024 * 1024;
/// The bytes at the start of a file that tell what it is.
pub(crate) const START: u64 = 16;

/// What a document shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// The business's entry in the register.
    RegisterExtract,
    /// A certificate of the tax office.
    TaxCertificate,
    /// The identity of who owns or runs it.
    Identity,
    /// That the business is at its address.
    ProofOfAddress,
    /// That the bank account is the business's.
    BankStatement,
    /// Anything else.
    Other,
}

/// What a document is written in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub enum MediaType {
    /// `application/pdf`
    #[serde(rename = "application/pdf")]
    Pdf,
    /// `image/jpeg`
    #[serde(rename = "image/jpeg")]
    Jpeg,
    /// `image/png`
    #[serde(rename = "image/png")]
    Png,
}

impl MediaType {
    /// Its name (RFC 6838).
    pub fn name(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }

    /// Whether a file that starts so is of this type, whatever it is called: ISO 32000-2 §7.5.2, ITU-T T.81 annex B,
    /// the PNG specification §5.2.
    pub(crate) fn starts(self, file: &[u8]) -> bool {
        file.starts_with(match self {
            Self::Pdf => b"%PDF-",
            Self::Jpeg => b"\xff\xd8\xff",
            Self::Png => b"\x89PNG\r\n\x1a\n",
        })
    }
}

/// How many bytes a document has: 1 to 10 MB.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "u64")]
pub struct Size(u64);

impl Size {
    /// The number.
    pub fn get(self) -> u64 {
        self.0
    }
}

impl TryFrom<u64> for Size {
    type Error = &'static str;
    fn try_from(bytes: u64) -> Result<Self, &'static str> {
        if (1..=LARGEST).contains(&bytes) {
            Ok(Self(bytes))
        } else {
            Err("expected 1 to 10485760 bytes (10 MB)")
        }
    }
}

impl JsonSchema for Size {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Size".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "integer", "minimum": 1, "maximum": LARGEST })
    }
}

/// What a seller says of a document before it comes.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "BusinessDocumentInput")]
pub struct DocumentInput {
    /// What it shows.
    pub kind: DocumentKind,
    /// What it is written in.
    pub media_type: MediaType,
    /// How many bytes it has, exactly.
    pub size: Size,
    /// The last day on which it is valid, if it says one.
    #[serde(default)]
    pub expires_on: Option<Day>,
}

/// Where a document stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "BusinessDocumentStatus")]
pub enum DocumentStatus {
    /// Its form was handed out, and nothing has come yet.
    Awaited,
    /// It is there.
    Attached,
    /// What came has another size than was said.
    WrongSize,
    /// What came is of another type than was said.
    WrongType,
    /// Its seller does not want it any more; its bytes are about to be deleted.
    Removed,
}

/// A document.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Document {
    /// Its id.
    pub id: DocumentId,
    /// What it shows.
    pub kind: DocumentKind,
    /// What it is written in.
    pub media_type: MediaType,
    /// How many bytes it has.
    pub size: Size,
    /// The last day on which it is valid, if it says one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_on: Option<Day>,
    /// Where it stands.
    pub status: DocumentStatus,
    /// Since when.
    pub since: Timestamp,
}

impl Document {
    /// One whose form is handed out.
    pub fn awaited(id: DocumentId, said: &DocumentInput, now: Timestamp) -> Self {
        Self {
            id,
            kind: said.kind,
            media_type: said.media_type,
            size: said.size,
            expires_on: said.expires_on,
            status: DocumentStatus::Awaited,
            since: now,
        }
    }

    /// Whether it is there and is no longer valid.
    pub fn has_expired(&self, now: Timestamp) -> bool {
        let ended = |day: Day| day.end() <= now;
        self.status == DocumentStatus::Attached && self.expires_on.is_some_and(ended)
    }

    /// What becomes of it when a file of this size that starts so has come.
    pub(crate) fn judge(&self, size: u64, start: &[u8]) -> DocumentStatus {
        if size != self.size.get() {
            DocumentStatus::WrongSize
        } else if !self.media_type.starts(start) {
            DocumentStatus::WrongType
        } else {
            DocumentStatus::Attached
        }
    }

    pub(crate) fn with(&self, status: DocumentStatus, now: Timestamp) -> Self {
        Self {
            status,
            since: now,
            ..self.clone()
        }
    }
}

/// Where the file of a document lies: `<seller>/<document>` behind the prefix of its bucket.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// Whose business.
    pub seller: SellerId,
    /// Which document.
    pub document: DocumentId,
}

/// The bucket in which uploads arrive, which forgets them after a day.
pub(crate) const ARRIVALS: &str = "arrivals/";
const DOCUMENTS: &str = "documents/";

impl Place {
    /// Its key where it arrives. A form may be sent again and again until it ends, so what is looked at there is
    /// copied to where no form leads.
    pub fn arrival(self) -> String {
        format!("{ARRIVALS}{self}")
    }

    /// Its key where it is kept.
    pub fn kept(self) -> String {
        format!("{DOCUMENTS}{self}")
    }

    /// What has arrived with this key, if it is of ours.
    pub fn of_arrival(key: &str) -> Option<Self> {
        key.strip_prefix(ARRIVALS)?.parse().ok()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.seller, self.document)
    }
}

/// The text is no place of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoPlace;

impl FromStr for Place {
    type Err = NoPlace;
    fn from_str(text: &str) -> Result<Self, NoPlace> {
        let (seller, document) = text.split_once('/').ok_or(NoPlace)?;
        Ok(Self {
            seller: seller.parse().map_err(|_| NoPlace)?,
            document: document.parse().map_err(|_| NoPlace)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use kernel::Ids;

    use super::*;

    fn passport() -> Document {
        let said = DocumentInput {
            kind: DocumentKind::Identity,
            media_type: MediaType::Png,
            size: Size(9),
            expires_on: Some("2026-05-31".parse().unwrap()),
        };
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        Document::awaited(Ids::seeded(1).fresh(now), &said, now)
    }

    #[test]
    fn a_file_is_what_its_bytes_say() {
        let judged = |size, start: &[u8]| passport().judge(size, start);
        assert_eq!(judged(9, b"\x89PNG\r\n\x1a\n."), DocumentStatus::Attached);
        assert_eq!(judged(8, b"\x89PNG\r\n\x1a\n"), DocumentStatus::WrongSize);
        for other in [
            &b"%PDF-1.7."[..],
            b"\xff\xd8\xff\xe0.....",
            b"<svg/>...",
            b"\x89PNG",
            b"",
        ] {
            assert_eq!(judged(9, other), DocumentStatus::WrongType);
        }
        assert!(MediaType::Pdf.starts(b"%PDF-2.0"));
        assert!(MediaType::Jpeg.starts(b"\xff\xd8\xff\xe1"));
        for kind in [MediaType::Pdf, MediaType::Jpeg, MediaType::Png] {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
        }
    }

    #[test]
    fn it_is_valid_to_the_end_of_its_last_day() {
        let attached = passport().with(DocumentStatus::Attached, Timestamp::from_second(1));
        let expired = |at: &str| attached.has_expired(at.parse().unwrap());
        assert!(!expired("2026-05-31T23:59:59.999Z"));
        assert!(expired("2026-06-01T00:00:00Z"));
        assert!(!passport().has_expired("2027-01-01T00:00:00Z".parse().unwrap()));
    }

    #[test]
    fn a_size_is_at_most_ten_megabytes() {
        assert!(Size::try_from(0).is_err());
        assert!(Size::try_from(LARGEST).is_ok());
        assert!(Size::try_from(LARGEST + 1).is_err());
    }

    #[test]
    fn a_place_is_found_by_its_key() {
        let ids = Ids::seeded(2);
        let now = Timestamp::from_second(1);
        let place = Place {
            seller: ids.fresh(now),
            document: ids.fresh(now),
        };
        assert_eq!(Place::of_arrival(&place.arrival()), Some(place));
        for other in [
            place.kept(),
            String::new(),
            "arrivals/a/b".to_owned(),
            place.to_string(),
        ] {
            assert_eq!(Place::of_arrival(&other), None);
        }
    }
}
