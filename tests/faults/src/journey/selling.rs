//! Someone applies to sell, has staff, is suspended, comes back, and ends.

use std::time::Duration;

use contracts::one_time::TokenKey;
use serde_json::{Value, json};
use testkit::Ask;

use super::{Person, offer, ok, text};
use crate::World;

/// The key of one-time tokens that a stage of the testkit has.
const KEY: &str = "a key of tests";

/// A seller's life, with everything that follows from it.
pub(super) async fn selling(world: &mut World, root: &Person, shopper: &Person) {
    let owner = Person::register(world, "lamps").await;
    let seller = apply(world, root, &owner).await;
    let owner = Person::log_in(world, &owner.id, &owner.email).await;
    let lamps = offer(world, &owner, "Lamps", 9).await;
    staff(world, &owner, &seller, &lamps, shopper).await;
    suspended(world, root, &seller, &lamps, shopper).await;

    let ask = Ask::post(&format!("{seller}/close")).by(&owner.token);
    ok(world.send("close-seller", ask.key("close")).await, 200);
    world.settle().await;
    let former = Person::log_in(world, &owner.id, &owner.email).await;
    let ask = Ask::get("/v1/customers/me").by(&former.token);
    let profile = ok(world.send("get-own-profile", ask).await, 200).body;
    assert_eq!(profile["roles"], json!(["customer"]));
}

/// Applies, is rejected, applies again and is approved; the path of the seller.
pub(crate) async fn apply(world: &mut World, root: &Person, owner: &Person) -> String {
    let mut said = json!({ "display_name": "Lamps & Co", "legal_country": "NL" });
    let ask = Ask::post("/v1/sellers").by(&owner.token).key("apply");
    let applied = ok(world.send("apply-as-seller", ask.json(&said)).await, 201);
    assert_eq!(applied.body["status"], "pending");
    let seller = format!("/v1/sellers/{}", text(&applied.body["id"]));
    let ask = Ask::get("/v1/sellers?status=pending").by(&root.token);
    let listed = ok(world.send("list-sellers", ask).await, 200).body;
    assert_eq!(listed["data"][0]["id"], applied.body["id"]);

    let ask = Ask::post(&format!("{seller}/reject")).by(&root.token);
    let ask = ask
        .key(&format!("reject {seller}"))
        .json(&json!({ "reason": "No address." }));
    ok(world.send("reject-seller", ask).await, 200);
    world.settle().await;
    said["website"] = "https://lamps.example".into();
    let ask = Ask::post("/v1/sellers").by(&owner.token).key("again");
    ok(world.send("apply-as-seller", ask.json(&said)).await, 201);
    let ask = Ask::post(&format!("{seller}/approve")).by(&root.token);
    let ask = ask.key(&format!("approve {seller}"));
    ok(world.send("approve-seller", ask).await, 200);
    world.settle().await;

    // With the role older tokens have ended.
    let owner = Person::log_in(world, &owner.id, &owner.email).await;
    let ask = Ask::get(&seller).by(&owner.token);
    let seen = ok(world.send("get-seller", ask).await, 200);
    assert_eq!(seen.body["status"], "active");
    let ask = Ask::new("PATCH", &seller).by(&owner.token).key("describe");
    let ask = ask.header("if-match", seen.header("etag"));
    let change =
        json!({ "description": "Lamps of all sizes.", "support_email": "help@example.com" });
    ok(world.send("update-seller", ask.json(&change)).await, 200);
    let page = Ask::get(&format!("{seller}/page"));
    let page = ok(world.send("get-seller-page", page).await, 200).body;
    assert_eq!(page["description"], "Lamps of all sizes.");
    seller
}

pub(crate) async fn invite(
    world: &mut World,
    owner: &Person,
    seller: &str,
    role: &str,
    key: &str,
) -> String {
    let ask = Ask::post(&format!("{seller}/staff/invitations")).by(&owner.token);
    let body = json!({ "email": "anyone@example.com", "role": role });
    let ask = ask.key(key).json(&body);
    text(&ok(world.send("invite-staff", ask).await, 201).body["id"])
}

