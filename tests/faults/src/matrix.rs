//! Who may do what to which object: a small market, those who call, and what each of them asks every route for.
//!
//! A new route is in the table by itself. Where the table cannot know what to send, it says so: an object for the
//! parameter of a path goes into [`Market::objects`], a body into [`Market::body`], an id inside of a body or a query
//! into [`Market::nested`], a new kind of caller into [`Market::callers`]. Of the routes in [`ONLY_WHO`]
//! who may ask is in the table too; what is whose is told by their services' own tests.

use std::collections::HashMap;

use kernel::{
    Allowance, CustomerId, Membership, Owned, Permission, Powers, Role, Rule, Scope, SellerId,
    StaffRole, permission::Grant,
};
use serde_json::{Value, json};
use testkit::{Ask, forge};

mod stall;

use self::stall::Stall;
use crate::{
    World,
    endpoints::{Endpoint, missing},
    journey::{
        self, PASSWORD, Person, administration,
        guests::{Guest, GuestOrder, guest_order},
    },
    offer,
};

/// Routes that are told by a mail's token, an app's code, a signature or the link to a shipped order whose they are,
/// and name no object; and the one that is refused to whoever sells already.
pub const ONLY_WHO: &[&str] = &[
    "accept-invitation",
    "apply-as-seller",
    "confirm-email-change",
    "confirm-second-factor",
    "disable-second-factor",
    "get-guest-order-document",
    "get-second-factor",
    "receive-payment-webhook",
    "renew-recovery-codes",
    "request-guest-return",
    "reopen-account",
    "reset-customer-second-factor",
    "reset-password",
    "step-up-session",
    "verify-email",
    "withdraw-guest-return",
];

/// What would open a guest's cart.
const NOBODYS_CART: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Someone who calls.
#[derive(Debug, Clone)]
pub struct Caller {
    pub name: &'static str,
    /// What it sends to be known.
    proof: Proof,
    /// Who it is, if it has an account.
    pub customer: Option<CustomerId>,
    pub roles: Vec<Role>,
    /// Its place in a seller's staff, if it has one.
    staff: Option<Membership>,
    /// What its key may do, if it is a machine.
    pub key: Option<Vec<Allowance>>,
    /// The variant that is in its cart, if it has one.
    in_cart: Option<String>,
    /// The order of a guest's that it has the link to, if it has one.
    link: Option<GuestOrder>,
    refresh_token: String,
    /// What an invitation of its own to become an admin has in its mail, if it has one.
    invitation: String,
}

#[derive(Debug, Clone)]
enum Proof {
    None,
    Cart(String),
    /// A token that opens doors.
    Token(String),
    /// A token that opens none.
    Dead(String),
}

impl Caller {
    /// A request by it.
    pub fn sends(&self, ask: Ask) -> Ask {
        let ask = match &self.link {
            Some(order) => ask.header("x-order-token", &order.token),
            None => ask,
        };
        match &self.proof {
            Proof::None => ask,
            Proof::Cart(token) => ask.header("x-cart-token", token),
            Proof::Token(token) | Proof::Dead(token) => ask.by(token),
        }
    }

    fn powers(&self) -> Powers {
        Powers {
            membership: self.staff,
            limited_to: self.key.clone(),
            ..Powers::of_roles(self.roles.clone())
        }
    }

    fn grant(&self, permission: Permission) -> Grant {
        self.powers().grant(permission)
    }
}

/// Which object a cell is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// There is none in the path.
    Nothing,
    /// What belongs to the first customer and the first seller.
    First,
    /// What belongs to the second customer and the second seller.
    Second,
    /// A good id of nothing.
    Missing,
    /// No id.
    Malformed,
}

/// What a cell's answer must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// 2xx.
    Done,
    /// 401.
    Unknown,
    /// 403.
    Forbidden,
    /// 404, with the bytes of what is not there.
    NotThere,
    /// Whatever the handler says of nothing that there is, as long as it was asked.
    Heard,
}

/// An object, and to whom it belongs.
#[derive(Debug, Clone)]
struct Object {
    id: String,
    customer: Option<CustomerId>,
    seller: Option<SellerId>,
}

impl Owned for Object {
    fn of_customer(&self, customer: CustomerId) -> bool {
        self.customer == Some(customer)
    }
    fn of_seller(&self, seller: SellerId) -> bool {
        self.seller == Some(seller)
    }
}

