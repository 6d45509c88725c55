//! Admins make roles of their own, and give them to customers.

use serde_json::{Value, json};
use stories::{Admin, Answer, Shop, Shopper, until};

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// The admin, and roles whose names no other story has.
struct Office {
    admin: Admin,
    unique: String,
}

impl Office {
    fn open(shop: &Shop) -> Self {
        Self {
            admin: Admin::log_in(shop),
            unique: shop.unique(),
        }
    }

    fn shop(&self) -> &Shop {
        &self.admin.shop
    }

    fn name(&self, name: &str) -> String {
        format!("{name} {}", self.unique)
    }

    fn try_role(&self, name: &str, allowances: &[&str], inherits: &[&str]) -> Answer {
        let name = self.name(name);
        let role = json!({ "name": name, "allowances": allowances, "inherits": inherits });
        let call = self.shop().post("/v1/roles").bearer(&self.admin.token);
        call.json(&role).send()
    }

    #[track_caller]
    fn make(&self, name: &str, allowances: &[&str], inherits: &[&str]) -> String {
        text(&self.try_role(name, allowances, inherits).expect(201)["id"])
    }

    fn get(&self, path: String) -> Answer {
        self.shop().get(path).bearer(&self.admin.token).send()
    }

    fn change(&self, role: &str, patch: &Value) -> Answer {
        let version = self.get(format!("/v1/roles/{role}"));
        // What is built in never changes, and has no version.
        let version = version.header("etag").unwrap_or("*").to_owned();
        let call = self.shop().call("PATCH", format!("/v1/roles/{role}"));
        let call = call.bearer(&self.admin.token).header("if-match", version);
        call.body("application/merge-patch+json", patch.to_string())
            .send()
    }

    fn assignment(&self, method: &str, who: &str, role: &str) -> Answer {
        let path = format!("/v1/customers/{who}/custom-roles/{role}");
        let call = self.shop().call(method, path);
        call.bearer(&self.admin.token).send()
    }

    fn delete(&self, role: &str) -> Answer {
        let call = self.shop().call("DELETE", format!("/v1/roles/{role}"));
        call.bearer(&self.admin.token).send()
    }
}

/// The same person with the tokens that a client gets when the old ones are refused.
fn refreshed(person: &Shopper) -> Shopper {
    let body = json!({ "refresh_token": person.refresh_token });
    let tokens = person.shop.post("/v1/auth/refresh").json(&body).send();
    let tokens = tokens.expect(200);
    Shopper {
        token: text(&tokens["access_token"]),
        refresh_token: text(&tokens["refresh_token"]),
        ..person.clone()
    }
}

fn look_at(who: &Shopper, customer: &str) -> Answer {
    let path = format!("/v1/customers/{customer}");
    who.shop.get(path).bearer(&who.token).send()
}

