//! The audit log, tampered with by someone who may write everything but the bucket of checkpoints and knows how
//! entries are bound to each other.

use std::{collections::BTreeMap, time::Duration};

use dynamo::audit::{Entry, Place};
use faults::{World, admin, offer, seller, shopper};
use kernel::Ids;
use serde_json::{Value, json};
use testkit::{Ask, Cloud};

const TIMES: u64 = 1_000;

type Items = BTreeMap<(String, String), Value>;

fn key(item: &Value) -> (String, String) {
    let text = |name: &str| item[name].as_str().unwrap().to_owned();
    (text("pk"), text("sk"))
}

/// The table `audit` of a service, as whoever tampers with it sees it.
struct Log<'a> {
    cloud: &'a Cloud,
    table: String,
    whole: Items,
}

impl<'a> Log<'a> {
    fn of(cloud: &'a Cloud, service: &str) -> Self {
        let table = format!("{service}-audit");
        let whole = cloud.items(&table).into_iter();
        Self {
            whole: whole.map(|item| (key(&item), item)).collect(),
            cloud,
            table,
        }
    }

    /// The entries by their numbers, and the items that they are.
    fn entries(&self) -> Vec<Value> {
        let items = self.whole.values();
        let mut entries: Vec<Value> = items
            .filter(|item| item["kind"] == "audit-entry")
            .cloned()
            .collect();
        entries.sort_by_key(|entry| entry["number"].as_u64());
        entries
    }

    fn blocks(&self) -> Vec<Value> {
        let items = self.whole.values();
        let blocks = items.filter(|item| item["kind"] == "audit-block");
        blocks.cloned().collect()
    }

    fn head(&self) -> Value {
        self.whole[&("head".to_owned(), "head".to_owned())].clone()
    }

    fn put(&self, item: &Value) {
        self.cloud.put(&self.table, item);
    }

    fn delete(&self, item: &Value) {
        let (pk, sk) = key(item);
        self.cloud.delete(&self.table, &pk, &sk);
    }

    /// As it was.
    fn heal(&self) {
        for item in self.cloud.items(&self.table) {
            if !self.whole.contains_key(&key(&item)) {
                self.delete(&item);
            }
        }
        for item in self.whole.values() {
            self.put(item);
        }
    }

    fn is_whole(&self) -> bool {
        let items = self.cloud.items(&self.table).into_iter();
        items.map(|item| (key(&item), item)).collect::<Items>() == self.whole
    }

    /// The head says that the log ends with this entry.
    fn end_at(&self, last: &Value) {
        let mut head = self.head();
        head["number"] = last["number"].clone();
        head["hash"] = last["hash"].clone();
        self.put(&head);
    }

    /// Takes an entry out of its block.
    fn forget(&self, blocks: &mut [Value], entry: &Value) {
        for block in blocks {
            let records = block["records"].as_array_mut().unwrap();
            let before = records.len();
            records.retain(|record| *record != entry["record"]);
            let (is_empty, is_changed) = (records.is_empty(), records.len() != before);
            if is_empty {
                self.delete(block);
            } else if is_changed {
                self.put(block);
            }
        }
    }
}

/// Makes an entry's hash right again, behind an entry.
fn bind(entry: &mut Value, place: &mut Place) {
    let mut read: Entry = serde_json::from_value(entry.clone()).unwrap();
    read.prev.clone_from(&place.hash);
    read.hash = read.digest();
    entry["prev"] = read.prev.clone().into();
    entry["hash"] = read.hash.clone().into();
    *place = Place::at(&read);
}

/// Another value of the same kind.
fn bent(value: &Value, chance: u64) -> Value {
    match value {
        Value::Number(number) => json!(number.as_u64().unwrap_or(0) + 1 + chance % 3),
        Value::String(text) => {
            let mut letters: Vec<char> = text.chars().collect();
            let place = usize::try_from(chance).unwrap() % letters.len();
            letters[place] = if letters[place] == '0' { '1' } else { '0' };
            letters.into_iter().collect::<String>().into()
        }
        Value::Object(members) => {
            let mut members = members.clone();
            members.insert("id".to_owned(), "cus_another".into());
            Value::Object(members)
        }
        Value::Array(values) => {
            let mut values = values.clone();
            values.push("0".repeat(64).into());
            Value::Array(values)
        }
        Value::Null | Value::Bool(_) => Value::Bool(true),
    }
}

