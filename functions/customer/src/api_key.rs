//! An account's API keys: what a machine acts in its owner's name with.
//!
//! All of them are one item, so that no two requests at once make more than there can be. What the edge reads of it is
//! apart from what their owner calls them.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use contracts::{
    ApiKey,
    views::{AccountKeys, ApiKeyUse, HeldKey, HeldSecret},
};
use dynamo::{Item, Key};
use kernel::{
    Allowance, ApiKeyId, Code, CustomerId, Ids, Line, Network, Powers, Problem, Timestamp,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Customer;

/// An account has so many keys at most.
const MOST: usize = 20;
/// A key may do so many things at most.
const MOST_ALLOWANCES: usize = 64;
/// A key may be used from so many blocks of addresses at most.
const MOST_NETWORKS: usize = 32;
/// A key lasts so long at most, and unless told.
const LONGEST_LIFE: Duration = Duration::from_hours(366 * 24);
/// A replaced secret goes on for so long at most, in seconds.
const LONGEST_OVERLAP: u32 = 7 * 24 * 3_600;
/// And for so long unless told.
const USUAL_OVERLAP: u32 = 24 * 3_600;
/// Of so many replaced secrets at most a key goes on with: answers get lost, and the one in use is not the last one then.
const MOST_REPLACED: usize = 4;

/// What a key is called.
pub type KeyName = Line<1, 100>;

/// The keys of an account.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct KeyRing {
    customer_id: CustomerId,
    /// What decides who gets in: the view `api-keys`.
    #[serde(flatten)]
    held: AccountKeys,
    /// The rest: what only their owner sees.
    labels: BTreeMap<ApiKeyId, Label>,
}

/// What only a key's owner sees of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Label {
    name: KeyName,
    /// The last characters of the key.
    hint: String,
    created_at: Timestamp,
    /// When it got the secret that it has, if that is not its first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rotated_at: Option<Timestamp>,
}

/// What a customer says of a key.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyInput {
    /// What to call it; no other key of the account is called so.
    pub name: KeyName,
    /// What it may do, as far as the account may: at least one thing, 64 at most. What needs someone who has logged
    /// in is for no key.
    #[schemars(length(min = 1, max = 64))]
    pub allowances: Vec<Allowance>,
    /// From where it may be used: addresses and blocks of them, 32 at most. From anywhere, if there are none.
    #[serde(default)]
    #[schemars(length(max = 32))]
    pub allowed_ips: Vec<Network>,
}

/// A key to be made.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewKey {
    /// What to call it; no other key of the account is called so.
    pub name: KeyName,
    /// What it may do, as far as the account may: at least one thing, 64 at most. What needs someone who has logged
    /// in is for no key.
    #[schemars(length(min = 1, max = 64))]
    pub allowances: Vec<Allowance>,
    /// From where it may be used: addresses and blocks of them, 32 at most. From anywhere, if there are none.
    #[serde(default)]
    #[schemars(length(max = 32))]
    pub allowed_ips: Vec<Network>,
    /// When it ends: in 366 days at most, and unless told.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
}

/// How a key gets another secret.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rotation {
    /// How long the secret that it has goes on beside the new one, in seconds: a week at most, a day unless told. With
    /// 0 every secret that it had ends now.
    #[serde(default)]
    #[schemars(range(max = 604_800))]
    pub overlap_seconds: Option<u32>,
    /// When the key ends: in 366 days at most; as before, unless told.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
}

/// Whether a key can be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyStatus {
    /// Yes.
    Active,
    /// It is past its end.
    Expired,
    /// All that was logged in to the account was ended since it got its secret: another one makes it usable.
    Ended,
}

/// A key as its owner sees it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[schemars(rename = "ApiKey")]
pub struct KeyView {
    /// Its id.
    pub id: ApiKeyId,
    /// What it is called.
    pub name: KeyName,
    /// Its last four characters.
    pub hint: String,
    /// Whether it can be used.
    pub status: KeyStatus,
    /// What it may do, as far as the account may.
    pub allowances: Vec<Allowance>,
    /// From where it may be used; from anywhere, if there are none.
    pub allowed_ips: Vec<Network>,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it got the secret that it has, if that is not its first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rotated_at: Option<Timestamp>,
    /// Until when one that it had before goes on, if one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaced_until: Option<Timestamp>,
    /// When it was last used, to the hour, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Timestamp>,
}

