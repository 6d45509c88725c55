//! A seller with all that a seller can have, for the table: staff, an invitation, a business with a document; others
//! at each step of a seller's and a business's life; and roles that an admin has made.

use serde_json::{Value, json};
use testkit::{Answer, Ask};

use crate::{
    World,
    journey::{Person, business, ok, roles, selling},
};

/// What one seller has, and what there is beside.
pub(super) struct Stall {
    /// Who sells, with a business that can be submitted.
    pub(super) owner: Person,
    /// Has applied.
    applicant: Person,
    suspended: Person,
    /// Whose business was submitted.
    submitted: Person,
    /// Whose business is looked at.
    reviewed: Person,
    /// Works for the owner, and has a role that an admin has made.
    pub(super) member: String,
    /// Packs and ships for the owner.
    pub(super) packer: Person,
    invitation: String,
    document: String,
    role: String,
    /// A role that nobody has.
    free_role: String,
}

fn seller_of(person: &Person) -> String {
    person.id.replacen("cus_", "sel_", 1)
}

fn place(person: &Person) -> String {
    format!("/v1/sellers/{}", seller_of(person))
}

async fn applicant(world: &mut World, who: &str) -> Person {
    let person = Person::register(world, who).await;
    let said = json!({ "display_name": format!("Shop of {who}"), "legal_country": "NL" });
    let ask = Ask::post("/v1/sellers").by(&person.token).json(&said);
    ok(world.send("apply-as-seller", ask).await, 201);
    person
}

async fn by_admin(world: &mut World, root: &Person, function: &'static str, of: &Person) -> Answer {
    let verb = function.split('-').next().unwrap_or_default();
    let ask = Ask::post(&format!("{}/{verb}", place(of))).by(&root.token);
    let body = match verb {
        "suspend" => json!({ "reason": "For the table." }),
        _ => return ok(world.send(function, ask).await, 200),
    };
    ok(world.send(function, ask.json(&body)).await, 200)
}

async fn active(world: &mut World, root: &Person, who: &str) -> Person {
    let person = applicant(world, who).await;
    by_admin(world, root, "approve-seller", &person).await;
    world.settle().await;
    Person::log_in(world, &person.id, &person.email).await
}

/// A seller whose business has a document.
async fn with_business(world: &mut World, root: &Person, who: &str) -> (Person, String) {
    let person = active(world, root, who).await;
    ok(
        business::register(world, &person, &business::said(), "").await,
        200,
    );
    let document = business::upload(world, &person, &business::pdf(None), business::PDF).await;
    (person, document)
}

impl Stall {
    /// Sets it up; `name` tells it from the other.
    pub(super) async fn open(world: &mut World, root: &Person, name: &str) -> Self {
        let (owner, document) = with_business(world, root, &format!("seller-{name}")).await;
        let applicant = applicant(world, &format!("applicant-{name}")).await;
        let suspended = active(world, root, &format!("suspended-{name}")).await;
        by_admin(world, root, "suspend-seller", &suspended).await;
        let (submitted, _) = with_business(world, root, &format!("submitted-{name}")).await;
        let (reviewed, _) = with_business(world, root, &format!("reviewed-{name}")).await;
        for person in [&submitted, &reviewed] {
            ok(
                business::step(world, "submit-business", person, person).await,
                200,
            );
        }
        let review = business::step(world, "start-business-review", root, &reviewed).await;
        ok(review, 200);

        let seller = place(&owner);
        let invitation = selling::invite(world, &owner, &seller, "finance", "stays").await;
        let member = Person::register(world, &format!("member-{name}")).await;
        let packer = Person::register(world, &format!("packer-{name}")).await;
        for (person, role) in [(&member, "finance"), (&packer, "fulfilment")] {
            let invited = selling::invite(world, &owner, &seller, role, role).await;
            let token = selling::token(&seller, &invited);
            let ask = Ask::post("/v1/staff-invitations/accept").by(&person.token);
            let ask = ask.json(&json!({ "token": token }));
            ok(world.send("accept-invitation", ask).await, 200);
        }

        let allowances = ["order:read@any"];
        let role = roles::make_role(world, root, &format!("Clerk {name}"), &allowances, &[]).await;
        let free_role =
            roles::make_role(world, root, &format!("Nobody {name}"), &allowances, &[]).await;
        let ask = roles::give_role(root, &member.id, &role);
        ok(world.send("assign-role", ask).await, 200);
        world.settle().await;
        // What it may do is in tokens from now on.
        let packer = Person::log_in(world, &packer.id, &packer.email).await;
        Self {
            owner,
            applicant,
            suspended,
            submitted,
            reviewed,
            member: member.id,
            packer,
            invitation,
            document,
            role,
            free_role,
        }
    }

    /// Whose seller a route is asked for: the one that is where the route takes it from.
    pub(super) fn seller_for(&self, function: &str) -> &Person {
        match function {
            "approve-seller" | "reject-seller" => &self.applicant,
            "reinstate-seller" => &self.suspended,
            "start-business-review" => &self.submitted,
            "reject-business" | "verify-business" => &self.reviewed,
            _ => &self.owner,
        }
    }

    /// The id for one parameter of a path, by what stands before it; of what the table has elsewhere, none.
    pub(super) fn id(&self, function: &str, collection: &str) -> Option<String> {
        Some(match collection {
            "sellers" => seller_of(self.seller_for(function)),
            "staff" => self.member.clone(),
            "invitations" => self.invitation.clone(),
            "documents" => self.document.clone(),
            "roles" if function == "delete-role" => self.free_role.clone(),
            "roles" | "custom-roles" => self.role.clone(),
            "address-rules" => "NL".to_owned(),
            _ => return None,
        })
    }

    /// A body for a route of these services; none, where it takes none.
    pub(super) fn body(function: &str) -> Option<Value> {
        Some(match function {
            "change-role" => json!({ "allowances": ["order:read@any", "payment:read@any"] }),
            "create-role" => json!({ "name": "New", "allowances": ["order:read@any"] }),
            "change-staff-role" => json!({ "role": "manager" }),
            "invite-staff" => json!({ "email": "invited@example.com", "role": "finance" }),
            "register-business" => business::said(),
            "reject-business" => json!({ "reasons": ["address_mismatch"] }),
            "reject-seller" | "suspend-seller" => json!({ "reason": "For the table." }),
            "start-business-document-upload" => business::pdf(None),
            "update-seller" => json!({ "description": "All for the table." }),
            _ => return None,
        })
    }

    /// Those of its routes that are asked without a body.
    pub(super) fn takes_no_body(function: &str) -> bool {
        [
            "approve-seller",
            "assign-role",
            "close-seller",
            "reinstate-seller",
            "reveal-bank-account",
            "start-business-review",
            "submit-business",
            "verify-business",
        ]
        .contains(&function)
    }

    /// The role, for whoever names one inside of a request.
    pub(super) fn role(&self) -> &str {
        &self.role
    }
}