/// Does one of many things to a log; what it was.
fn tamper(log: &Log<'_>, ids: &Ids) -> &'static str {
    let chance = || u64::from_le_bytes(ids.bytes());
    let pick = |length: usize| usize::try_from(chance() % length as u64).unwrap();
    let mut entries = log.entries();
    let mut blocks = log.blocks();
    let at = pick(entries.len());
    let another_id = format!("ord_{:032x}", chance());
    match chance() % 14 {
        0..=2 => {
            let names: Vec<String> = entries[at].as_object().unwrap().keys().cloned().collect();
            let names: Vec<_> = names
                .iter()
                // Under another key it is another item; that is done below.
                .filter(|name| !["pk", "sk"].contains(&name.as_str()))
                .collect();
            let name = names[pick(names.len())];
            entries[at][name] = bent(&entries[at][name], chance());
            log.put(&entries[at]);
            "a field is another"
        }
        3 => {
            entries[at]["subject"] = another_id.clone().into();
            entries[at]["by_subject_pk"] = format!("subject#{another_id}").into();
            let mut place = Place {
                number: 0,
                hash: entries[at]["prev"].as_str().unwrap().to_owned(),
            };
            bind(&mut entries[at], &mut place);
            log.put(&entries[at]);
            "a field is another, and the hash right"
        }
        4 => {
            log.delete(&entries[at]);
            "an entry is gone"
        }
        5 => {
            log.forget(&mut blocks, &entries[at]);
            log.delete(&entries[at]);
            "an entry is gone and its block does not know it"
        }
        6 => {
            log.delete(&blocks[pick(blocks.len())]);
            "a block is gone"
        }
        7 => {
            let other = (at + 1 + pick(entries.len() - 1)) % entries.len();
            let (one, two) = (entries[at].clone(), entries[other].clone());
            for (from, to) in [(&one, &two), (&two, &one)] {
                let mut item = from.clone();
                for name in [
                    "number",
                    "prev",
                    "hash",
                    "by_time_sk",
                    "by_actor_sk",
                    "by_subject_sk",
                ] {
                    item[name] = to[name].clone();
                }
                log.put(&item);
            }
            "two entries have changed places"
        }
        8 => {
            let mut forged = entries[at].clone();
            let record = format!("{:064x}", chance());
            forged["record"] = record.clone().into();
            forged["pk"] = format!("record#{record}").into();
            let mut place = Place {
                number: 0,
                hash: forged["prev"].as_str().unwrap().to_owned(),
            };
            bind(&mut forged, &mut place);
            log.put(&forged);
            "a forged entry is listed"
        }
        9 => {
            // A whole chain behind the forged one, with the blocks and the head to match.
            let mut forged = entries[at].clone();
            let record = format!("{:064x}", chance());
            forged["record"] = record.clone().into();
            forged["pk"] = format!("record#{record}").into();
            entries.insert(at, forged);
            rewrite(log, &mut entries, at, |_| {});
            "a forged entry is in the chain"
        }
        10 | 11 => {
            let kept = at.max(1).min(entries.len() - 1);
            for gone in &entries[kept..] {
                log.forget(&mut blocks, gone);
                log.delete(gone);
            }
            log.end_at(&entries[kept - 1]);
            "the tail is cut off"
        }
        12 => {
            rewrite(log, &mut entries, at, |entry| {
                let text = entry["correlation_id"].as_str().unwrap();
                entry["correlation_id"] = format!("{text}-not").into();
            });
            "the rest is written anew"
        }
        _ => {
            let mut head = log.head();
            let name = ["number", "hash"][pick(2)];
            head[name] = bent(&head[name], chance());
            log.put(&head);
            "the head is another"
        }
    }
}

/// Writes the entries from a place on anew, each after a change, with the numbers and hashes, the blocks and the
/// head that fit them.
fn rewrite(log: &Log<'_>, entries: &mut [Value], from: usize, change: impl Fn(&mut Value)) {
    let mut place = match from {
        0 => Place::default(),
        _ => Place::at(&serde_json::from_value(entries[from - 1].clone()).unwrap()),
    };
    for block in log.blocks() {
        log.delete(&block);
    }
    for (number, entry) in (1..).zip(entries.iter_mut()).skip(from) {
        change(entry);
        entry["number"] = json!(number);
        let sort = format!("{}#{number:012}", entry["at"].as_str().unwrap());
        for index in ["by_time_sk", "by_actor_sk", "by_subject_sk"] {
            entry[index] = sort.clone().into();
        }
        bind(entry, &mut place);
        log.put(entry);
    }
    for (number, entries) in entries.chunks(50).enumerate() {
        let first = number * 50 + 1;
        let mut block = log.blocks()[0].clone();
        block["sk"] = format!("{first:012}").into();
        block["first"] = json!(first);
        block["records"] = entries
            .iter()
            .map(|entry| entry["record"].clone())
            .collect();
        log.put(&block);
    }
    log.end_at(entries.last().unwrap());
}

#[tokio::test(start_paused = true)]
async fn whatever_is_done_to_the_audit_log_is_found() {
    let mut world = World::new(1);
    let root = admin(&mut world).await;
    let seller = seller(&mut world, "seller").await;
    let shopper = shopper(&mut world, "shopper").await;
    let goods = offer(&mut world, &seller, "Goods", 50).await;
    for _ in 0..6 {
        shopper.buy(&mut world, &goods, 1, "pm_sandbox_ok").await;
        world.settle().await;
        world.stage.clock.advance(Duration::from_secs(7));
    }
    world
        .tick("sign-audit-checkpoints", Duration::from_mins(5))
        .await;

    let cloud = world.stage.cloud.clone();
    let services = ["cart", "customer", "inventory", "order", "payment"];
    let logs = services.map(|service| (service, Log::of(&cloud, service)));
    let ids = Ids::seeded(20);
    let mut kinds = BTreeMap::new();
    for number in 0..TIMES {
        let (service, log) = &logs[usize::try_from(number).unwrap() % logs.len()];
        let what = tamper(log, &ids);
        if log.is_whole() {
            // It has come out as it was.
            continue;
        }
        let ask = Ask::get(&format!("/v1/audit/verify?service={service}")).by(&root.token);
        let proof = world.send("verify-audit-chain", ask).await;
        assert_eq!(proof.status, 200, "{number}: {what}: {}", proof.text);
        let proof = &proof.body["services"][0];
        assert_eq!(proof["ok"], false, "{number}: {service}: {what}: {proof}");
        *kinds.entry(what).or_insert(0) += 1;
        log.heal();
    }
    assert!(kinds.len() >= 11, "{kinds:?}");
    assert!(kinds.values().sum::<u64>() > TIMES * 9 / 10, "{kinds:?}");

    let ask = Ask::get("/v1/audit/verify").by(&root.token);
    let proof = world.send("verify-audit-chain", ask).await.body;
    assert_eq!(proof["ok"], true, "{proof}");
}

#[tokio::test(start_paused = true)]
async fn a_forged_checkpoint_is_found() {
    let mut world = World::new(1);
    let root = admin(&mut world).await;
    world.settle().await;
    world
        .tick("sign-audit-checkpoints", Duration::from_mins(5))
        .await;
    let cloud = world.stage.cloud.clone();
    let path = cloud.objects().into_iter();
    let path = path
        .filter(|path| path.contains("checkpoints/customer/"))
        .max()
        .expect("a checkpoint");
    let signed = cloud.object(&path).expect("its bytes");
    let mut forged: Value = serde_json::from_slice(&signed).expect("JSON");
    forged["payload"] = bent(&forged["payload"], 40);
    let further = path
        .replace(".json", "")
        .replace("checkpoints/customer/0000", "checkpoints/customer/1000");
    for path in [path.clone(), format!("{further}.json")] {
        cloud.upload(&path, "application/json", forged.to_string().into_bytes());
        let ask = Ask::get("/v1/audit/verify?service=customer").by(&root.token);
        let proof = world.send("verify-audit-chain", ask).await.body;
        let reason = &proof["services"][0]["first_broken"]["reason"];
        assert_eq!(reason, "forged_checkpoint", "{proof}");
        cloud.delete_object(&path);
        cloud.upload(&path, "application/json", signed.clone());
        if path.contains("/1000") {
            cloud.delete_object(&path);
        }
    }
    let ask = Ask::get("/v1/audit/verify?service=customer").by(&root.token);
    let proof = world.send("verify-audit-chain", ask).await.body;
    assert_eq!(
        (&proof["ok"], &proof["services"][0]["checkpoints_checked"]),
        (&true.into(), &1.into()),
        "{proof}"
    );
}
