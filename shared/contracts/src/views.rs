//! What services let others read. The owner declares a view in its manifest, with its attributes and its
//! readers; the type of what is read stands here; the reader's grant covers just those attributes.

use std::{collections::BTreeMap, net::IpAddr, time::Duration};

use kernel::{
    AddressId, Allowance, ApiKeyId, Buyer, CartId, Country, CustomerId, EmailAddress, InvitationId,
    Line, Membership, Money, Network, OrderId, Personal, Phone, Powers, ProductId, Quantity, Role,
    SellerId, SessionId, StaffRole, Timestamp, TokenId, VariantId,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    CartOwner,
    api_key::{ApiKey, KeyDigest},
};

/// What one service may read of an item that another owns.
pub trait View: DeserializeOwned {
    /// The service that owns it.
    const OWNER: &'static str;
    /// The table that it is read from.
    const TABLE: &'static str;
    /// The attributes that are read, as the owner's manifest has them.
    const ATTRIBUTES: &'static [&'static str];
    /// What its key is made of.
    type Key;
    /// `pk` and `sk` of the item.
    fn key(key: &Self::Key) -> (String, String);
}

/// One line of a cart, with what it was last shown as.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CartLine {
    /// What lies in the cart.
    pub variant_id: VariantId,
    /// The product that it is a variant of.
    pub product_id: ProductId,
    /// Who sells it.
    pub seller_id: SellerId,
    /// The seller's own name for it.
    pub sku: String,
    /// What it is called, with its options.
    pub title: String,
    /// How many pieces.
    pub quantity: Quantity,
    /// The price of one that was last shown.
    pub unit_price: Money,
}

/// A cart, for ordering it. Item `cart#<owner>` / `cart` of cart's table `carts`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CartToOrder {
    /// The cart.
    pub cart_id: CartId,
    /// Counts its changes: one version makes one order.
    pub version: u64,
    /// What lies in it.
    pub lines: Vec<CartLine>,
    /// Until when it is good, cleaned up or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub good_until: Option<Timestamp>,
}

impl CartToOrder {
    /// Whether its time is not over.
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.good_until.is_none_or(|until| until > now)
    }
}

impl View for CartToOrder {
    const OWNER: &'static str = "cart";
    const TABLE: &'static str = "carts";
    const ATTRIBUTES: &'static [&'static str] = &["cart_id", "version", "lines", "good_until"];
    type Key = CartOwner;
    fn key(owner: &CartOwner) -> (String, String) {
        owner.key()
    }
}

/// Who sells a variant. Item `variant#<id>` / `variant` of product's table `products`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct VariantOwner {
    /// Who sells it.
    pub seller_id: SellerId,
}

impl View for VariantOwner {
    const OWNER: &'static str = "product";
    const TABLE: &'static str = "products";
    const ATTRIBUTES: &'static [&'static str] = &["seller_id"];
    type Key = VariantId;
    fn key(variant: &VariantId) -> (String, String) {
        (format!("variant#{variant}"), "variant".to_owned())
    }
}

/// What there is of a variant in one shard of its stock: of most there is but the first, 0. Item `stock#<variant id>` /
/// `stock` of inventory's table `stock`, and `stock#<variant id>#<shard>` / `stock`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct StockLevel {
    /// The variant.
    pub variant_id: VariantId,
    /// How many pieces can be bought.
    pub available: u32,
    /// How many shards there are, where that is more than one and this the first.
    #[serde(default)]
    pub shards: Option<u32>,
}

impl StockLevel {
    /// The partition of a shard.
    pub fn partition(variant: VariantId, shard: u32) -> String {
        match shard {
            0 => format!("stock#{variant}"),
            _ => format!("stock#{variant}#{shard}"),
        }
    }

    /// The other shards than this, the first.
    pub fn others(&self) -> Vec<(VariantId, u32)> {
        let shards = 1..self.shards.unwrap_or(1);
        shards.map(|shard| (self.variant_id, shard)).collect()
    }
}