/// What the mail of an invitation has in its link.
pub(crate) fn token(seller: &str, invitation: &str) -> String {
    let key = TokenKey::new(KEY).unwrap();
    let seller = seller.rsplit('/').next().unwrap_or_default();
    let token = key.invitation(invitation.parse().unwrap(), seller.parse().unwrap());
    token.reveal()
}

/// Two come; one ships, gets other work and leaves, the other stays until the end.
async fn staff(world: &mut World, owner: &Person, seller: &str, lamps: &str, shopper: &Person) {
    let unwanted = invite(world, owner, seller, "finance", "invite 1").await;
    let path = format!("{seller}/staff/invitations");
    let list = Ask::get(&path).by(&owner.token);
    let list = ok(world.send("list-invitations", list).await, 200).body;
    assert_eq!(list["data"][0]["id"], unwanted.as_str());
    let ask = Ask::new("DELETE", &format!("{path}/{unwanted}")).by(&owner.token);
    ok(
        world.send("revoke-invitation", ask.key("revoke")).await,
        204,
    );

    let mut packer = Person::register(world, "packer").await;
    let mut clerk = Person::register(world, "clerk").await;
    for (person, role) in [(&packer, "fulfilment"), (&clerk, "finance")] {
        let invitation = invite(world, owner, seller, role, role).await;
        let token = token(seller, &invitation);
        let ask = Ask::post("/v1/staff-invitations/accept").by(&person.token);
        let ask = ask.key("accept").json(&json!({ "token": token }));
        let joined = ok(world.send("accept-invitation", ask).await, 200);
        assert_eq!(joined.body["role"], role);
    }
    world.settle().await;
    for person in [&mut packer, &mut clerk] {
        *person = Person::log_in(world, &person.id, &person.email).await;
    }
    let order = shopper.buy(world, lamps, 1, "pm_sandbox_ok").await;
    world.settle().await;
    assert_eq!(clerk.ship(world, &order).await.status, 403);
    ok(packer.ship(world, &order).await, 200);

    let list = Ask::get(&format!("{seller}/staff")).by(&owner.token);
    let list = ok(world.send("list-staff", list).await, 200).body;
    let roles = list["data"].as_array().unwrap().iter();
    let mut roles: Vec<&Value> = roles.map(|member| &member["role"]).collect();
    assert_eq!(roles.remove(0), "owner");
    assert!(roles.contains(&&json!("fulfilment")) && roles.contains(&&json!("finance")));
    let place = format!("{seller}/staff/{}", packer.id);
    let ask = Ask::new("PUT", &place).by(&owner.token).key("promote");
    let ask = ask.json(&json!({ "role": "manager" }));
    ok(world.send("change-staff-role", ask).await, 200);
    world.settle().await;
    let packer = Person::log_in(world, &packer.id, &packer.email).await;
    let ask = Ask::new("DELETE", &place).by(&packer.token).key("leave");
    ok(world.send("remove-staff", ask).await, 204);
    world.settle().await;
}

/// What is in the shop is out of it as long as its seller is suspended.
async fn suspended(world: &mut World, root: &Person, seller: &str, lamps: &str, shopper: &Person) {
    ok(shopper.add(world, lamps, 1, "before it is gone").await, 200);
    let ask = Ask::post(&format!("{seller}/suspend")).by(&root.token);
    let ask = ask
        .key("suspend")
        .json(&json!({ "reason": "Sells fakes." }));
    ok(world.send("suspend-seller", ask).await, 200);
    // Who sold a moment ago may be believed to go on.
    world.stage.clock.advance(Duration::from_secs(21));
    let refused = shopper.order(world, "pm_sandbox_ok", "too late").await;
    assert_eq!(ok(refused, 409).code(), "seller_suspended");
    world.settle().await;
    assert_eq!(shopper.cart(world).await["lines"][0]["available"], false);

    let ask = Ask::post(&format!("{seller}/reinstate")).by(&root.token);
    ok(
        world.send("reinstate-seller", ask.key("reinstate")).await,
        200,
    );
    world.settle().await;
    assert_eq!(shopper.cart(world).await["lines"][0]["available"], true);
    let order = shopper.order(world, "pm_sandbox_ok", "in time").await;
    ok(order, 201);
    world.settle().await;
}