/// Someone of the market, and what is theirs.
struct Half {
    shopper: Person,
    session: String,
    seller: Person,
    stall: Stall,
    draft: String,
    drafted_variant: String,
    variant: String,
    import: String,
    order: String,
    fulfilment: String,
    /// An order that is on its way, and the invoice for it.
    shipped: String,
    invoice: String,
    /// One that is to be sent back, and one whose seller has agreed to that.
    sent_back: String,
    taken_back: String,
    /// An order whose payment waits for its customer.
    unpaid: String,
    /// One whose payment waits for another method.
    declined: String,
    /// A dispute that can be answered.
    dispute: String,
    /// What the seller was paid out.
    payout: String,
    address: String,
    key: String,
    export: String,
    invitation: String,
    guest_order: GuestOrder,
}

impl Half {
    /// The order that a route is asked for.
    fn order_for(&self, function: &str) -> String {
        let order = match function {
            "deliver-order" | "request-return" | "get-order-document" => &self.shipped,
            "approve-return" | "refuse-return" | "withdraw-return" => &self.sent_back,
            "receive-return" => &self.taken_back,
            _ => &self.order,
        };
        order.clone()
    }
}

/// The market: two of each.
pub struct Market {
    halves: [Half; 2],
    pub callers: Vec<Caller>,
    sold_to_all: String,
}

fn id<T: std::str::FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| panic!("{text} is no id"))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

async fn half(world: &mut World, root: &Person, name: &str) -> Half {
    let stall = Stall::open(world, root, name).await;
    let seller = stall.owner.clone();
    let shopper = Person::register(world, &format!("shopper-{name}")).await;
    let other_device = Person::log_in(world, &shopper.id, &shopper.email).await;
    let variant = offer(world, &seller, &format!("Goods of {name}"), 50).await;

    let draft = journey::product(&format!("Secret of {name}"));
    let ask = Ask::post("/v1/products").by(&seller.token);
    let draft = world.send("create-product", ask.json(&draft)).await.body;
    let ask = Ask::post("/v1/product-imports/uploads").by(&seller.token);
    let upload = world.send("start-import-upload", ask).await;
    let import = upload
        .header("location")
        .rsplit('/')
        .next()
        .unwrap_or_default();
    let import = import.to_owned();

    let address = Ask::post("/v1/addresses").by(&shopper.token).json(&home());
    let address = world.send("add-address", address).await;
    assert_eq!(address.status, 201, "{}", address.text);

    let key = shopper
        .key(world, "Of the table", &["order:read@own"])
        .await;
    let order = shopper.buy(world, &variant, 1, "pm_sandbox_ok").await;
    world.settle().await;
    let seen = shopper.see(world, &order).await;
    assert_eq!(seen["status"], "confirmed", "{seen}");
    let shipped = shopper.buy(world, &variant, 1, "pm_sandbox_ok").await;
    world.settle().await;
    journey::ok(seller.ship(world, &shipped).await, 200);
    // Its payment can be given back, its seller has an account, and its customer an invoice.
    world.settle().await;
    let papers = journey::documents::documents(world, &shopper, &shipped).await;
    let mut on_its_way = Vec::new();
    for _ in 0..2 {
        let order = shopper.buy(world, &variant, 1, "pm_sandbox_ok").await;
        world.settle().await;
        journey::ok(seller.ship(world, &order).await, 200);
        world.settle().await;
        on_its_way.push(order);
    }
    let [sent_back, taken_back] = [on_its_way.remove(0), on_its_way.remove(0)];
    let ask = journey::returns::ask(&shopper, &sent_back, &variant, 1, "sent back");
    journey::ok(world.send("request-return", ask).await, 200);
    journey::returns::agreed(world, (&shopper, &seller), &taken_back, &variant, 1).await;
    let both = (&shopper, &seller);
    let disputed = journey::disputes::shipped(world, both, &variant, "pm_sandbox_ok").await;
    journey::disputes::object(world, &disputed, &json!({})).await;
    let open = (&disputed, "needs_response");
    let dispute = journey::disputes::dispute_of(world, root, open).await;
    let unpaid = shopper.buy(world, &variant, 1, "pm_sandbox_3ds").await;
    let declined = shopper.buy(world, &variant, 1, "pm_sandbox_declined").await;
    let mut guest = Guest::new(&format!("guest-{name}"));
    let guest_order = guest.buy(world, &variant, "pm_sandbox_ok", name).await;
    world.settle().await;
    Half {
        guest_order,
        session: journey::session(&other_device.token),
        draft: text(&draft["id"]),
        drafted_variant: text(&draft["variants"][0]["id"]),
        variant,
        import,
        order,
        fulfilment: text(&seen["fulfilments"][0]["id"]),
        shipped,
        invoice: papers
            .first()
            .map(|one| text(&one["id"]))
            .unwrap_or_default(),
        sent_back,
        taken_back,
        unpaid,
        declined,
        dispute: text(&dispute["id"]),
        // When both have sold.
        payout: String::new(),
        address: text(&address.body["id"]),
        key: key.id,
        invitation: journey::administration::invite(world, root, &format!("{name}@example.com"))
            .await,
        export: journey::audit::export(world, root, &json!({ "subject": shopper.id })).await,
        seller,
        shopper,
        stall,
    }
}

