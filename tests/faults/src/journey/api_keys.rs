//! A machine that acts in someone's name.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::{Answer, Ask};

use super::{Person, ok, text};
use crate::World;

const KEYS: &str = "/v1/customers/me/api-keys";

/// A key, as it was shown once.
#[derive(Debug, Clone)]
pub struct MachineKey {
    pub id: String,
    pub secret: String,
}

impl MachineKey {
    /// Off an answer that shows one.
    pub fn shown(answer: &Answer) -> Self {
        Self {
            id: text(&answer.body["id"]),
            secret: text(&answer.body["secret"]),
        }
    }
}

impl Person {
    /// What makes a key.
    pub fn make_key(&self, key: &Value) -> Ask {
        Ask::post(KEYS).by(&self.token).json(key)
    }

    /// Makes a key that may do this.
    pub async fn key(&self, world: &mut World, name: &str, allowances: &[&str]) -> MachineKey {
        let key = json!({ "name": name, "allowances": allowances });
        let made = world.send("create-api-key", self.make_key(&key)).await;
        MachineKey::shown(&ok(made, 201))
    }

    /// The keys of the account.
    pub async fn keys(&self, world: &mut World) -> Vec<Value> {
        let ask = Ask::get(KEYS).by(&self.token);
        let keys = ok(world.send("list-api-keys", ask).await, 200).body;
        keys["data"].as_array().cloned().unwrap_or_default()
    }

    /// What rotates a key.
    pub fn rotate_key(&self, key: &str, how: &Value) -> Ask {
        let path = format!("{KEYS}/{key}/rotate");
        Ask::post(&path).by(&self.token).json(how)
    }

    /// What revokes a key.
    pub fn revoke_key(&self, key: &str) -> Ask {
        let path = format!("{KEYS}/{key}");
        Ask::new("DELETE", &path).by(&self.token).key("revoke")
    }

    /// What changes a key.
    pub fn change_key(&self, key: &str, change: &Value) -> Ask {
        let path = format!("{KEYS}/{key}");
        Ask::new("PATCH", &path).by(&self.token).json(change)
    }
}

/// Goes through what there is about keys.
pub(super) async fn keys(world: &mut World) {
    let owner = Person::register(world, "machinist").await;
    let key = owner.key(world, "Till", &["profile:read@own"]).await;
    let change = json!({ "allowances": ["profile:read@own", "address:read@own"] });
    let ask = owner.change_key(&key.id, &change).key("more");
    ok(world.send("change-api-key", ask).await, 200);

    let book = |secret: &str| Ask::get("/v1/addresses").by(secret);
    ok(world.send("list-addresses", book(&key.secret)).await, 200);
    let seen = owner.keys(world).await;
    assert!(seen[0]["last_used_at"].is_string(), "{seen:?}");

    let ask = owner.rotate_key(&key.id, &json!({ "overlap_seconds": 0 }));
    let next = MachineKey::shown(&ok(world.send("rotate-api-key", ask).await, 200));
    world.stage.clock.advance(Duration::from_mins(1));
    ok(world.send("list-addresses", book(&key.secret)).await, 401);
    ok(world.send("list-addresses", book(&next.secret)).await, 200);
    ok(
        world
            .send("revoke-api-key", owner.revoke_key(&key.id))
            .await,
        204,
    );
    assert!(owner.keys(world).await.is_empty());
    world.settle().await;
}
