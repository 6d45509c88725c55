//! The ways that an order can go, as data: what is in the cart, how it is paid, who does what when, and how it ends.

use std::{collections::VecDeque, fmt};

use faults::{
    Person,
    journey::{
        credit::{gift, order_with},
        disputes::objection,
        guests::GuestOrder,
        order,
        payments::{acts, attempt, refund},
        returns,
    },
};
use serde_json::{Value, json};
use testkit::Ask;

use crate::market::Cast;

/// What is sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goods {
    /// Of the first seller; there are plenty.
    Lamp,
    /// Of the same; there are few.
    Wick,
    /// Of the other seller.
    Rug,
}

impl Goods {
    /// How many pieces there are in the beginning.
    pub const fn pieces(self) -> u32 {
        match self {
            Self::Lamp | Self::Rug => 10,
            Self::Wick => 2,
        }
    }
}

/// Who orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Buyer {
    /// Has an account.
    Shopper,
    /// The same, who fills the cart anew as soon as the first order has left it.
    Again,
    /// Has another.
    Rival,
    /// Has none.
    Guest,
}

/// Who does something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Whose order it is.
    Buyer,
    /// The seller of lamps and wicks.
    Lamps,
    /// The seller of rugs.
    Rugs,
    /// An admin.
    Admin,
}