/// Whether an API key of someone with these roles can have it: as wide as they hold it, for a permission has one place.
fn widest(roles: &[Role], permission: Permission) -> Option<Allowance> {
    let powers = Powers::of_roles(roles.to_vec());
    let scopes = Scope::ALL.into_iter().rev();
    let mut held = scopes.map(|scope| Allowance { permission, scope });
    held.find(|allowed| powers.hold(*allowed) && !permission.is_in_person())
}

/// An address as it goes into a book.
fn home() -> Value {
    json!({
        "name": "Jane Doe", "line1": "Oudegracht 1", "city": "Utrecht", "postal_code": "3511 AB", "country": "NL",
    })
}

impl Market {
    /// Opens the market.
    pub async fn open(world: &mut World) -> Self {
        // Whose method is declined may name another, as long as the market is open.
        world.set("PAYMENT_ATTEMPTS", "2");
        world.set("PAYMENT_ACTION_SECONDS", "86400");
        let root = journey::admin(world).await;
        let mut first = half(world, &root, "first").await;
        let mut second = half(world, &root, "second").await;
        journey::payouts::round(world).await;
        for half in [&mut first, &mut second] {
            half.payout = journey::payouts::last(world, &half.seller).await;
        }
        let sold_to_all = offer(world, &first.seller, "Goods for all", 50).await;
        let mut market = Self {
            halves: [first, second],
            callers: Vec::new(),
            sold_to_all,
        };
        market.callers(world, root).await;
        world.settle().await;
        market
    }