impl View for StockLevel {
    const OWNER: &'static str = "inventory";
    const TABLE: &'static str = "stock";
    const ATTRIBUTES: &'static [&'static str] = &["variant_id", "available", "shards"];
    type Key = (VariantId, u32);
    fn key((variant, shard): &(VariantId, u32)) -> (String, String) {
        (Self::partition(*variant, *shard), "stock".to_owned())
    }
}

/// Where a customer's mail goes. Item `customer#<id>` / `profile` of customer's table `customers`.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct CustomerContact {
    /// The address.
    pub email: Personal<String>,
    /// What to call them.
    pub name: Personal<Line<1, 200>>,
}

impl View for CustomerContact {
    const OWNER: &'static str = "customer";
    const TABLE: &'static str = "customers";
    const ATTRIBUTES: &'static [&'static str] = &["email", "name"];
    type Key = CustomerId;
    fn key(customer: &CustomerId) -> (String, String) {
        (format!("customer#{customer}"), "profile".to_owned())
    }
}

/// Whose mail a customer has shown to read. Item `customer#<id>` / `profile` of customer's table `customers`.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct VerifiedEmail {
    /// The account's address.
    pub email: Personal<EmailAddress>,
    /// Since when it is known to be the customer's, if it is.
    #[serde(default)]
    pub email_verified_at: Option<Timestamp>,
}

impl View for VerifiedEmail {
    const OWNER: &'static str = "customer";
    const TABLE: &'static str = "customers";
    const ATTRIBUTES: &'static [&'static str] = &["email", "email_verified_at"];
    type Key = CustomerId;
    fn key(customer: &CustomerId) -> (String, String) {
        (format!("customer#{customer}"), "profile".to_owned())
    }
}

/// A change of a customer's address, under way or done. Item `customer#<id>` / `email-change#<token id>` of
/// customer's table `customers`.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct EmailChange {
    /// The address to be.
    pub new_email: Personal<String>,
    /// The address until then.
    pub old_email: Personal<String>,
    /// What to call the customer.
    pub name: Personal<Line<1, 200>>,
}

impl View for EmailChange {
    const OWNER: &'static str = "customer";
    const TABLE: &'static str = "customers";
    const ATTRIBUTES: &'static [&'static str] = &["new_email", "old_email", "name"];
    type Key = (CustomerId, TokenId);
    fn key((customer, token): &(CustomerId, TokenId)) -> (String, String) {
        (
            format!("customer#{customer}"),
            format!("email-change#{token}"),
        )
    }
}

/// That there is an account. Item `customer#<id>` / `profile` of customer's table `customers`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct KnownCustomer {
    /// Whose.
    pub customer_id: CustomerId,
}

impl View for KnownCustomer {
    const OWNER: &'static str = "customer";
    const TABLE: &'static str = "customers";
    const ATTRIBUTES: &'static [&'static str] = &["customer_id"];
    type Key = CustomerId;
    fn key(customer: &CustomerId) -> (String, String) {
        (format!("customer#{customer}"), "profile".to_owned())
    }
}

/// What a mail about an order shows. Item `order#<id>` / `order` of order's table `orders`.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct OrderSummary {
    /// The order.
    pub order_id: OrderId,
    /// Who ordered.
    #[serde(rename = "customer_id", default)]
    pub buyer: Buyer,
    /// Where mail about a guest's order goes; an account has an address of its own.
    #[serde(default)]
    pub email: Option<Personal<String>>,
    /// What was ordered, as it was called then.
    pub lines: Vec<OrderedLine>,
    /// What it costs.
    pub total: Money,
}

/// A line of an order as a person reads it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OrderedLine {
    /// What it was called.
    pub title: String,
    /// How many pieces.
    pub quantity: Quantity,
    /// The price of all.
    pub total: Money,
}

