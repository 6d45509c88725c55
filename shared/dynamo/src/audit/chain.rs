//! An entry of the audit log, and the chain that the entries of a service make.
//!
//! An entry's hash is SHA-256 over its fields in a fixed order, the hash of the entry before it among them. Each
//! field is its text in UTF-8 behind its length in bytes, four bytes, the highest first; one that is absent is
//! the length `ffffffff` alone. So no two entries have the same bytes, and whoever knows the hash of the last
//! entry knows all of them.

use contracts::{Actor, ActorKind};
use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{command::hex, record::AuditEntry};

/// What stands before the fields, so that a hash of ours is never one of something else; the number is the
/// version of the encoding.
const DOMAIN: &str = "souk.audit.v1";
/// The length of a field that is absent.
const ABSENT: [u8; 4] = [0xff; 4];

/// What the entry with number 1 is bound to.
pub const START: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What a command record tells the audit log, before it has its place there.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// When the command was carried out.
    pub at: Timestamp,
    /// The function that carried it out.
    pub function: String,
    /// SHA-256 of the command record's key, in hexadecimal digits.
    pub record: String,
    /// Who did what to what.
    pub audit: AuditEntry,
}

/// An entry of the audit log: ids and digests, never a personal value, so that no erasure has to break the chain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Counts the service's entries from 1, without gaps.
    pub number: u64,
    /// When the command was carried out.
    pub at: Timestamp,
    /// The service.
    pub service: String,
    /// The function that carried it out.
    pub function: String,
    /// What was done: `order.place`.
    pub action: String,
    /// Who did it.
    pub actor: Actor,
    /// To what: an id.
    pub subject: String,
    /// SHA-256 of what the command replaced, where it replaced something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// SHA-256 of what it wrote, where it wrote something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// The request or chain of events that it belongs to.
    pub correlation_id: String,
    /// SHA-256 of the key of the command record that it comes from.
    pub record: String,
    /// The hash of the entry before it.
    pub prev: String,
    /// Its own.
    pub hash: String,
}

impl Entry {
    /// The entry that follows at `place`.
    pub fn after(place: &Place, service: &str, told: Told) -> Self {
        let audit = told.audit;
        let mut entry = Self {
            number: place.number + 1,
            at: told.at,
            service: service.to_owned(),
            function: told.function,
            action: audit.action,
            actor: audit.actor,
            subject: audit.subject,
            before: audit.before,
            after: audit.after,
            correlation_id: audit.correlation_id,
            record: told.record,
            prev: place.hash.clone(),
            hash: String::new(),
        };
        entry.hash = entry.digest();
        entry
    }

    /// The hash that its fields come to.
    pub fn digest(&self) -> String {
        let kind = match self.actor.kind {
            ActorKind::Customer => "customer",
            ActorKind::ApiKey => "api_key",
            ActorKind::Guest => "guest",
            ActorKind::System => "system",
        };
        let (number, at) = (self.number.to_string(), self.at.to_string());
        let fields = [
            Some(DOMAIN),
            Some(&number),
            Some(&at),
            Some(&self.service),
            Some(&self.function),
            Some(&self.action),
            Some(kind),
            Some(&self.actor.id),
            Some(&self.subject),
            self.before.as_deref(),
            self.after.as_deref(),
            Some(&self.correlation_id),
            Some(&self.record),
            Some(&self.prev),
        ];
        let mut hash = Sha256::new();
        for field in fields {
            // A field is a part of an item, which has at most 400 kB.
            match field.map(|field| (u32::try_from(field.len()).unwrap_or(u32::MAX - 1), field)) {
                Some((length, field)) => {
                    hash.update(length.to_be_bytes());
                    hash.update(field);
                }
                None => hash.update(ABSENT),
            }
        }
        hex(&hash.finalize())
    }
}

/// How far a chain goes, or how far it is proven: the number and the hash of its last entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The number of the last entry; 0 of a chain without any.
    pub number: u64,
    /// Its hash.
    pub hash: String,
}

impl Default for Place {
    fn default() -> Self {
        Self {
            number: 0,
            hash: START.to_owned(),
        }
    }
}

impl Place {
    /// The place at an entry.
    pub fn at(entry: &Entry) -> Self {
        Self {
            number: entry.number,
            hash: entry.hash.clone(),
        }
    }

    /// Goes on to an entry, if it is the one that follows.
    ///
    /// # Errors
    /// What is wrong with it; the place stays where it is.
    pub fn step(&mut self, service: &str, entry: &Entry) -> Result<(), Flaw> {
        if entry.number != self.number + 1 {
            return Err(Flaw::WrongNumber);
        }
        if entry.service != service {
            return Err(Flaw::WrongService);
        }
        if entry.prev != self.hash {
            return Err(Flaw::WrongLink);
        }
        if entry.hash != entry.digest() {
            return Err(Flaw::WrongHash);
        }
        *self = Self::at(entry);
        Ok(())
    }
}

/// What can be wrong with a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// The entry is not there.
    MissingEntry,
    /// Nothing says which entry comes next.
    MissingBlock,
    /// The item has other attributes than its entry comes to.
    AlteredItem,
    /// The entry has another number than its place.
    WrongNumber,
    /// The entry is of another service.
    WrongService,
    /// The entry is bound to another one than the one before it.
    WrongLink,
    /// The entry's fields do not come to its hash.
    WrongHash,
    /// The chain goes on behind its head, or its head is not its last entry.
    WrongHead,
    /// An entry is listed that the chain does not know.
    Unchained,
    /// A signed checkpoint says another hash.
    WrongCheckpoint,
    /// A signed checkpoint lies behind the end of the chain: its tail is cut off.
    CutTail,
    /// A checkpoint's signature is not good.
    ForgedCheckpoint,
}