    /// Everyone who calls. What an answer to one of them must be follows from its roles and what is its own.
    async fn callers(&mut self, world: &mut World, root: Person) {
        use Role::{Admin, Customer, Seller, SuperAdmin};
        let [first, second] = &self.halves;
        let admin = journey::with_roles(world, &root, "admin", &["customer", "admin"]).await;
        world.settle().await;
        let mut invited = HashMap::new();
        for person in [
            &first.shopper,
            &second.shopper,
            &first.seller,
            &second.seller,
            &first.stall.packer,
            &second.stall.packer,
            &admin,
        ] {
            administration::verify(world, person).await;
        }
        for person in [
            &first.shopper,
            &second.shopper,
            &first.seller,
            &second.seller,
            &first.stall.packer,
            &second.stall.packer,
            &admin,
            &root,
        ] {
            let invitation = administration::invite(world, &root, &person.email).await;
            let token = administration::token(&invitation, &root);
            invited.insert(person.email.clone(), token);
        }
        let known = |name, person: &Person, roles: &[Role], in_cart: &str| Caller {
            name,
            proof: Proof::Token(person.token.clone()),
            customer: Some(id(&journey::subject(&person.token))),
            roles: roles.to_vec(),
            staff: None,
            key: None,
            in_cart: Some(in_cart.to_owned()),
            link: None,
            refresh_token: person.refresh_token.clone(),
            invitation: invited.get(&person.email).cloned().unwrap_or_default(),
        };
        let all = self.sold_to_all.clone();
        let blocked = Person::register(world, "blocked").await;
        for (person, variant) in [
            (&first.shopper, &first.variant),
            (&second.shopper, &second.variant),
            (&first.seller, &all),
            (&second.seller, &all),
            (&first.stall.packer, &all),
            (&second.stall.packer, &all),
            (&admin, &all),
            (&root, &all),
            (&blocked, &all),
        ] {
            let added = person.add(world, variant, 1, "in the cart").await;
            assert_eq!(added.status, 200, "{}", added.text);
        }
        let body = json!({ "variant_id": first.variant, "quantity": 1 });
        let ask = Ask::post("/v1/cart/items").json(&body);
        let cart = world.send("add-cart-item", ask).await.body;
        let block = Ask::post(&format!("/v1/customers/{}/block", blocked.id)).by(&root.token);
        let block = block.json(&json!({ "reason": "For the table." }));
        assert_eq!(world.send("block-customer", block).await.status, 200);

        let nobody = Caller {
            name: "nobody",
            proof: Proof::None,
            customer: None,
            roles: Vec::new(),
            staff: None,
            key: None,
            in_cart: None,
            link: None,
            refresh_token: first.shopper.refresh_token.clone(),
            invitation: String::new(),
        };
        let now = world.stage.clock.now().as_second();
        let expired = forge(&first.shopper.token, &json!({}), |claims| claims.exp = now);
        // With the link to an order that is nobody's.
        let customer = Caller {
            link: Some(first.guest_order.clone()),
            ..known("customer", &first.shopper, &[Customer], &first.variant)
        };
        let works_for = |name, half: &Half| Caller {
            staff: Some(Membership {
                seller_id: SellerId::of(id(&half.seller.id)),
                role: StaffRole::Fulfilment,
            }),
            ..known(name, &half.stall.packer, &[Customer], &all)
        };
        self.callers = vec![
            Caller {
                name: "guest with a cart",
                proof: Proof::Cart(text(&cart["cart_token"])),
                in_cart: Some(first.variant.clone()),
                link: Some(second.guest_order.clone()),
                ..nobody.clone()
            },
            nobody,
            Caller {
                name: "customer whose token has expired",
                proof: Proof::Dead(expired),
                ..customer.clone()
            },
            customer.clone(),
            known(
                "other customer",
                &second.shopper,
                &[Customer],
                &second.variant,
            ),
            known("seller", &first.seller, &[Customer, Seller], &all),
            known("other seller", &second.seller, &[Customer, Seller], &all),
            works_for("seller's packer", first),
            works_for("other seller's packer", second),
            known("admin", &admin, &[Customer, Admin], &all),
            known("super admin", &root, &[Customer, SuperAdmin], &all),
            Caller {
                name: "blocked customer",
                proof: Proof::Dead(blocked.token.clone()),
                ..customer
            },
        ];
        let [first, _] = &self.halves;
        let people = [first.shopper.clone(), first.seller.clone(), root];
        self.machines(world, people).await;
    }

    /// Keys of some of them: one that may do all that a key can, and one that may do next to nothing.
    async fn machines(&mut self, world: &mut World, [shopper, seller, root]: [Person; 3]) {
        let mut machines = Vec::new();
        for (name, owner, person) in [
            ("customer's API key with every scope", "customer", &shopper),
            ("customer's API key without the scope", "customer", &shopper),
            ("seller's API key with every scope", "seller", &seller),
            (
                "super admin's API key with every scope",
                "super admin",
                &root,
            ),
        ] {
            let mut callers = self.callers.iter();
            let owner = callers.find(|caller| caller.name == owner).cloned();
            let owner = owner.expect("someone of the market");
            let may = if name.ends_with("without the scope") {
                vec!["profile:read@own".parse().expect("an allowance")]
            } else {
                let all = Permission::ALL.iter();
                all.filter_map(|permission| widest(&owner.roles, *permission))
                    .collect()
            };
            let texts: Vec<String> = may.iter().map(Allowance::to_string).collect();
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let key = person.key(world, name, &texts).await;
            machines.push(Caller {
                name,
                proof: Proof::Token(key.secret),
                key: Some(may),
                ..owner
            });
        }
        self.callers.extend(machines);
    }

