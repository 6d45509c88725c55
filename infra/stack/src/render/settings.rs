//! The stack parameters that a manifest may name in `settings`, with their type and default.

use crate::node::Node;

/// Every setting there is: its name, its parameter's type, its default, what it means.
pub const SETTINGS: [(&str, &str, i32, &str); 15] = [
    (
        "RESERVATION_SECONDS",
        "Number",
        900,
        "how long stock is held for an order that is not paid yet",
    ),
    (
        "HELD_AT_MOST",
        "Number",
        1_000,
        "how many pieces are held for one buyer before they are paid",
    ),
    (
        "WATCHDOG_SECONDS",
        "Number",
        600,
        "how long an order may stand still before its last fact is said again",
    ),
    (
        "ACCESS_TOKEN_SECONDS",
        "Number",
        600,
        "how long an access token is good",
    ),
    (
        "REFRESH_TOKEN_SECONDS",
        "Number",
        2_592_000,
        "how long a session lasts without being used",
    ),
    (
        "ACCOUNT_GRACE_SECONDS",
        "Number",
        2_592_000,
        "how long an account that its owner closes can be kept after all",
    ),
    (
        "COMMISSION_BASIS_POINTS",
        "Number",
        1_000,
        "what the marketplace keeps of a sale, in hundredths of a per cent",
    ),
    (
        "PAYMENT_ACTION_SECONDS",
        "Number",
        900,
        "how long a customer has to act where the payment provider asks for it",
    ),
    (
        "PAYMENT_ATTEMPTS",
        "Number",
        1,
        "how many methods a customer may try to pay an order with",
    ),
    (
        "PAYMENT_WATCH_SECONDS",
        "Number",
        120,
        "how long the provider's word on a payment may be missing before it is asked for it",
    ),
    (
        "CUSTOMER_CART_SECONDS",
        "Number",
        7_776_000,
        "how long a customer's cart is kept that nobody touches",
    ),
    (
        "GUEST_CART_SECONDS",
        "Number",
        2_592_000,
        "how long a guest's cart is kept that nobody touches",
    ),
    (
        "RETURN_WINDOW_SECONDS",
        "Number",
        2_592_000,
        "how long goods can be sent back, from when they have arrived",
    ),
    (
        "PAYOUT_HOLD_DAYS",
        "Number",
        7,
        "for how many days a seller is not paid out what was captured for it",
    ),
    (
        "PAYOUT_MINIMUM",
        "Number",
        1_000,
        "how much a seller must be owed to be paid out, in minor units",
    ),
];

/// Those that are text: the name, its default, the values that it may have where they are few, what it means.
pub const TEXTS: [(&str, &str, &[&str], &str); 3] = [
    (
        "PAYMENT_PROVIDER",
        "sandbox",
        &["sandbox", "stripe"],
        "who holds and moves the money",
    ),
    (
        "PAYMENT_RETURN_URL",
        "",
        &[],
        "where a customer comes back to who has acted at a page of the payment provider",
    ),
    (
        "STRIPE_URL",
        "https://api.stripe.com",
        &[],
        "where Stripe is called",
    ),
];

/// The longest life of an access token, in seconds: what was revoked is remembered for as long.
pub const LONGEST_ACCESS_TOKEN: i32 = 3_600;

/// What a manifest may name in `settings` that is no parameter of its own stack: the setting, the parameter, and
/// the name behind `/souk/<stage>/` that the platform stack gives it.
pub const SHARED: [(&str, &str, &str); 1] = [("AUDIT_KEYS", "AuditKeys", "audit/keys")];

/// The type and default of a setting's parameter. An unknown one is text; the lint refuses it before.
pub fn of(name: &str) -> (&'static str, Node) {
    let number = SETTINGS.iter().find(|(known, ..)| *known == name);
    number.map_or_else(
        || {
            (
                "String",
                text(name).map_or("", |(default, _)| default).into(),
            )
        },
        |(_, kind, default, _)| (kind, (*default).into()),
    )
}

/// The default of a setting that is text, and the values that it may have; any, where none are named.
pub fn text(name: &str) -> Option<(&'static str, &'static [&'static str])> {
    let mut texts = TEXTS.iter();
    let found = texts.find(|(known, ..)| *known == name);
    found.map(|(_, default, allowed, _)| (*default, *allowed))
}

/// The default of a setting, of either kind, as text; none where no stack has it.
pub fn default_of(name: &str) -> Option<String> {
    let number = SETTINGS.iter().find(|(known, ..)| *known == name);
    let number = number.map(|(_, _, default, _)| default.to_string());
    number.or_else(|| text(name).map(|(default, _)| default.to_owned()))
}