impl View for OrderSummary {
    const OWNER: &'static str = "order";
    const TABLE: &'static str = "orders";
    const ATTRIBUTES: &'static [&'static str] =
        &["order_id", "customer_id", "email", "lines", "total"];
    type Key = OrderId;
    fn key(order: &OrderId) -> (String, String) {
        (format!("order#{order}"), "order".to_owned())
    }
}

/// Where a seller stands. Item `seller#<id>` / `seller` of seller's table `sellers`. A seller without one was made by
/// an admin alone, and sells.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct SellerStanding {
    /// Which seller.
    pub seller_id: SellerId,
    /// Where it stands.
    pub status: String,
}

impl SellerStanding {
    /// Whether what it offers can be bought.
    pub fn sells(&self) -> bool {
        // Who waits for an approval may have been made a seller by an admin before.
        !matches!(self.status.as_str(), "rejected" | "suspended" | "closed")
    }
}

impl View for SellerStanding {
    const OWNER: &'static str = "seller";
    const TABLE: &'static str = "sellers";
    const ATTRIBUTES: &'static [&'static str] = &["seller_id", "status"];
    type Key = SellerId;
    fn key(seller: &SellerId) -> (String, String) {
        (format!("seller#{seller}"), "seller".to_owned())
    }
}

/// What a seller calls itself. Item `seller#<id>` / `seller` of seller's table `sellers`. A seller without one was made
/// by an admin alone.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct SellerName {
    /// Its name.
    pub display_name: Line<1, 100>,
    /// Under which country's law it sells.
    pub legal_country: Country,
}

impl View for SellerName {
    const OWNER: &'static str = "seller";
    const TABLE: &'static str = "sellers";
    const ATTRIBUTES: &'static [&'static str] = &["display_name", "legal_country"];
    type Key = SellerId;
    fn key(seller: &SellerId) -> (String, String) {
        (format!("seller#{seller}"), "seller".to_owned())
    }
}

/// Who a seller legally is, for what is made out in its name. Item `business#<id>` / `business` of business's table
/// `businesses`.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct LegalIdentity {
    /// Its name in the register.
    pub legal_name: Personal<Line<1, 200>>,
    /// Its registered seat.
    pub address: Personal<RegisteredSeat>,
}

/// Where a business is registered.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RegisteredSeat {
    /// Street and number, or what stands for them.
    pub line1: Line<1, 200>,
    /// More of the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line2: Option<Line<1, 200>>,
    /// The town.
    pub city: Line<1, 100>,
    /// A state or province, where addresses have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Line<1, 100>>,
    /// The postal code, where there are postal codes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<Line<1, 20>>,
    /// The country.
    pub country: Country,
}

impl View for LegalIdentity {
    const OWNER: &'static str = "business";
    const TABLE: &'static str = "businesses";
    const ATTRIBUTES: &'static [&'static str] = &["legal_name", "address"];
    type Key = SellerId;
    fn key(seller: &SellerId) -> (String, String) {
        (format!("business#{seller}"), "business".to_owned())
    }
}

/// Where an invitation to a seller's staff goes, and what it says. Item `seller#<id>` / `invitation#<id>` of seller's
/// table `staff`; it is gone once it is accepted or revoked.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct StaffInvitation {
    /// The address.
    pub email: Personal<String>,
    /// What the seller calls itself.
    pub seller_name: Line<1, 100>,
    /// As what they are wanted.
    pub role: StaffRole,
}

impl View for StaffInvitation {
    const OWNER: &'static str = "seller";
    const TABLE: &'static str = "staff";
    const ATTRIBUTES: &'static [&'static str] = &["email", "seller_name", "role"];
    type Key = (SellerId, InvitationId);
    fn key((seller, invitation): &(SellerId, InvitationId)) -> (String, String) {
        (
            format!("seller#{seller}"),
            format!("invitation#{invitation}"),
        )
    }
}

/// Where an invitation to become an admin goes. Item `admin-invitations` / `invitation#<id>` of customer's table
/// `admin-invitations`; it is gone once it is accepted or revoked.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct AdminInvitationContact {
    /// The address.
    pub email: Personal<String>,
}