    /// The objects that a parameter of a path may name, one of each half.
    fn objects(&self, endpoint: &Endpoint) -> Option<[Object; 2]> {
        if ONLY_WHO.contains(&endpoint.function) {
            return None;
        }
        let collection = endpoint.collection()?;
        let of = |half: &Half| {
            let customer = Some(id(&half.shopper.id));
            let seller = Some(SellerId::of(id(&half.seller.id)));
            let its_owner = half.stall.seller_for(endpoint.function);
            let (id, customer, seller) = match collection {
                // The marketplace's own.
                "exports" => (half.export.clone(), None, None),
                "disputes" => (half.dispute.clone(), None, None),
                "payouts" => (half.payout.clone(), None, seller),
                "invitations" if endpoint.template.starts_with("/v1/admin/") => {
                    (half.invitation.clone(), None, None)
                }
                "documents" if endpoint.template.starts_with("/v1/orders/") => {
                    (half.invoice.clone(), customer, seller)
                }
                "sellers" | "staff" | "invitations" | "documents" | "roles" | "custom-roles"
                | "address-rules" => {
                    let own = half
                        .stall
                        .id(endpoint.function, collection)
                        .unwrap_or_default();
                    let customer = match collection {
                        "staff" => half.stall.member.as_str(),
                        _ => its_owner.id.as_str(),
                    };
                    let seller = SellerId::of(id(&its_owner.id));
                    (own, Some(id(customer)), Some(seller))
                }
                "customers" => (half.shopper.id.clone(), customer, None),
                "sessions" => (half.session.clone(), customer, None),
                "products" => (half.draft.clone(), None, seller),
                "product-imports" => (half.import.clone(), None, seller),
                "stock" => (half.variant.clone(), None, seller),
                "addresses" => (half.address.clone(), customer, None),
                "api-keys" => (half.key.clone(), customer, None),
                "guest-orders" => (half.guest_order.id.clone(), None, seller),
                "orders" if endpoint.function == "claim-order" => {
                    (half.guest_order.id.clone(), None, seller)
                }
                "charges" if endpoint.function == "dispute-sandbox-charge" => {
                    (half.shipped.replacen("ord_", "pay_", 1), customer, None)
                }
                "charges" => (half.unpaid.replacen("ord_", "pay_", 1), customer, None),
                "orders" => (half.order_for(endpoint.function), customer, seller),
                "returns" => ("1".to_owned(), customer, seller),
                "payments" if endpoint.function == "request-payment-attempt" => {
                    (half.declined.replacen("ord_", "pay_", 1), customer, None)
                }
                "payments" => (half.shipped.replacen("ord_", "pay_", 1), customer, None),
                "accounts" => {
                    let account = seller.map(|seller| format!("seller:{seller}"));
                    (account.unwrap_or_default(), None, seller)
                }
                // A line of one's own cart, which `reached` knows.
                "items" if endpoint.template.starts_with("/v1/cart/") => {
                    (half.variant.clone(), None, None)
                }
                other => panic!(
                    "{} {}: the table has no object for what follows `{other}`: add one to Half and to Market::objects \
                     in tests/faults/src/matrix.rs",
                    endpoint.method, endpoint.template,
                ),
            };
            Object {
                id,
                customer,
                seller,
            }
        };
        Some([of(&self.halves[0]), of(&self.halves[1])])
    }

    /// The objects that a route is asked for.
    pub fn kinds(&self, endpoint: &Endpoint) -> Vec<Which> {
        match self.objects(endpoint) {
            Some(_) => vec![
                // The one that the bytes of the others are held against comes first.
                Which::Missing,
                Which::First,
                Which::Second,
                Which::Malformed,
            ],
            None => vec![Which::Nothing],
        }
    }

    /// What becomes of a cell, by the one table of permissions and what belongs to whom here.
    pub fn expected(&self, endpoint: &Endpoint, caller: &Caller, which: Which) -> Expected {
        if matches!(caller.proof, Proof::Dead(_)) {
            return Expected::Unknown;
        }
        if let Rule::Allow(permission, scope) = endpoint.rule {
            if caller.customer.is_none() {
                return Expected::Unknown;
            }
            let is_machine = caller.key.is_some();
            if is_machine && !endpoint.is_for_keys() || !caller.grant(permission).covers(scope) {
                return Expected::Forbidden;
            }
        }
        // A cart is there to be ordered.
        let orders = caller.grant(Permission::OrderPlace).covers(Scope::Own);
        let in_cart = endpoint.template.starts_with("/v1/cart");
        if in_cart && caller.customer.is_some() && !orders {
            return Expected::Forbidden;
        }
        match endpoint.function {
            "refuse-unknown-route" => return Expected::NotThere,
            // A super admin must be unmade one first.
            "close-own-account" if caller.roles.contains(&Role::SuperAdmin) => {
                return Expected::Forbidden;
            }
            // By the cart alone: who has an account orders with it.
            "place-guest-order" if caller.customer.is_some() => return Expected::Forbidden,
            "place-guest-order" if caller.in_cart.is_none() => return Expected::NotThere,
            // Whoever has begun to look at a business ends that.
            "reject-business" | "verify-business"
                if !caller.roles.contains(&Role::SuperAdmin)
                    && matches!(which, Which::First | Which::Second) =>
            {
                return Expected::Heard;
            }
            only_who if ONLY_WHO.contains(&only_who) => return Expected::Heard,
            _ => {}
        }
        let object = match (which, self.objects(endpoint)) {
            (Which::Nothing, _) => return Expected::Done,
            (Which::First, Some([first, _])) => first,
            (Which::Second, Some([_, second])) => second,
            _ => return Expected::NotThere,
        };
        if Self::reached(endpoint, caller, &object) {
            Expected::Done
        } else {
            Expected::NotThere
        }
    }