#[test]
fn an_auditor_may_look_and_no_more_knows_why_and_loses_it_within_a_minute() {
    let shop = Shop::open();
    let office = Office::open(&shop);
    let (person, other) = (Shopper::register(&shop), Shopper::register(&shop));
    let clerk = office.make("Clerk", &["customer:read@any"], &[]);
    let auditor = office.make("Auditor", &["payment:read@any"], &[&clerk]);
    look_at(&person, &other.id).refused(403, "forbidden");

    let has = office.assignment("PUT", &person.id, &auditor).expect(200);
    assert_eq!(
        has["allowances"],
        json!(["customer:read@any", "payment:read@any"])
    );
    // The old token ends by itself, and the next one says what its bearer may do now.
    until("the old token ends", || {
        (look_at(&person, &other.id).status == 401).then_some(())
    });
    let person = refreshed(&person);
    look_at(&person, &other.id).expect(200);
    let path = format!("/v1/customers/{}/block", other.id);
    let block = shop.post(path).bearer(&person.token);
    block
        .json(&json!({ "reason": "No." }))
        .send()
        .refused(403, "forbidden");

    let own = shop.get("/v1/me/permissions").bearer(&person.token).send();
    let own = own.expect(200)["permissions"].clone();
    let may = |what: &str| {
        let list = own.as_array().expect("a list");
        list.iter().find(|one| one["allowance"] == what).cloned()
    };
    let why = &may("customer:read@any").expect("what was given")["reasons"][0];
    assert_eq!(why["kind"], "custom_role");
    assert_eq!(why["name"], office.name("Auditor"));
    assert_eq!(why["through"][0]["id"], clerk);
    assert!(may("customer:block@any").is_none());
    let buys = &may("order:place@own").expect("what customers may")["reasons"][0];
    assert_eq!(
        (&buys["kind"], &buys["role"]),
        (&json!("role"), &json!("customer"))
    );

    let holders = office.get(format!("/v1/roles/{auditor}/holders"));
    assert_eq!(holders.expect(200)["data"][0]["customer_id"], person.id);
    office.delete(&auditor).refused(409, "role_in_use");
    office
        .assignment("DELETE", &person.id, &auditor)
        .expect(204);
    until("the auditor's token ends", || {
        (look_at(&person, &other.id).status == 401).then_some(())
    });
    look_at(&refreshed(&person), &other.id).refused(403, "forbidden");
    office.delete(&auditor).expect(204);
    office.delete(&clerk).expect(204);
}

#[test]
fn what_a_role_inherits_reaches_those_who_have_it() {
    let shop = Shop::open();
    let office = Office::open(&shop);
    let person = Shopper::register(&shop);
    let base = office.make("Base", &["order:read@any"], &[]);
    let heir = office.make("Heir", &[], &[&base]);
    office.assignment("PUT", &person.id, &heir).expect(200);
    until("the token ends", || {
        (look_at(&person, &person.id).status == 401).then_some(())
    });
    let person = refreshed(&person);
    look_at(&person, &person.id).refused(403, "forbidden");

    let more = json!({ "allowances": ["order:read@any", "customer:read@any"] });
    office.change(&base, &more).expect(200);
    until("the next token ends", || {
        (look_at(&person, &person.id).status == 401).then_some(())
    });
    look_at(&refreshed(&person), &person.id).expect(200);
}

#[test]
fn a_cycle_a_foreign_power_and_a_name_twice_are_refused() {
    let shop = Shop::open();
    let office = Office::open(&shop);
    let one = office.make("One", &[], &[]);
    let two = office.make("Two", &[], &[&one]);
    office
        .change(&one, &json!({ "inherits": [two] }))
        .refused(409, "role_cycle");
    office
        .try_role("one", &[], &[])
        .refused(409, "role_name_taken");
    office
        .try_role("Three", &["order:fly@any"], &[])
        .refused(422, "validation_failed");
    office
        .change("seller", &json!({ "name": "x" }))
        .refused(409, "built_in_role");
    office.delete(&one).refused(409, "role_in_use");

    let mut deputy = Shopper::register(&shop);
    let made = office.admin.give_roles(&deputy.id, &["customer", "admin"]);
    made.expect(200);
    deputy.log_in_again();
    let deputy = Office {
        admin: Admin {
            shop: shop.clone(),
            token: deputy.token,
        },
        unique: shop.unique(),
    };
    deputy
        .try_role("Crown", &["role:assign-admin@any"], &[])
        .refused(403, "forbidden");
    deputy.make("Reader", &["order:read@any"], &[]);

    let shopper = Shopper::register(&shop);
    for path in ["/v1/roles", "/v1/permissions"] {
        let seen = shop.get(path).bearer(&shopper.token).send();
        seen.refused(403, "forbidden");
        shop.get(path).send().refused(401, "unauthenticated");
    }
    let missing = shopper.id.replace(|c: char| c.is_ascii_digit(), "0");
    office
        .assignment("PUT", &missing, &one)
        .refused(404, "customer_not_found");
}