impl View for AdminInvitationContact {
    const OWNER: &'static str = "customer";
    const TABLE: &'static str = "admin-invitations";
    const ATTRIBUTES: &'static [&'static str] = &["email"];
    type Key = InvitationId;
    fn key(invitation: &InvitationId) -> (String, String) {
        (
            "admin-invitations".to_owned(),
            format!("invitation#{invitation}"),
        )
    }
}

/// Access tokens that are good by their own word and are no longer: those of one session, or those of a customer
/// that were made for an older version of the account. Item `revocations` / `<when>#<whose>` of customer's table
/// `revocations`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Revocation {
    /// When, and whose: later ones come after.
    #[serde(default, skip_serializing)]
    pub sk: String,
    /// Whose tokens.
    pub customer_id: CustomerId,
    /// Only those of this session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<SessionId>,
    /// Only those for a version of the account below this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<u64>,
    /// But not those of this session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub except: Option<SessionId>,
}

impl Revocation {
    /// The partition of all of them.
    pub const RUN: &'static str = "revocations";

    /// Whether it is about a token.
    pub fn refuses(&self, customer: CustomerId, session: SessionId, version: u64) -> bool {
        self.customer_id == customer
            && self.session_id.is_none_or(|only| only == session)
            && self.below.is_none_or(|below| version < below)
            && self.except != Some(session)
    }
}

impl View for Revocation {
    const OWNER: &'static str = "customer";
    const TABLE: &'static str = "revocations";
    const ATTRIBUTES: &'static [&'static str] =
        &["sk", "customer_id", "session_id", "below", "except"];
    type Key = String;
    fn key(sk: &String) -> (String, String) {
        (Self::RUN.to_owned(), sk.clone())
    }
}

/// What an account may do now. Item `customer#<id>` / `profile` of customer's table `customers`.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct AccountPowers {
    /// Whether it can be used: `active`, or not.
    pub status: String,
    /// What its owner is.
    pub roles: Vec<Role>,
    /// Where its owner works.
    #[serde(default)]
    pub staff: Places,
    /// What its owner was given beyond these.
    #[serde(default)]
    pub given: Gifts,
    /// When all that was logged in to it was last ended.
    #[serde(default)]
    pub logged_out_at: Option<Timestamp>,
}

/// Where someone works, as the account keeps it: the last word on each place.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
pub struct Places {
    #[serde(default)]
    heard: BTreeMap<SellerId, Place>,
}

#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
struct Place {
    #[serde(default)]
    role: Option<StaffRole>,
}

/// What someone was given, as the account keeps it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
pub struct Gifts {
    #[serde(default, deserialize_with = "kernel::permission::known")]
    allowances: Vec<Allowance>,
}

impl AccountPowers {
    /// All that it may do, if it can be used at all.
    pub fn powers(&self) -> Option<Powers> {
        let mut places = self.staff.heard.iter();
        let membership = places.find_map(|(seller, place)| {
            Some(Membership {
                seller_id: *seller,
                role: place.role?,
            })
        });
        (self.status == "active").then(|| Powers {
            roles: self.roles.clone(),
            membership,
            allowances: self.given.allowances.clone(),
            limited_to: None,
        })
    }
}

impl View for AccountPowers {
    const OWNER: &'static str = "customer";
    const TABLE: &'static str = "customers";
    const ATTRIBUTES: &'static [&'static str] =
        &["status", "roles", "staff", "given", "logged_out_at"];
    type Key = CustomerId;
    fn key(customer: &CustomerId) -> (String, String) {
        (format!("customer#{customer}"), "profile".to_owned())
    }
}

/// The API keys of an account, as far as they decide who gets in. Item `customer#<id>` / `api-keys` of customer's table
/// `api-keys`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AccountKeys {
    /// Each of them.
    pub keys: Vec<HeldKey>,
}