    fn reached(endpoint: &Endpoint, caller: &Caller, object: &Object) -> bool {
        if endpoint.template.starts_with("/v1/cart/") {
            return caller.in_cart.as_ref() == Some(&object.id);
        }
        // By the link to it, whoever has that.
        let by_link = [
            "cancel-guest-order",
            "claim-order",
            "get-guest-order",
            "get-guest-order-timeline",
            "list-guest-order-documents",
        ];
        if by_link.contains(&endpoint.function) {
            return caller
                .link
                .as_ref()
                .is_some_and(|link| link.id == object.id);
        }
        let permission = match (endpoint.rule, endpoint.function) {
            (Rule::Allow(permission, _), _) => permission,
            // Anyone may ask for a product; a draft is shown to whoever may change it.
            (Rule::Public, "get-product") => Permission::ProductUpdate,
            (
                Rule::Public,
                "get-seller-page"
                | "get-address-rules"
                | "complete-sandbox-charge"
                | "dispute-sandbox-charge",
            ) => return true,
            (Rule::Public, other) => panic!(
                "{other} is public and names an object: say in Market::reached of tests/faults/src/matrix.rs who sees it"
            ),
        };
        let grant = caller.grant(permission);
        caller.customer.is_some_and(|customer| {
            grant.reaches(customer, caller.powers().seller_of(customer), object)
        })
    }

    /// The request of a cell.
    pub fn ask(&self, world: &World, endpoint: &Endpoint, caller: &Caller, which: Which) -> Ask {
        let objects = self.objects(endpoint);
        let [one, two] = &self.halves;
        let owner = if which == Which::Second { two } else { one };
        let last = endpoint.collection();
        let is_of_order = matches!(last, Some("returns" | "documents"));
        let path = endpoint.path(|collection| match (which, &objects) {
            // Of a document in nobody's business the business is missing.
            (Which::Missing | Which::Malformed, _)
                if collection == "sellers" && last == Some("documents") =>
            {
                missing(collection, &world.stage)
            }
            (Which::Missing | Which::Malformed, _) if collection == "orders" && is_of_order => {
                missing(collection, &world.stage)
            }
            _ if collection == "orders" && is_of_order => owner.order_for(endpoint.function),
            // What any other object is in is there; it itself may be missing.
            _ if last != Some(collection) && collection == "customers" => {
                owner.stall.member.clone()
            }
            _ if last != Some(collection) => {
                let own = owner.stall.id(endpoint.function, collection);
                own.unwrap_or_else(|| missing(collection, &world.stage))
            }
            (Which::First, Some([first, _])) => first.id.clone(),
            (Which::Second, Some([_, second])) => second.id.clone(),
            (Which::Malformed, _) => "no-id".to_owned(),
            _ => missing(collection, &world.stage),
        });
        let path = match endpoint.function {
            "import-products" => format!("{path}?currency=EUR"),
            _ => path,
        };
        let ask = Ask::new(&endpoint.method, &path).key("cell");
        self.body(endpoint, caller, owner, caller.sends(ask))
    }