/// A key with its secret, which is shown this once and kept nowhere.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ApiKeyWithSecret")]
pub struct ShownKey {
    /// What there is to see of it later.
    #[serde(flatten)]
    pub key: KeyView,
    /// What the machine sends: `Authorization: Bearer souk_…`.
    pub secret: String,
}

impl NewKey {
    fn input(&self) -> KeyInput {
        KeyInput {
            name: self.name.clone(),
            allowances: self.allowances.clone(),
            allowed_ips: self.allowed_ips.clone(),
        }
    }
}

impl KeyInput {
    /// Refuses what no key is given, and what its owner lacks.
    fn check(&self, owner: &Powers) -> Result<(), Problem> {
        if self.allowances.is_empty() {
            let detail = "a key that may do nothing is none";
            return Err(Problem::invalid("/allowances", detail));
        }
        if self.allowances.len() > MOST_ALLOWANCES {
            let detail = format!("there are {MOST_ALLOWANCES} at most");
            return Err(Problem::invalid("/allowances", detail));
        }
        for (number, allowed) in self.allowances.iter().enumerate() {
            let pointer = format!("/allowances/{number}");
            if allowed.permission.is_in_person() {
                let detail = "it needs someone who has logged in: no API key has it";
                return Err(Problem::invalid(pointer, detail));
            }
            if self.allowances[..number].contains(allowed) {
                return Err(Problem::invalid(pointer, "it is there already"));
            }
        }
        if self.allowed_ips.len() > MOST_NETWORKS {
            let detail = format!("there are {MOST_NETWORKS} at most");
            return Err(Problem::invalid("/allowed_ips", detail));
        }
        let mut wanted = self.allowances.iter();
        match wanted.find(|wanted| !owner.hold(**wanted)) {
            Some(lacking) => Err(Problem::new(Code::Forbidden).detail(format!(
                "Nobody gives or takes what they lack; you lack {lacking}."
            ))),
            None => Ok(()),
        }
    }
}

/// When a key ends: as it is told, if that is to come and not too far away.
fn end(wanted: Timestamp, now: Timestamp) -> Result<Timestamp, Problem> {
    if wanted <= now {
        return Err(Problem::invalid("/expires_at", "it is not to come"));
    }
    if wanted > now.plus(LONGEST_LIFE) {
        return Err(Problem::invalid(
            "/expires_at",
            "a key lasts 366 days at most",
        ));
    }
    Ok(wanted)
}

impl Rotation {
    fn overlap(self) -> Result<Duration, Problem> {
        let seconds = self.overlap_seconds.unwrap_or(USUAL_OVERLAP);
        if seconds > LONGEST_OVERLAP {
            let detail = format!("it is {LONGEST_OVERLAP} at most");
            return Err(Problem::invalid("/overlap_seconds", detail));
        }
        Ok(Duration::from_secs(seconds.into()))
    }
}

impl KeyRing {
    /// Of an account that has no keys.
    pub fn empty(customer_id: CustomerId) -> Self {
        Self {
            customer_id,
            held: AccountKeys { keys: Vec::new() },
            labels: BTreeMap::new(),
        }
    }

    /// Where an account's keys are.
    pub fn place(customer: CustomerId) -> Key {
        Key::new(format!("customer#{customer}"), "api-keys")
    }