impl View for AccountKeys {
    const OWNER: &'static str = "customer";
    const TABLE: &'static str = "api-keys";
    const ATTRIBUTES: &'static [&'static str] = &["keys"];
    type Key = CustomerId;
    fn key(customer: &CustomerId) -> (String, String) {
        (format!("customer#{customer}"), "api-keys".to_owned())
    }
}

/// An API key, as far as it decides who gets in.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct HeldKey {
    /// Which.
    pub api_key_id: ApiKeyId,
    /// What it may do, as far as its account may.
    #[serde(deserialize_with = "kernel::permission::known")]
    pub allowances: Vec<Allowance>,
    /// From where it may be used; from anywhere, if there are none.
    #[serde(default)]
    pub allowed_ips: Vec<Network>,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Its secrets, the last made first.
    pub secrets: Vec<HeldSecret>,
}

/// A secret of an API key.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct HeldSecret {
    /// What is kept of it.
    pub digest: KeyDigest,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it ends, for it was replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub good_until: Option<Timestamp>,
}

impl HeldKey {
    /// Whether a key that was sent from this address is this one, and good.
    ///
    /// `logged_out_at` is when all that was logged in to the account was last ended: what was made by then is over.
    pub fn admits(
        &self,
        sent: &ApiKey,
        from: Option<IpAddr>,
        logged_out_at: Option<Timestamp>,
        now: Timestamp,
    ) -> bool {
        let current = |secret: &HeldSecret| {
            secret.good_until.is_none_or(|end| now < end)
                && logged_out_at.is_none_or(|at| secret.made_at > at)
        };
        let mut known = self.secrets.iter();
        let is_allowed = |from| self.allowed_ips.iter().any(|block| block.contains(from));
        self.api_key_id == sent.id()
            && now < self.expires_at
            && known.any(|secret| secret.digest.is_of(sent) && current(secret))
            && (self.allowed_ips.is_empty() || from.is_some_and(is_allowed))
    }
}

/// When an API key was last used, to the hour. Item `customer#<customer id>` / `<key id>` of gateway's table
/// `key-uses`.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct ApiKeyUse {
    /// Which.
    #[serde(rename = "sk")]
    pub api_key_id: ApiKeyId,
    /// When.
    pub used_at: Timestamp,
}

impl ApiKeyUse {
    /// How much later than what is kept a use is kept anew.
    pub const EVERY: Duration = Duration::from_hours(1);

    /// The run of a customer's keys.
    pub fn run_of(customer: CustomerId) -> String {
        format!("customer#{customer}")
    }
}

impl View for ApiKeyUse {
    const OWNER: &'static str = "gateway";
    const TABLE: &'static str = "key-uses";
    const ATTRIBUTES: &'static [&'static str] = &["sk", "used_at"];
    type Key = (CustomerId, ApiKeyId);
    fn key((customer, key): &Self::Key) -> (String, String) {
        (Self::run_of(*customer), key.to_string())
    }
}

/// A postal address. Which of its parts a country's addresses have, and in which form, are the rules of the service
/// `address`; of addresses that did not come from an address book nothing is known but their shape.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PostalAddress {
    /// Who receives what is sent there.
    pub name: Line<1, 200>,
    /// The company that they receive it at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<Line<1, 200>>,
    /// Street and number, or what stands for them.
    pub line1: Line<1, 200>,
    /// More of the same: a flat, a floor, a building.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line2: Option<Line<1, 200>>,
    /// And more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line3: Option<Line<1, 200>>,
    /// The town, where addresses name it apart from the region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<Line<1, 100>>,
    /// A part of the town: a neighbourhood, a townland.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dependent_locality: Option<Line<1, 100>>,
    /// A state, province or prefecture, where addresses have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Line<1, 100>>,
    /// The postal code as the country writes it, where there are postal codes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<Line<1, 20>>,
    /// What some countries sort mail by beside the postal code: CEDEX 08.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sorting_code: Option<Line<1, 20>>,
    /// The country.
    pub country: Country,
    /// Whom the carrier may call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
}