impl Flaw {
    /// Its name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::MissingEntry => "missing_entry",
            Self::MissingBlock => "missing_block",
            Self::AlteredItem => "altered_item",
            Self::WrongNumber => "wrong_number",
            Self::WrongService => "wrong_service",
            Self::WrongLink => "wrong_link",
            Self::WrongHash => "wrong_hash",
            Self::WrongHead => "wrong_head",
            Self::Unchained => "unchained_entry",
            Self::WrongCheckpoint => "wrong_checkpoint",
            Self::CutTail => "cut_tail",
            Self::ForgedCheckpoint => "forged_checkpoint",
        }
    }
}

#[cfg(test)]
mod tests {
    use kernel::Ids;
    use proptest::prelude::*;

    use super::*;

    fn told(number: u64) -> Told {
        Told {
            at: Timestamp::from_second(1_767_225_600),
            function: "place-order".to_owned(),
            record: "7".repeat(64),
            audit: AuditEntry {
                actor: Actor {
                    kind: ActorKind::Customer,
                    id: "cus_0".to_owned(),
                },
                action: "order.place".to_owned(),
                subject: format!("ord_{number}"),
                before: None,
                after: Some("a".repeat(64)),
                correlation_id: "req-1".to_owned(),
            },
        }
    }

    fn chain(length: u64) -> Vec<Entry> {
        let mut place = Place::default();
        (1..=length)
            .map(|number| {
                let entry = Entry::after(&place, "order", told(number));
                place = Place::at(&entry);
                entry
            })
            .collect()
    }

    fn proven(entries: &[Entry]) -> Result<Place, (u64, Flaw)> {
        let mut place = Place::default();
        for entry in entries {
            place
                .step("order", entry)
                .map_err(|flaw| (place.number + 1, flaw))?;
        }
        Ok(place)
    }

    #[test]
    fn the_hash_of_an_entry_is_what_it_always_was() {
        let entries = chain(2);
        // Worked out by hand from docs/audit.md, with Python's hashlib.
        assert_eq!(
            [entries[0].hash.as_str(), entries[1].hash.as_str()],
            [FIRST, SECOND]
        );
        assert_eq!(entries[1].prev, FIRST);
    }
    const FIRST: &str = "d30809822c0dc01bcc0dc9af475a933f998e33fad5dfbc5d500517570126e3fa";
    const SECOND: &str = "d03cdde5e201b007f3551a8fd38fbf739898e02aea828514428748698bc3bec3";

    #[test]
    fn no_two_entries_have_the_same_bytes() {
        let place = Place::default();
        let mut split = told(1);
        let mut whole = told(1);
        split.function = "a".to_owned();
        split.audit.action = "bc".to_owned();
        whole.function = "ab".to_owned();
        whole.audit.action = "c".to_owned();
        let hash = |told| Entry::after(&place, "order", told).hash;
        assert_ne!(hash(split), hash(whole));
        let (mut before, mut after) = (told(1), told(1));
        before.audit.before = before.audit.after.take();
        after.audit.before = None;
        assert_ne!(hash(before), hash(after));
        let mut empty = told(1);
        empty.audit.before = Some(String::new());
        assert_ne!(hash(empty), hash(told(1)));
    }

    /// Something done to a chain, of which nobody knows the hash of the last entry.
    fn tamper(entries: &mut Vec<Entry>, ids: &Ids, kind: u8, at: usize) {
        let length = entries.len();
        let word = || {
            let bytes: [u8; 8] = ids.bytes();
            hex(&bytes)
        };
        let at = at % length;
        let entry = &mut entries[at];
        match kind {
            0 => entry.number += 1,
            1 => entry.at = Timestamp::from_millisecond(entry.at.as_millisecond() + 1),
            2 => entry.service = word(),
            3 => entry.function = word(),
            4 => entry.action = word(),
            5 => entry.actor.id = word(),
            6 => entry.actor.kind = ActorKind::System,
            7 => entry.subject = word(),
            8 => entry.before = Some(word()),
            9 => entry.after = None,
            10 => entry.correlation_id = word(),
            11 => entry.record = word(),
            12 => entry.prev = word(),
            13 => entry.hash = word(),
            14 => {
                // Whoever knows the encoding makes the hash right again.
                entry.subject = word();
                entry.hash = entry.digest();
            }
            15 => {
                entries.remove(at);
            }
            16 => entries.swap(at, (at + 1) % length),
            17 => {
                let forged = Entry::after(&Place::at(&entries[at]), "order", told(99));
                entries.insert(at + 1, forged);
            }
            18 => entries.truncate(at),
            _ => {
                // The whole rest, consistently.
                let mut place = match at {
                    0 => Place::default(),
                    _ => Place::at(&entries[at - 1]),
                };
                for entry in &mut entries[at..] {
                    entry.subject = format!("{}x", entry.subject);
                    entry.prev = place.hash;
                    entry.hash = entry.digest();
                    place = Place::at(entry);
                }
            }
        }
    }

    proptest! {
        #[test]
        fn whatever_is_done_to_a_chain_shows_in_it_or_at_its_end(
            length in 2_u64..20, kind in 0_u8..20, at in 0_usize..20, seed: u64,
        ) {
            let whole = chain(length);
            let end = proven(&whole).unwrap();
            let mut bent = whole.clone();
            tamper(&mut bent, &Ids::seeded(seed), kind, at);
            prop_assert_ne!(&bent, &whole);
            prop_assert!(proven(&bent) != Ok(end));
        }
    }
}