    /// With one more, for an account that may do this. Those that are past their end make room.
    ///
    /// # Errors
    /// `validation_failed`; `forbidden` for what the account lacks; `api_key_name_taken`; `api_keys_full`.
    pub fn with(
        &self,
        new: &NewKey,
        owner: &Powers,
        ids: &Ids,
        now: Timestamp,
    ) -> Result<(Self, ApiKey), Problem> {
        let said = new.input();
        said.check(owner)?;
        let latest = now.plus(LONGEST_LIFE);
        let expires_at = end(new.expires_at.unwrap_or(latest), now)?;
        let mut next = self.clone();
        next.held.keys.retain(|key| now < key.expires_at);
        next.forget_labels();
        next.must_be_free(&said.name, None)?;
        if next.held.keys.len() >= MOST {
            return Err(Code::ApiKeysFull.into());
        }

        let key = ApiKey::new(self.customer_id, ids.fresh(now), ids.bytes());
        next.held.keys.push(HeldKey {
            api_key_id: key.id(),
            allowances: said.allowances,
            allowed_ips: said.allowed_ips,
            expires_at,
            secrets: vec![secret(&key, now)],
        });
        let label = Label {
            name: said.name,
            hint: key.hint(),
            created_at: now,
            rotated_at: None,
        };
        next.labels.insert(key.id(), label);
        Ok((next, key))
    }

    /// With a key as it is now to be, for an account that may do this.
    ///
    /// # Errors
    /// `api_key_not_found`, and those of [`KeyRing::with`].
    pub fn changed(&self, id: ApiKeyId, said: KeyInput, owner: &Powers) -> Result<Self, Problem> {
        said.check(owner)?;
        self.must_be_free(&said.name, Some(id))?;
        let mut next = self.clone();
        let (key, label) = next.both(id)?;
        key.allowances = said.allowances;
        key.allowed_ips = said.allowed_ips;
        label.name = said.name;
        Ok(next)
    }

    /// With another secret for a key. Those before it go on for the overlap, or as long as they would have.
    ///
    /// # Errors
    /// `api_key_not_found`; `validation_failed`, also for a key past its end that is given no other.
    pub fn rotated(
        &self,
        id: ApiKeyId,
        how: Rotation,
        ids: &Ids,
        now: Timestamp,
    ) -> Result<(Self, ApiKey), Problem> {
        let replaced_until = now.plus(how.overlap()?);
        let mut next = self.clone();
        let (held, label) = next.both(id)?;
        held.expires_at = end(how.expires_at.unwrap_or(held.expires_at), now)?;
        let key = ApiKey::new(self.customer_id, id, ids.bytes());
        for old in &mut held.secrets {
            let until = old.good_until.unwrap_or(replaced_until);
            old.good_until = Some(until.min(replaced_until));
        }
        held.secrets
            .retain(|old| old.good_until.is_none_or(|end| now < end));
        held.secrets.truncate(MOST_REPLACED);
        held.secrets.insert(0, secret(&key, now));
        label.rotated_at = Some(now);
        label.hint = key.hint();
        Ok((next, key))
    }

    /// Without a key.
    ///
    /// # Errors
    /// `api_key_not_found`.
    pub fn without(&self, id: ApiKeyId) -> Result<Self, Problem> {
        let mut next = self.clone();
        next.both(id)?;
        next.held.keys.retain(|key| key.api_key_id != id);
        next.forget_labels();
        Ok(next)
    }

    /// What its owner may change of a key.
    ///
    /// # Errors
    /// `api_key_not_found`.
    pub fn input(&self, id: ApiKeyId) -> Result<KeyInput, Problem> {
        let mut keys = self.held.keys.iter();
        let key = keys.find(|key| key.api_key_id == id);
        match (key, self.labels.get(&id)) {
            (Some(key), Some(label)) => Ok(KeyInput {
                name: label.name.clone(),
                allowances: key.allowances.clone(),
                allowed_ips: key.allowed_ips.clone(),
            }),
            _ => Err(Code::ApiKeyNotFound.into()),
        }
    }

    /// A key as the owner of the account sees it.
    ///
    /// # Errors
    /// `api_key_not_found`.
    pub fn view(&self, id: ApiKeyId, owner: &Customer, now: Timestamp) -> Result<KeyView, Problem> {
        let mut shown = self.views(owner, &[], now).into_iter();
        shown
            .find(|key| key.id == id)
            .ok_or_else(|| Code::ApiKeyNotFound.into())
    }