    /// A body that the route takes, where it takes one.
    fn body(&self, endpoint: &Endpoint, caller: &Caller, owner: &Half, ask: Ask) -> Ask {
        if ["GET", "DELETE"].contains(&endpoint.method.as_str()) {
            return ask;
        }
        if ONLY_WHO.contains(&endpoint.function) {
            return ask.json(&json!({}));
        }
        if Stall::takes_no_body(endpoint.function) {
            return ask;
        }
        let first = &self.halves[0];
        let body = match endpoint.function {
            known if Stall::body(known).is_some() => Stall::body(known).unwrap_or_default(),
            "register-customer" => {
                json!({ "email": "new@example.com", "password": PASSWORD, "name": "New" })
            }
            "log-in" => json!({ "email": first.shopper.email, "password": PASSWORD }),
            "refresh-session" => json!({ "refresh_token": caller.refresh_token }),
            "change-own-profile" => json!({ "locale": "en-GB" }),
            "change-own-password" => {
                json!({ "current_password": PASSWORD, "new_password": "another long password" })
            }
            "block-customer" | "impersonate-customer" => json!({ "reason": "For the table." }),
            "change-customer-roles" => json!({ "roles": ["customer", "seller"] }),
            "request-password-reset" => json!({ "email": first.shopper.email }),
            "request-email-change" => {
                json!({ "email": "next@example.com", "password": PASSWORD })
            }
            "close-own-account" | "enrol-second-factor" => json!({ "password": PASSWORD }),
            "invite-admin" => json!({ "email": "invited@example.com" }),
            "accept-admin-invitation" => json!({ "token": caller.invitation }),
            "export-audit-log" => json!({ "action": "order.place" }),
            "add-address" => home(),
            "create-api-key" => json!({ "name": "New", "allowances": ["profile:read@own"] }),
            "change-api-key" => json!({ "name": "Other" }),
            "change-address" => json!({ "label": "Home" }),
            "set-default-address" => json!({ "for": ["shipping"] }),
            "create-product" => journey::product("New goods"),
            "update-product" => json!({ "title": "Better goods" }),
            "receive-stock" => json!({ "quantity": 1 }),
            "adjust-stock" => json!({ "change": 1, "reason": "counted" }),
            "set-reorder-point" => json!({ "pieces": 5 }),
            "spread-stock" => json!({ "shards": 3 }),
            "add-cart-item" => json!({ "variant_id": first.variant, "quantity": 1 }),
            "change-cart-item" => json!({ "quantity": 2 }),
            "request-payment-attempt" => json!({ "payment_method": "pm_sandbox_ok" }),
            "request-refund" | "give-store-credit" => {
                let one = json!({ "amount": 1, "currency": "EUR" });
                json!({ "amount": one, "reason": "goodwill" })
            }
            "complete-sandbox-charge" => json!({ "outcome": "succeeded" }),
            "dispute-sandbox-charge" => json!({ "reason": "fraudulent" }),
            "submit-dispute-evidence" => json!({ "text": "It was sent on Monday." }),
            "merge-cart" => json!({ "strategy": "sum" }),
            "place-order" => journey::order("pm_sandbox_ok"),
            "reject-order" | "refuse-return" => json!({ "reason": "Sold out." }),
            "add-order-note" => json!({ "text": "Packed on Monday." }),
            "request-return" => journey::returns::wanted(&owner.variant, 1),
            "receive-return" => {
                json!({ "lines": [{ "variant_id": owner.variant, "restocked": 1 }] })
            }
            "place-guest-order" => guest_order("guest@example.com", "pm_sandbox_ok"),
            "request-guest-order-link" => {
                json!({ "order_id": first.guest_order.id, "email": "guest-first@example.com" })
            }
            "import-products" => return ask.body("text/csv", journey::FILE),
            "log-out"
            | "log-out-customer"
            | "resend-email-verification"
            | "unblock-customer"
            | "publish-product"
            | "start-import-upload"
            | "rotate-api-key"
            | "cancel-order"
            | "cancel-guest-order"
            | "claim-order"
            | "approve-return"
            | "withdraw-return"
            | "accept-dispute"
            | "accept-order"
            | "ship-order"
            | "deliver-order" => return ask,
            other => panic!(
                "{other}: the table has no body for it: add one to Market::body in tests/faults/src/matrix.rs, or the \
                 name to those without"
            ),
        };
        let ask = match endpoint.function {
            "change-address" | "change-role" | "register-business" | "update-product"
            | "update-seller" => ask.header("if-match", "*"),
            // Of whoever filled a cart without an account.
            "merge-cart" => ask.header("x-cart-token", NOBODYS_CART),
            _ => ask,
        };
        ask.json(&body)
    }

