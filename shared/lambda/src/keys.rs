//! The keys that seal what identifies one subject: kept in the table `keys` of the service, wrapped by the master key
//! of the stage (docs/decisions/0019).
//!
//! ```text
//! let keys = SubjectKeys::open(platform, "business")?;
//! let (state, kept) = table.get_both((&place, &keys.place(seller))).await?;
//! let (new, key) = keys.of(seller, kept.as_ref()).await?;     // one call to KMS
//! let sealed = key.seal("iban", &iban, &platform.ids)?;
//! keys.keep(&mut command, new.as_ref());                       // with the state, in one transaction
//! ```

use std::fmt::Display;

use dynamo::{Command, DataKey, Key, Stored, SubjectKey, Table};
use kernel::Problem;

use crate::{aws::Kms, platform::Platform};

/// The keys of a service's subjects.
#[derive(Clone, Debug)]
pub struct SubjectKeys {
    table: Table,
    kms: Kms,
    service: String,
}

impl SubjectKeys {
    /// Those of the function's own service, which has `keys` among its tables; the manifest's entry says `keys`.
    ///
    /// # Errors
    /// When it does not.
    pub fn open(platform: &Platform, service: &str) -> Result<Self, Problem> {
        Ok(Self {
            table: platform.table(service, "keys"),
            kms: Kms::connect(&platform.connection, platform.setting("SUBJECT_KEY")?),
            service: service.to_owned(),
        })
    }

    /// Where the key of a subject is, to be read together with what it seals.
    pub fn place(&self, subject: impl Display) -> (Table, Key) {
        (self.table.clone(), SubjectKey::place(subject))
    }

    /// The key of a subject: the one that is kept, or else a new one, which is to be kept by [`SubjectKeys::keep`].
    pub async fn of(
        &self,
        subject: impl Display,
        kept: Option<&Stored<SubjectKey>>,
    ) -> Result<(Option<SubjectKey>, DataKey), Problem> {
        if let Some(kept) = kept {
            return Ok((None, self.unwrap(kept).await?));
        }
        let subject = subject.to_string();
        let made = self.kms.generate(self.context(&subject)).await?;
        let key = DataKey::new(&subject, &made.bare)?;
        Ok((Some(SubjectKey::new(subject, &made.wrapped)), key))
    }

    /// A key that is kept, ready to open what it has sealed.
    pub async fn unwrap(&self, kept: &SubjectKey) -> Result<DataKey, Problem> {
        let context = self.context(kept.subject());
        let bare = self.kms.unwrap(context, kept.wrapped()?).await?;
        DataKey::new(kept.subject(), &bare)
    }

    /// Adds to a command what keeps a new key.
    pub fn keep(&self, command: &mut Command, new: Option<&SubjectKey>) {
        if let Some(new) = new {
            command.insert(&self.table, new);
        }
    }

    /// Adds to a command what erases a key, and with it everything that it has sealed.
    pub fn erase(&self, command: &mut Command, kept: &Stored<SubjectKey>) {
        command.delete(&self.table, kept);
    }

    fn context<'a>(&'a self, subject: &'a str) -> [(&'static str, &'a str); 2] {
        [("service", &self.service), ("subject", subject)]
    }
}