/// An address of a customer's book, for sending something there. Item `customer#<customer id>` / `address#<id>` of
/// address's table `addresses`: with the customer in its key, another's address is as good as none.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct AddressBook {
    /// The address.
    pub postal: Personal<PostalAddress>,
}

impl View for AddressBook {
    const OWNER: &'static str = "address";
    const TABLE: &'static str = "addresses";
    const ATTRIBUTES: &'static [&'static str] = &["postal"];
    type Key = (CustomerId, AddressId);
    fn key((customer, address): &Self::Key) -> (String, String) {
        (format!("customer#{customer}"), format!("address#{address}"))
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Ids, Timestamp};

    use super::*;

    const NOW: i64 = 1_000_000;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second)
    }

    fn made() -> (ApiKey, HeldKey) {
        let ids = Ids::seeded(1);
        let key = ApiKey::new(ids.fresh(at(1)), ids.fresh(at(1)), ids.bytes());
        let held = HeldKey {
            api_key_id: key.id(),
            allowances: Vec::new(),
            allowed_ips: Vec::new(),
            expires_at: at(NOW + 100),
            secrets: vec![HeldSecret {
                digest: key.digest(),
                made_at: at(NOW - 100),
                good_until: None,
            }],
        };
        (key, held)
    }

    #[test]
    fn a_key_is_good_until_it_ends() {
        let (key, held) = made();
        let admits = |now| held.admits(&key, None, None, at(now));
        assert!(admits(NOW) && admits(NOW + 99));
        assert!(!admits(NOW + 100) && !admits(NOW + 101));
    }

    #[test]
    fn a_replaced_secret_is_good_until_its_own_end() {
        let (old, mut held) = made();
        let new = ApiKey::new(old.customer(), old.id(), [7; 32]);
        held.secrets[0].good_until = Some(at(NOW + 10));
        let secret = HeldSecret {
            digest: new.digest(),
            made_at: at(NOW),
            good_until: None,
        };
        held.secrets.insert(0, secret);
        let admits = |key, now| held.admits(key, None, None, at(now));
        assert!(admits(&old, NOW + 9) && admits(&new, NOW + 9));
        assert!(!admits(&old, NOW + 10) && admits(&new, NOW + 10));
    }

    #[test]
    fn another_keys_secret_is_none_of_this_ones() {
        let (key, held) = made();
        let other: ApiKeyId = Ids::seeded(2).fresh(at(1));
        let stolen = HeldKey {
            api_key_id: other,
            ..held
        };
        assert!(!stolen.admits(&key, None, None, at(NOW)));
    }

    #[test]
    fn what_was_made_before_all_was_ended_is_over() {
        let (key, held) = made();
        let admits = |ended| held.admits(&key, None, Some(at(ended)), at(NOW));
        assert!(admits(NOW - 101));
        assert!(!admits(NOW - 100) && !admits(NOW));
    }

    #[test]
    fn a_key_with_addresses_is_good_from_them_alone() {
        let (key, mut held) = made();
        held.allowed_ips = ["192.0.2.0/24", "2001:db8::/32"]
            .map(|block| block.parse().unwrap())
            .to_vec();
        let admits = |from: &str| held.admits(&key, from.parse().ok(), None, at(NOW));
        assert!(admits("192.0.2.9") && admits("2001:db8::9") && admits("::ffff:192.0.2.9"));
        assert!(!admits("192.0.3.9") && !admits("2001:db9::9") && !admits("unknown"));
    }

    #[test]
    fn an_account_that_cannot_be_used_may_do_nothing() {
        let account = |status| {
            let stored = serde_json::json!({ "status": status, "roles": ["customer"] });
            serde_json::from_value::<AccountPowers>(stored).unwrap()
        };
        assert!(account("active").powers().is_some());
        for status in ["blocked", "closing", "anything"] {
            assert_eq!(account(status).powers(), None);
        }
    }
}