    /// All of them as the owner of the account sees them, the first made first, with when they were last used.
    pub fn views(&self, owner: &Customer, uses: &[ApiKeyUse], now: Timestamp) -> Vec<KeyView> {
        let view = |key: &HeldKey| {
            let label = self.labels.get(&key.api_key_id)?;
            let last_used = uses.iter().find(|used| used.api_key_id == key.api_key_id);
            let replaced = key.secrets.iter().filter_map(|old| old.good_until);
            Some(KeyView {
                id: key.api_key_id,
                name: label.name.clone(),
                hint: label.hint.clone(),
                status: status(key, owner, now),
                allowances: key.allowances.clone(),
                allowed_ips: key.allowed_ips.clone(),
                expires_at: key.expires_at,
                created_at: label.created_at,
                rotated_at: label.rotated_at,
                replaced_until: replaced.max().filter(|end| now < *end),
                last_used_at: last_used.map(|used| used.used_at),
            })
        };
        self.held.keys.iter().filter_map(view).collect()
    }

    fn both(&mut self, id: ApiKeyId) -> Result<(&mut HeldKey, &mut Label), Problem> {
        let mut keys = self.held.keys.iter_mut();
        let key = keys.find(|key| key.api_key_id == id);
        key.zip(self.labels.get_mut(&id))
            .ok_or_else(|| Code::ApiKeyNotFound.into())
    }

    fn must_be_free(&self, name: &KeyName, but_for: Option<ApiKeyId>) -> Result<(), Problem> {
        let mut others = self.labels.iter().filter(|(id, _)| Some(**id) != but_for);
        if others.any(|(_, label)| label.name == *name) {
            return Err(Code::ApiKeyNameTaken.into());
        }
        Ok(())
    }

    fn forget_labels(&mut self) {
        let keys = self.held.keys.iter().map(|key| key.api_key_id);
        let keys: BTreeSet<ApiKeyId> = keys.collect();
        self.labels.retain(|id, _| keys.contains(id));
    }
}

fn secret(key: &ApiKey, now: Timestamp) -> HeldSecret {
    HeldSecret {
        digest: key.digest(),
        made_at: now,
        good_until: None,
    }
}

fn status(key: &HeldKey, owner: &Customer, now: Timestamp) -> KeyStatus {
    let made_at = key.secrets.first().map(|last| last.made_at);
    if key.expires_at <= now {
        KeyStatus::Expired
    } else if owner.logged_out_at >= made_at {
        KeyStatus::Ended
    } else {
        KeyStatus::Active
    }
}

impl Item for KeyRing {
    const KIND: &'static str = "api-keys";

    fn key(&self) -> Key {
        Self::place(self.customer_id)
    }
}