/// When someone does something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// As soon as the step before was answered.
    AtOnce,
    /// Once the order has come to this state, or past it.
    Is(&'static str),
    /// Once so much of its money was captured.
    Captured(u64),
    /// Once its payment has come to this state.
    Payment(&'static str),
    /// Once the provider's charge has.
    Charge(&'static str),
}

/// What someone does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Cancels the order.
    Cancel,
    /// Cancels pieces of it.
    CancelPieces(Goods, u32),
    /// Ships the whole part.
    Ship,
    /// Ships pieces of it.
    ShipPieces(Goods, u32),
    /// Says that it will not ship.
    Reject,
    /// Says that all parcels have arrived.
    Deliver,
    /// Gives so much money back; all of it, unless told.
    Refund(Option<u64>),
    /// Closes the account.
    CloseAccount,
    /// Takes the guest's order over.
    Claim,
    /// Gives the buyer so much store credit.
    Give(u64),
    /// Does what the bank asks for, or does it in vain.
    Act(&'static str),
    /// Names another method than the one that was declined.
    Try(&'static str),
    /// Has its bank take all of its money back; the bank decides so, if it does.
    Dispute(Option<&'static str>),
    /// Wants to send pieces back.
    Return(Goods, u32),
    /// Agrees to the first return.
    Approve,
    /// Does not.
    Refuse,
    /// Has received its pieces, of which so many can be sold again and so many cannot.
    Receive(Goods, [u32; 2]),
}

/// A step of a script.
#[derive(Debug, Clone, Copy)]
pub struct Step(pub When, pub Who, pub Deed);

/// A way that an order can go.
pub struct Variant {
    /// What it is called.
    pub name: &'static str,
    /// Who orders, all at the same time.
    pub buyers: &'static [Buyer],
    /// Settings of the stack that are not as they are elsewhere.
    pub settings: &'static [(&'static str, &'static str)],
    /// What each has in the cart.
    pub cart: &'static [(Goods, u32)],
    /// How it is paid.
    pub method: &'static str,
    /// How much store credit the shopper was given before, and how much of each order is paid with it.
    pub credit: [u64; 2],
    /// Events that consumers never hear.
    pub unheard: &'static [(&'static str, &'static str)],
    /// Events of which the first is lost, with all its deliveries: nobody hears it.
    pub lost: &'static [&'static str],
    /// What happens to the order of each buyer.
    pub steps: &'static [Step],
    /// How the orders can end: what comes of it in peace, and, where it is a race, what else may. Where there are as many
    /// ends as buyers, each is somebody's.
    pub ends: &'static [&'static str],
}

impl fmt::Debug for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

const SHOPPER: &[Buyer] = &[Buyer::Shopper];
/// Three lines of two sellers: 2 × 12.50, 12.50 and 12.50.
const THREE_LINES: &[(Goods, u32)] = &[(Goods::Lamp, 2), (Goods::Wick, 1), (Goods::Rug, 1)];
const TWO_LAMPS: &[(Goods, u32)] = &[(Goods::Lamp, 2)];
const ALL_SHIPPED: &[Step] = &[
    Step(When::Is("confirmed"), Who::Lamps, Deed::Ship),
    Step(When::AtOnce, Who::Rugs, Deed::Ship),
];
const LAMPS_SHIPPED: &[Step] = &[Step(When::Is("confirmed"), Who::Lamps, Deed::Ship)];

const PLAIN: Variant = Variant {
    name: "",
    buyers: SHOPPER,
    settings: &[],
    cart: TWO_LAMPS,
    method: "pm_sandbox_ok",
    credit: [0, 0],
    unheard: &[],
    lost: &[],
    steps: &[],
    ends: &[],
};

/// All of them.
pub const VARIANTS: &[Variant] = &[
    Variant {
        name: "happy",
        cart: THREE_LINES,
        steps: &[
            Step(When::Is("confirmed"), Who::Lamps, Deed::Ship),
            Step(When::AtOnce, Who::Rugs, Deed::Ship),
            Step(When::Is("shipped"), Who::Lamps, Deed::Deliver),
            Step(When::AtOnce, Who::Rugs, Deed::Deliver),
        ],
        ends: &["delivered"],
        ..PLAIN
    },
    Variant {
        name: "short-on-line-2",
        cart: &[(Goods::Lamp, 1), (Goods::Wick, 3), (Goods::Rug, 1)],
        ends: &["cancelled out_of_stock"],
        ..PLAIN
    },
    Variant {
        name: "declined",
        cart: THREE_LINES,
        method: "pm_sandbox_declined",
        ends: &["cancelled payment_declined"],
        ..PLAIN
    },
    Variant {
        name: "unknown-then-paid",
        cart: THREE_LINES,
        method: "pm_sandbox_lost_reply",
        steps: ALL_SHIPPED,
        ends: &["shipped"],
        ..PLAIN
    },
    Variant {
        name: "provider-fails-twice",
        method: "pm_sandbox_flaky",
        steps: LAMPS_SHIPPED,
        ends: &["shipped"],
        ..PLAIN
    },
    Variant {
        name: "cancelled-before-payment",
        cart: THREE_LINES,
        steps: &[Step(When::AtOnce, Who::Buyer, Deed::Cancel)],
        ends: &["cancelled customer"],
        ..PLAIN
    },
    Variant {
        name: "cancelled-when-confirmed",
        cart: THREE_LINES,
        steps: &[Step(When::Is("confirmed"), Who::Buyer, Deed::Cancel)],
        ends: &["cancelled customer"],
        ..PLAIN
    },
    Variant {
        name: "cancelled-and-nobody-hears-it",
        cart: THREE_LINES,
        lost: &["order.cancelled.v1"],
        steps: &[Step(When::Is("confirmed"), Who::Buyer, Deed::Cancel)],
        ends: &["cancelled customer"],
        ..PLAIN
    },
    Variant {
        name: "cancelled-while-capturing",
        cart: THREE_LINES,
        steps: &[
            Step(
                When::Is("confirmed"),
                Who::Lamps,
                Deed::ShipPieces(Goods::Lamp, 1),
            ),
            Step(When::AtOnce, Who::Buyer, Deed::Cancel),
            Step(When::AtOnce, Who::Buyer, Deed::CancelPieces(Goods::Wick, 1)),
            Step(When::AtOnce, Who::Buyer, Deed::CancelPieces(Goods::Rug, 1)),
            Step(When::AtOnce, Who::Buyer, Deed::CancelPieces(Goods::Lamp, 1)),
        ],
        ends: &["shipped"],
        ..PLAIN
    },
    Variant {
        name: "reservation-expires",
        unheard: &[(
            "order.stock-reserved.v1",
            "authorize-payment-on-order-stock-reserved",
        )],
        ends: &["cancelled expired"],
        ..PLAIN
    },
    Variant {
        name: "one-of-two-sellers-rejects",
        cart: THREE_LINES,
        steps: &[
            Step(When::Is("confirmed"), Who::Rugs, Deed::Reject),
            Step(When::AtOnce, Who::Lamps, Deed::Ship),
        ],
        ends: &["shipped"],
        ..PLAIN
    },
    Variant {
        name: "both-sellers-reject",
        cart: THREE_LINES,
        steps: &[
            Step(When::Is("confirmed"), Who::Rugs, Deed::Reject),
            Step(When::AtOnce, Who::Lamps, Deed::Reject),
        ],
        ends: &["cancelled rejected"],
        ..PLAIN
    },
    Variant {
        name: "shipped-and-refunded-in-part",
        cart: THREE_LINES,
        steps: &[
            Step(
                When::Is("confirmed"),
                Who::Lamps,
                Deed::ShipPieces(Goods::Lamp, 1),
            ),
            Step(When::Captured(1_250), Who::Admin, Deed::Refund(Some(500))),
            Step(When::AtOnce, Who::Rugs, Deed::Ship),
            Step(When::AtOnce, Who::Lamps, Deed::Ship),
            Step(When::Captured(5_000), Who::Admin, Deed::Refund(None)),
        ],
        ends: &["shipped"],
        ..PLAIN
    },
    Variant {
        name: "capture-unanswered",
        method: "pm_sandbox_capture_lost_reply",
        steps: LAMPS_SHIPPED,
        ends: &["shipped"],
        ..PLAIN
    },
    Variant {
        name: "capture-declined",
        method: "pm_sandbox_capture_declined",
        steps: LAMPS_SHIPPED,
        ends: &["shipped"],
        ..PLAIN
    },
    Variant {
        name: "refund-unanswered",
        method: "pm_sandbox_refund_lost_reply",
        steps: &[
            Step(When::Is("confirmed"), Who::Lamps, Deed::Ship),
            Step(When::Captured(2_500), Who::Admin, Deed::Refund(Some(1_000))),
        ],
        ends: &["shipped"],
        ..PLAIN
    },
    Variant {
        name: "account-closed-mid-order",
        cart: THREE_LINES,
        steps: &[
            Step(When::AtOnce, Who::Buyer, Deed::CloseAccount),
            Step(When::Is("confirmed"), Who::Lamps, Deed::Ship),
            Step(When::AtOnce, Who::Rugs, Deed::Ship),
        ],
        ends: &["shipped"],
        ..PLAIN
    },
    Variant {
        name: "guest-claims-mid-order",
        buyers: &[Buyer::Guest],
        cart: THREE_LINES,
        steps: &[
            Step(When::AtOnce, Who::Buyer, Deed::Claim),
            Step(When::Is("confirmed"), Who::Lamps, Deed::Ship),
            Step(When::AtOnce, Who::Rugs, Deed::Ship),
        ],
        ends: &["shipped"],
        ..PLAIN
    },
    Variant {
        name: "customer-acts",
        method: "pm_sandbox_3ds",
        steps: &[
            Step(
                When::Payment("action_required"),
                Who::Buyer,
                Deed::Act("succeeded"),
            ),
            Step(When::Is("confirmed"), Who::Lamps, Deed::Ship),
        ],
        ends: &["shipped"],
        ..PLAIN
    },
    Variant {
        name: "customer-fails",
        method: "pm_sandbox_3ds",
        steps: &[Step(
            When::Payment("action_required"),
            Who::Buyer,
            Deed::Act("failed"),
        )],
        ends: &["cancelled payment_declined"],
        ..PLAIN
    },
    Variant {
        name: "customer-never-acts",
        method: "pm_sandbox_3ds",
        ends: &["cancelled payment_declined"],
        ..PLAIN
    },
    Variant {
        name: "webhook-before-the-answer",
        method: "pm_sandbox_3ds_lost_reply",
        steps: &[
            Step(When::Charge("waiting"), Who::Buyer, Deed::Act("succeeded")),
            Step(When::Is("confirmed"), Who::Lamps, Deed::Ship),
        ],
        ends: &["shipped"],
        ..PLAIN
    },
    Variant {
        name: "unknown-then-failed",
        method: "pm_sandbox_3ds_lost_reply",
        steps: &[Step(
            When::Charge("waiting"),
            Who::Buyer,
            Deed::Act("failed"),
        )],
        ends: &["cancelled payment_declined"],
        ..PLAIN
    },
    Variant {
        name: "webhook-never",
        method: "pm_sandbox_3ds",
        unheard: &[("webhook", "follow-payment-webhook")],
        steps: &[
            Step(
                When::Payment("action_required"),
                Who::Buyer,
                Deed::Act("succeeded"),
            ),
            Step(When::Is("confirmed"), Who::Lamps, Deed::Ship),
        ],
        ends: &["shipped"],
        ..PLAIN
    },
    Variant {
        name: "cancelled-while-the-customer-acts",
        method: "pm_sandbox_3ds",
        steps: &[
            Step(When::Payment("action_required"), Who::Buyer, Deed::Cancel),
            Step(When::AtOnce, Who::Buyer, Deed::Act("succeeded")),
        ],
        ends: &["cancelled customer"],
        ..PLAIN
    },
    Variant {
        name: "returned-and-refunded",
        cart: THREE_LINES,
        steps: &[
            Step(When::Is("confirmed"), Who::Lamps, Deed::Ship),
            Step(When::AtOnce, Who::Rugs, Deed::Ship),
            Step(
                When::Is("shipped"),
                Who::Buyer,
                Deed::Return(Goods::Lamp, 2),
            ),
            Step(When::AtOnce, Who::Lamps, Deed::Approve),
            Step(
                When::Captured(5_000),
                Who::Lamps,
                Deed::Receive(Goods::Lamp, [1, 1]),
            ),
        ],
        ends: &["shipped"],
        ..PLAIN
    },
    Variant {
        name: "return-refused",
        steps: &[
            Step(When::Is("confirmed"), Who::Lamps, Deed::Ship),
            Step(
                When::Is("shipped"),
                Who::Buyer,
                Deed::Return(Goods::Lamp, 1),
            ),
            Step(When::AtOnce, Who::Lamps, Deed::Refuse),
        ],
        ends: &["shipped"],
        ..PLAIN
    },
    Variant {
        name: "disputed-and-lost",
        cart: THREE_LINES,
        steps: &[
            Step(When::Is("confirmed"), Who::Lamps, Deed::Ship),
            Step(When::AtOnce, Who::Rugs, Deed::Ship),
            Step(When::Captured(5_000), Who::Buyer, Deed::Dispute(None)),
            Step(When::AtOnce, Who::Buyer, Deed::Dispute(Some("lost"))),
        ],
        ends: &["shipped"],
        ..PLAIN
    },
    Variant {
        name: "dispute-never-told",
        unheard: &[("webhook", "follow-payment-webhook")],
        steps: &[
            Step(When::Is("confirmed"), Who::Lamps, Deed::Ship),
            Step(When::Captured(2_500), Who::Buyer, Deed::Dispute(None)),
            Step(When::AtOnce, Who::Buyer, Deed::Dispute(Some("won"))),
        ],
        ends: &["shipped"],
        ..PLAIN
    },
    Variant {
        name: "two-want-the-last",
        buyers: &[Buyer::Shopper, Buyer::Rival],
        cart: &[(Goods::Lamp, 1), (Goods::Wick, 2)],
        steps: LAMPS_SHIPPED,
        ends: &["shipped", "cancelled out_of_stock"],
        ..PLAIN
    },
    Variant {
        name: "credit-and-card",
        cart: THREE_LINES,
        credit: [3_500, 3_000],
        steps: &[
            Step(
                When::Is("confirmed"),
                Who::Lamps,
                Deed::ShipPieces(Goods::Lamp, 1),
            ),
            Step(When::AtOnce, Who::Rugs, Deed::Ship),
            Step(When::AtOnce, Who::Lamps, Deed::Ship),
            // The card has paid 20.00 of it.
            Step(When::Captured(5_000), Who::Admin, Deed::Refund(Some(1_500))),
            Step(When::AtOnce, Who::Admin, Deed::Refund(Some(1_000))),
            Step(When::AtOnce, Who::Admin, Deed::Give(300)),
        ],
        ends: &["shipped"],
        ..PLAIN
    },
    Variant {
        name: "credit-alone",
        // It is not asked.
        method: "pm_sandbox_declined",
        credit: [2_500, 2_500],
        steps: LAMPS_SHIPPED,
        ends: &["shipped"],
        ..PLAIN
    },
    Variant {
        name: "credit-cancelled",
        credit: [1_500, 1_000],
        steps: &[Step(When::Is("confirmed"), Who::Buyer, Deed::Cancel)],
        ends: &["cancelled customer"],
        ..PLAIN
    },
    Variant {
        name: "two-want-the-credit",
        buyers: &[Buyer::Shopper, Buyer::Again],
        credit: [2_000, 1_500],
        steps: LAMPS_SHIPPED,
        ends: &["shipped", "cancelled payment_declined"],
        ..PLAIN
    },
    Variant {
        name: "other-method",
        settings: &[("PAYMENT_ATTEMPTS", "2")],
        method: "pm_sandbox_declined",
        steps: &[
            Step(
                When::Payment("action_required"),
                Who::Buyer,
                Deed::Try("pm_sandbox_ok"),
            ),
            Step(When::Is("confirmed"), Who::Lamps, Deed::Ship),
        ],
        ends: &["shipped"],
        ..PLAIN
    },
    Variant {
        name: "other-method-declined-with-credit",
        settings: &[("PAYMENT_ATTEMPTS", "2")],
        method: "pm_sandbox_declined",
        credit: [1_500, 1_000],
        steps: &[Step(
            When::Payment("action_required"),
            Who::Buyer,
            Deed::Try("pm_sandbox_declined"),
        )],
        ends: &["cancelled payment_declined"],
        ..PLAIN
    },
];

/// The variant of this name.
pub fn named(name: &str) -> Option<&'static Variant> {
    VARIANTS.iter().find(|variant| variant.name == name)
}

/// An order that was placed.
#[derive(Debug, Clone)]
pub struct Placed {
    /// Its id.
    pub id: String,
    /// The secret of a guest's link to it.
    token: String,
}

impl Placed {
    /// As an answer to placing it has it.
    pub fn read(buyer: Buyer, answer: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        match buyer {
            Buyer::Guest => Self {
                id: text(&answer["order"]["id"]),
                token: text(&answer["order_token"]),
            },
            Buyer::Shopper | Buyer::Again | Buyer::Rival => Self {
                id: text(&answer["id"]),
                token: String::new(),
            },
        }
    }
}

/// A request, and the function it goes to.
pub(crate) type Sent = (&'static str, Ask);

/// The requests by which someone comes to an order: what is not in the cart yet is laid into it, and that is ordered.
pub(crate) fn opening(buyer: Buyer, variant: &Variant, cast: &Cast) -> VecDeque<Sent> {
    let method = variant.method;
    if buyer == Buyer::Guest {
        let ask = cast.guest.order_ask(method, "place");
        return VecDeque::from([("place-guest-order", ask)]);
    }
    let (person, is_again) = (cast.account(buyer), buyer == Buyer::Again);
    let body = match variant.credit {
        [_, 0] => order(method),
        [_, credit] => order_with(method, &json!({ "amount": credit, "currency": "EUR" })),
    };
    let key = if is_again { "place again" } else { "place" };
    let place = Ask::post("/v1/orders").by(&person.token).key(key);
    let missing = variant.cart.iter().filter(|_| is_again);
    let adds = missing.map(|(goods, pieces)| {
        let key = format!("add {goods:?} again");
        (
            "add-cart-item",
            person.adds(cast.goods(*goods), *pieces, &key),
        )
    });
    adds.chain([("place-order", place.json(&body))]).collect()
}

impl Step {
    /// The request by which it is done, and the function it goes to. `number` tells it from the other steps.
    pub(crate) fn ask(&self, number: usize, placed: &Placed, buyer: Buyer, cast: &Cast) -> Sent {
        let Self(_, who, deed) = self;
        let person: &Person = match (who, buyer) {
            (Who::Lamps, _) => &cast.lamps,
            (Who::Rugs, _) => &cast.rugs,
            (Who::Admin, _) => &cast.admin,
            (Who::Buyer, _) => cast.account(buyer),
        };
        let key = format!("step {number} {}", placed.id);
        let to = |verb: &str| {
            let path = format!("/v1/orders/{}/{verb}", placed.id);
            Ask::post(&path).by(&person.token).key(&key)
        };
        let pieces = |goods: Goods, quantity: u32| json!({ "lines": [{ "variant_id": cast.goods(goods), "quantity": quantity }] });
        match *deed {
            Deed::Cancel => ("cancel-order", to("cancel")),
            Deed::CancelPieces(goods, quantity) => {
                ("cancel-order", to("cancel").json(&pieces(goods, quantity)))
            }
            Deed::Ship => ("ship-order", to("ship")),
            Deed::ShipPieces(goods, quantity) => {
                ("ship-order", to("ship").json(&pieces(goods, quantity)))
            }
            Deed::Reject => {
                let reason = json!({ "reason": "Sold out elsewhere." });
                ("reject-order", to("reject").json(&reason))
            }
            Deed::Deliver => ("deliver-order", to("deliver")),
            Deed::Refund(amount) => {
                let order = json!({ "id": placed.id });
                ("request-refund", refund(person, &order, amount, &key))
            }
            Deed::Give(amount) => (
                "give-store-credit",
                gift(person, cast.account(buyer), amount, &key),
            ),
            Deed::Try(method) => {
                let order = json!({ "id": placed.id });
                (
                    "request-payment-attempt",
                    attempt(person, &order, method, &key),
                )
            }
            Deed::Act(outcome) => (
                "complete-sandbox-charge",
                acts(&json!({ "id": placed.id }), outcome).by(&person.token),
            ),
            Deed::Dispute(outcome) => {
                let body = json!({ "reason": "product_not_received", "outcome": outcome });
                let order = json!({ "id": placed.id });
                ("dispute-sandbox-charge", objection(&order, &body))
            }
            Deed::Return(goods, quantity) => (
                "request-return",
                returns::ask(person, &placed.id, cast.goods(goods), quantity, &key),
            ),
            Deed::Approve => (
                "approve-return",
                returns::step(person, "approve-return", &placed.id, 1),
            ),
            Deed::Refuse => {
                let ask = returns::step(person, "refuse-return", &placed.id, 1);
                (
                    "refuse-return",
                    ask.json(&json!({ "reason": "It was worn." })),
                )
            }
            Deed::Receive(goods, [restocked, written_off]) => {
                let ask = returns::step(person, "receive-return", &placed.id, 1);
                let line = json!({
                    "variant_id": cast.goods(goods), "restocked": restocked, "written_off": written_off,
                });
                ("receive-return", ask.json(&json!({ "lines": [line] })))
            }
            Deed::CloseAccount => {
                let ask = Ask::post("/v1/customers/me/close").by(&person.token);
                let body = json!({ "password": faults::journey::PASSWORD });
                ("close-own-account", ask.key(&key).json(&body))
            }
            Deed::Claim => {
                let guests = GuestOrder {
                    id: placed.id.clone(),
                    token: placed.token.clone(),
                };
                ("claim-order", guests.claim_by(person).key(&key))
            }
        }
    }
}
