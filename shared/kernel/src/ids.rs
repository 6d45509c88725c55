//! Typed ids: `ord_` and 32 hexadecimal digits of a UUID version 7 (RFC 9562 §5.7), so that they sort
//! by their time of birth and a product's id never passes for an order's.

use std::{
    fmt,
    str::FromStr,
    sync::{Arc, Mutex},
};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::time::Timestamp;

/// What all typed ids have in common.
pub trait Id: Copy + fmt::Display + FromStr<Err = InvalidId> + Eq + std::hash::Hash {
    /// The letters before the underscore.
    const PREFIX: &'static str;

    /// The id of this type with these bits.
    fn from_uuid(uuid: Uuid) -> Self;

    /// The bits alone.
    fn uuid(self) -> Uuid;

    /// The id of what is called this, the same whoever asks: a UUID version 8 (RFC 9562 §5.8) of the name's SHA-256.
    fn named(name: &str) -> Self {
        let digest = Sha256::digest(name);
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        Self::from_uuid(Uuid::new_v8(bytes))
    }
}

/// The text is not an id of the type asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {prefix}_ and 32 lower-case hexadecimal digits")]
pub struct InvalidId {
    prefix: &'static str,
}

fn parse(prefix: &'static str, text: &str) -> Result<Uuid, InvalidId> {
    text.strip_prefix(prefix)
        .and_then(|rest| rest.strip_prefix('_'))
        // One spelling an id: upper case and hyphens would make two keys of one thing.
        .filter(|hex| {
            hex.len() == 32 && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        })
        .and_then(|hex| Uuid::try_parse(hex).ok())
        .ok_or(InvalidId { prefix })
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl Id for $name {
            const PREFIX: &'static str = $prefix;
            fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }
            fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                // Ids are most of what is written: not through the machinery of `write!`.
                f.write_str(concat!($prefix, "_"))?;
                f.write_str(self.0.simple().encode_lower(&mut Uuid::encode_buffer()))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                parse($prefix, text).map(Self)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                text.parse()
            }
        }


        crate::written_as_text!($name);

        impl JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "type": "string",
                    "pattern": concat!("^", $prefix, "_[0-9a-f]{32}$"),
                })
            }
        }
    )*};
}

// Alphabetical; a prefix is never reused for another thing.
ids! {
    /// An address in a customer's book.
    AddressId = "adr";
    /// A key that a machine acts in a customer's name with.
    ApiKeyId = "key";
    /// An export of the audit log.
    AuditExportId = "aex";
    /// A cart, a guest's or a customer's.
    CartId = "crt";
    /// A person with an account.
    CustomerId = "cus";
    /// A dispute of a payment: a customer's bank takes money back.
    DisputeId = "dsp";
    /// One document of a business.
    DocumentId = "doc";
    /// One published event.
    EventId = "evt";
    /// The part of an order that one seller ships.
    FulfilmentId = "ful";
    /// One import of a product file.
    ImportId = "imp";
    /// An invitation to a seller's staff.
    InvitationId = "inv";
    /// An invoice or a credit note of an order.
    OrderDocumentId = "odc";
    /// An order.
    OrderId = "ord";
    /// The payment of an order.
    PaymentId = "pay";
    /// A payout: what a seller was owed, on its way to the seller's bank.
    PayoutId = "pot";
    /// A product.
    ProductId = "prd";
    /// A role that an admin has made.
    RoleId = "rol";
    /// Who sells: the tenant of the marketplace.
    SellerId = "sel";
    /// A family of refresh tokens: one log-in on one device.
    SessionId = "ses";
    /// A parcel of an order.
    ShipmentId = "shp";
    /// Store credit that was given to a customer, once.
    StoreCreditGiftId = "scg";
    /// A token that works once, as it is known to whoever may not use it.
    TokenId = "tok";
    /// A variant of a product: what is stocked, priced and bought.
    VariantId = "var";
}

impl SellerId {
    /// The seller that a customer with the seller role acts as: the same bits, another type.
    pub fn of(customer: CustomerId) -> Self {
        Self(customer.0)
    }
}

/// Where fresh ids and secret bytes come from; passed in, so that a test repeats itself.
#[derive(Clone, Debug)]
pub struct Ids(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    /// The state of a `SplitMix64` generator; never in production.
    Seeded(Arc<Mutex<u64>>),
}

impl Ids {
    /// From the operating system's random numbers.
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// The same sequence for the same seed: for tests and simulations alone.
    pub fn seeded(seed: u64) -> Self {
        Self(Source::Seeded(Arc::new(Mutex::new(seed))))
    }

    /// A new id, sorted after those of earlier milliseconds.
    pub fn fresh<T: Id>(&self, now: Timestamp) -> T {
        let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
        let uuid = uuid::Builder::from_unix_timestamp_millis(millis, &self.bytes()).into_uuid();
        T::from_uuid(uuid)
    }

    /// Random bytes, fit for secrets unless seeded.
    ///
    /// # Panics
    /// When the operating system has no random numbers: nothing secure can be done then.
    #[expect(
        clippy::expect_used,
        reason = "without random numbers no secret is safe"
    )]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        match &self.0 {
            Source::System => getrandom::fill(&mut bytes).expect("the system's random numbers"),
            Source::Seeded(state) => {
                let mut state = state
                    .lock()
                    .unwrap_or_else(std::sync::PoisonError::into_inner);
                for chunk in bytes.chunks_mut(8) {
                    let word = split_mix(&mut state).to_le_bytes();
                    chunk.copy_from_slice(&word[..chunk.len()]);
                }
            }
        }
        bytes
    }
}

/// `SplitMix64` (Steele, Lea, Flood 2014): small, and good enough to make tests differ.
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_id_for_good() {
        // The first half of what `printf 'a name' | sha256sum` has, with version and variant.
        let named = VariantId::named("a name");
        assert_eq!(named.to_string(), "var_36e96c62633683d6b8e98943830ed5c5");
    }

    #[test]
    fn an_id_reads_back_as_itself_and_as_nothing_else() {
        let ids = Ids::seeded(1);
        let order: OrderId = ids.fresh(Timestamp::from_millisecond(1_700_000_000_000));
        let text = order.to_string();
        assert_eq!(text.parse(), Ok(order));
        assert!(text.parse::<ProductId>().is_err());
        assert!(text.to_uppercase().parse::<OrderId>().is_err());
        assert!(format!("{text}0").parse::<OrderId>().is_err());
        assert!("ord_".parse::<OrderId>().is_err());
    }

    #[test]
    fn ids_sort_by_time() {
        let ids = Ids::system();
        let early: OrderId = ids.fresh(Timestamp::from_millisecond(1_700_000_000_000));
        let late: OrderId = ids.fresh(Timestamp::from_millisecond(1_700_000_000_001));
        assert!(early.to_string() < late.to_string());
    }

    #[test]
    fn the_same_seed_gives_the_same_ids() {
        assert_eq!(Ids::seeded(7).bytes::<20>(), Ids::seeded(7).bytes::<20>());
        assert_ne!(Ids::seeded(7).bytes::<20>(), Ids::seeded(8).bytes::<20>());
    }
}