#[cfg(test)]
mod tests {
    use kernel::Role;
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second)
    }

    fn owner() -> (Customer, Powers) {
        let id = "cus_01890a5d0000700080000000000000bb".parse().unwrap();
        let email = "one@example.com".parse().unwrap();
        let customer = Customer::new(id, email, "One".parse().unwrap());
        let powers = customer.powers();
        (customer, powers)
    }

    fn new(name: &str, allowances: &[&str]) -> NewKey {
        NewKey {
            name: name.parse().unwrap(),
            allowances: allowances
                .iter()
                .map(|text| text.parse().unwrap())
                .collect(),
            allowed_ips: Vec::new(),
            expires_at: None,
        }
    }

    fn one(now: Timestamp) -> (KeyRing, ApiKey) {
        let (customer, powers) = owner();
        let ring = KeyRing::empty(customer.customer_id);
        let wanted = new("one", &["order:read@own"]);
        ring.with(&wanted, &powers, &Ids::seeded(1), now).unwrap()
    }

    fn admits(ring: &KeyRing, key: &ApiKey, now: Timestamp) -> bool {
        let mut keys = ring.held.keys.iter();
        keys.any(|held| held.admits(key, None, None, now))
    }

    fn code<T>(outcome: Result<T, Problem>) -> &'static str {
        outcome.map_or_else(|problem| problem.code().name(), |_| "done")
    }

    #[test]
    fn a_key_may_do_what_its_owner_holds_and_no_machine_decides_who_gets_in() {
        let (customer, powers) = owner();
        let ring = KeyRing::empty(customer.customer_id);
        let outcome = |allowances: &[&str]| {
            let wanted = new("one", allowances);
            code(ring.with(&wanted, &powers, &Ids::seeded(1), at(1)))
        };
        assert_eq!(outcome(&["order:read@own", "order:place@own"]), "done");
        assert_eq!(outcome(&["order:read@any"]), "forbidden");
        assert_eq!(outcome(&["order:ship@seller"]), "forbidden");
        assert_eq!(outcome(&["password:change@own"]), "validation_failed");
        assert_eq!(outcome(&["api-key:manage@own"]), "validation_failed");
        assert_eq!(
            outcome(&["order:read@own", "order:read@own"]),
            "validation_failed"
        );
        assert_eq!(outcome(&[]), "validation_failed");
        let admin = Powers::of_roles([Role::Admin]);
        for allowed in Allowance::all() {
            let wanted = new("one", &[&allowed.to_string()]);
            let made = ring.with(&wanted, &admin, &Ids::seeded(1), at(1));
            let fits = admin.hold(allowed) && !allowed.permission.is_in_person();
            assert_eq!(made.is_ok(), fits, "{allowed}");
        }
    }

    #[test]
    fn an_account_has_twenty_keys_at_most_and_those_past_their_end_make_room() {
        let (customer, powers) = owner();
        let ids = Ids::seeded(1);
        let mut ring = KeyRing::empty(customer.customer_id);
        let wanted = |number: usize| NewKey {
            expires_at: Some(at(100)),
            ..new(&format!("key {number}"), &["order:read@own"])
        };
        for number in 0..MOST {
            (ring, _) = ring.with(&wanted(number), &powers, &ids, at(1)).unwrap();
        }
        let next = new("one more", &["order:read@own"]);
        assert_eq!(
            code(ring.with(&next, &powers, &ids, at(99))),
            "api_keys_full"
        );
        let (ring, _) = ring.with(&next, &powers, &ids, at(100)).unwrap();
        assert_eq!(ring.views(&customer, &[], at(100)).len(), 1);
        assert_eq!(ring.labels.len(), 1);
    }

    #[test]
    fn a_name_is_one_keys_alone() {
        let (_, powers) = owner();
        let (ring, first) = one(at(1));
        let again = new("one", &["order:read@own"]);
        assert_eq!(
            code(ring.with(&again, &powers, &Ids::seeded(2), at(1))),
            "api_key_name_taken"
        );
        let other = new("other", &["order:read@own"]);
        let (ring, second) = ring.with(&other, &powers, &Ids::seeded(2), at(1)).unwrap();
        let said = ring.input(first.id()).unwrap();
        let taken = ring.changed(second.id(), said.clone(), &powers);
        assert_eq!(code(taken), "api_key_name_taken");
        assert_eq!(code(ring.changed(first.id(), said, &powers)), "done");
    }

    #[test]
    fn a_key_ends_in_a_year_unless_it_is_told_sooner() {
        let (customer, powers) = owner();
        let (ring, key) = one(at(1));
        let last = at(1).plus(LONGEST_LIFE);
        assert_eq!(
            ring.view(key.id(), &customer, at(1)).unwrap().expires_at,
            last
        );
        for (end, outcome) in [
            (at(1), "validation_failed"),
            (at(2), "done"),
            (last, "done"),
            (last.plus(Duration::from_millis(1)), "validation_failed"),
        ] {
            let wanted = NewKey {
                expires_at: Some(end),
                ..new("other", &["order:read@own"])
            };
            let made = ring.with(&wanted, &powers, &Ids::seeded(2), at(1));
            assert_eq!(code(made), outcome, "{end}");
        }
    }

    #[test]
    fn a_secret_that_was_replaced_goes_on_for_the_overlap() {
        let (customer, _) = owner();
        let (ring, old) = one(at(1));
        let ids = Ids::seeded(2);
        let rotate = |overlap| Rotation {
            overlap_seconds: overlap,
            expires_at: None,
        };
        let day = i64::from(USUAL_OVERLAP);
        let (usual, new) = ring.rotated(old.id(), rotate(None), &ids, at(10)).unwrap();
        assert!(admits(&usual, &old, at(9 + day)) && admits(&usual, &new, at(9 + day)));
        assert!(!admits(&usual, &old, at(10 + day)) && admits(&usual, &new, at(10 + day)));
        let shown = usual.view(old.id(), &customer, at(11)).unwrap();
        assert_eq!(shown.replaced_until, Some(at(10 + day)));
        assert_eq!((shown.rotated_at, shown.hint), (Some(at(10)), new.hint()));
        // A leak: all that there were end, those in their overlap too.
        let (leaked, newest) = usual
            .rotated(old.id(), rotate(Some(0)), &ids, at(20))
            .unwrap();
        assert!(!admits(&leaked, &old, at(20)) && !admits(&leaked, &new, at(20)));
        assert!(admits(&leaked, &newest, at(20)));
        let week = rotate(Some(LONGEST_OVERLAP + 1));
        assert_eq!(
            code(ring.rotated(old.id(), week, &ids, at(10))),
            "validation_failed"
        );
    }

    #[test]
    fn a_rotation_whose_answer_was_lost_leaves_the_secret_in_use_as_it_was() {
        let (mut ring, old) = one(at(1));
        for second in 10..12 {
            let seed = u64::try_from(second).unwrap();
            let rotated = ring.rotated(
                old.id(),
                Rotation::default(),
                &Ids::seeded(seed),
                at(second),
            );
            (ring, _) = rotated.unwrap();
        }
        assert!(admits(&ring, &old, at(9 + i64::from(USUAL_OVERLAP))));
        assert!(!admits(&ring, &old, at(10 + i64::from(USUAL_OVERLAP))));
    }

    #[test]
    fn a_key_past_its_end_goes_on_only_with_another_one() {
        let (customer, _) = owner();
        let (ring, key) = one(at(1));
        let late = at(1).plus(LONGEST_LIFE);
        let shown = ring.view(key.id(), &customer, late).unwrap();
        assert_eq!(shown.status, KeyStatus::Expired);
        let ids = Ids::seeded(2);
        let same = ring.rotated(key.id(), Rotation::default(), &ids, late);
        assert_eq!(code(same), "validation_failed");
        let longer = Rotation {
            expires_at: Some(late.plus(Duration::from_secs(9))),
            ..Rotation::default()
        };
        let (ring, new) = ring.rotated(key.id(), longer, &ids, late).unwrap();
        assert!(admits(&ring, &new, late));
    }

    #[test]
    fn what_ended_all_log_ins_ended_the_secrets_before_it() {
        let (customer, _) = owner();
        let (ring, key) = one(at(10));
        let status = |ring: &KeyRing, ended| {
            let customer = customer.logged_out(at(ended));
            ring.view(key.id(), &customer, at(20)).unwrap().status
        };
        assert_eq!(status(&ring, 9), KeyStatus::Active);
        assert_eq!(status(&ring, 10), KeyStatus::Ended);
        let rotated = ring.rotated(key.id(), Rotation::default(), &Ids::seeded(2), at(11));
        assert_eq!(status(&rotated.unwrap().0, 10), KeyStatus::Active);
    }

    #[test]
    fn a_revoked_key_is_gone() {
        let (ring, key) = one(at(1));
        let left = ring.without(key.id()).unwrap();
        assert!(!admits(&left, &key, at(1)) && left.labels.is_empty());
        assert_eq!(code(left.without(key.id())), "api_key_not_found");
        assert_eq!(code(left.input(key.id())), "api_key_not_found");
    }

    proptest! {
        #[test]
        fn however_often_a_key_is_rotated_it_holds_few_secrets_and_the_last_is_good(
            steps in proptest::collection::vec((0_u32..=LONGEST_OVERLAP, 0_i64..1_000_000), 1..12),
        ) {
            let (mut ring, key) = one(at(1));
            let ids = Ids::seeded(3);
            let mut now = 1;
            for (overlap, later) in steps {
                now += later;
                let how = Rotation { overlap_seconds: Some(overlap), expires_at: None };
                let (next, last) = ring.rotated(key.id(), how, &ids, at(now)).unwrap();
                prop_assert!(admits(&next, &last, at(now)));
                prop_assert!(next.held.keys[0].secrets.len() <= MOST_REPLACED + 1);
                ring = next;
            }
        }
    }
}