    /// Requests in which an id that is not the path's names what belongs to the second half, nothing, and no id: the
    /// answer to the first may be no other than to the second, unless the caller reaches everything. `None`, where
    /// the route takes no such id.
    pub fn nested(
        &self,
        world: &World,
        endpoint: &Endpoint,
        caller: &Caller,
    ) -> Option<[(Which, Ask); 3]> {
        let [first, second] = &self.halves;
        let foreign = match endpoint.function {
            "add-cart-item" => (&second.drafted_variant, "variants"),
            "accept-order" | "reject-order" | "ship-order" | "deliver-order" => {
                (&second.fulfilment, "fulfilments")
            }
            "cancel-order" | "cancel-guest-order" | "request-return" | "receive-return" => {
                (&second.variant, "variants")
            }
            "list-addresses" | "list-orders" => (&second.shopper.id, "customers"),
            "list-payouts" => (&journey::payouts::seller_of(&second.seller), "sellers"),
            "place-order" => (&second.address, "addresses"),
            "request-guest-order-link" => (&second.guest_order.id, "orders"),
            "change-role" | "create-role" => (&second.stall.role().to_owned(), "roles"),
            _ => return None,
        };
        let (foreign, collection) = foreign;
        let with = |id: &str| {
            let path = endpoint.path(|collection| {
                let own = first.stall.id(endpoint.function, collection);
                own.unwrap_or_else(|| match collection {
                    "returns" => "1".to_owned(),
                    _ => first.order_for(endpoint.function),
                })
            });
            let ask = |path: &str| caller.sends(Ask::new(&endpoint.method, path).key("nested"));
            match endpoint.function {
                "add-cart-item" => ask(&path).json(&json!({ "variant_id": id, "quantity": 1 })),
                "accept-order" | "ship-order" | "deliver-order" => {
                    ask(&path).json(&json!({ "fulfilment_id": id }))
                }
                "request-return" => ask(&path).json(&journey::returns::wanted(id, 1)),
                "receive-return" => {
                    ask(&path).json(&json!({ "lines": [{ "variant_id": id, "restocked": 1 }] }))
                }
                "cancel-order" | "cancel-guest-order" => {
                    ask(&path).json(&json!({ "lines": [{ "variant_id": id, "quantity": 1 }] }))
                }
                "reject-order" => {
                    ask(&path).json(&json!({ "fulfilment_id": id, "reason": "Sold out." }))
                }
                "change-role" => ask(&path)
                    .header("if-match", "*")
                    .json(&json!({ "inherits": [id] })),
                "create-role" => ask(&path).json(&json!({ "name": "Nested", "inherits": [id] })),
                "place-order" => ask(&path).json(&json!({
                    "shipping_address_id": id, "payment_method": "pm_sandbox_ok",
                })),
                "request-guest-order-link" => {
                    ask(&path).json(&json!({ "order_id": id, "email": "guest-first@example.com" }))
                }
                "list-payouts" => ask(&format!("{path}?seller_id={id}")),
                _ => ask(&format!("{path}?customer_id={id}")),
            }
        };
        Some([
            (Which::Missing, with(&missing(collection, &world.stage))),
            (Which::Second, with(foreign)),
            (Which::Malformed, with("no-id")),
        ])
    }

    /// Whether a foreign id inside of a request is the caller's to use: its own, or anyone's for who reaches all.
    pub fn may_nest(&self, endpoint: &Endpoint, caller: &Caller) -> bool {
        let its_own = caller.customer == Some(id(&self.halves[1].shopper.id));
        match (endpoint.function, endpoint.rule) {
            ("list-addresses" | "list-orders", Rule::Allow(permission, _)) => {
                its_own || caller.grant(permission).is_any()
            }
            ("list-payouts", Rule::Allow(permission, scope)) => {
                let grant = caller.grant(permission);
                let its_own = caller.customer == Some(id(&self.halves[1].seller.id));
                grant.is_any() || its_own && grant.covers(scope)
            }
            ("change-role" | "create-role", Rule::Allow(permission, _)) => {
                caller.grant(permission).is_any()
            }
            ("place-order", _) => its_own,
            // Whoever asks is told the same, whatever the order.
            ("request-guest-order-link", _) => !matches!(caller.proof, Proof::Dead(_)),
            _ => false,
        }
    }
}
