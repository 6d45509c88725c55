//! Tokens that are none: what has opened doors elsewhere (RFC 8725, and the errors of libraries that it comes from),
//! and what nobody would send by mistake.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD},
};
use kernel::{Role, Timestamp};
use serde_json::{Value, json};
use testkit::{Ask, Hand, ISSUER, Stage, handmade, public_key, strange_key};

/// The order of the curve P-256 (FIPS 186-5, SP 800-186 §3.2.1.3): no part of a signature reaches it.
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

/// A bad token: what is bad about it, and the Authorization headers that it is sent in.
#[derive(Debug, Clone)]
pub struct BadToken {
    pub what: String,
    headers: Vec<String>,
}

impl BadToken {
    /// A request with it.
    pub fn on(&self, ask: Ask) -> Ask {
        match &self.headers[..] {
            [] => ask,
            [one, more @ ..] => {
                let ask = ask.header("authorization", one);
                more.iter()
                    .fold(ask, |ask, more| ask.again("authorization", more))
            }
        }
    }
}

#[derive(Default)]
struct List(Vec<BadToken>);

impl List {
    fn headers(&mut self, what: impl Into<String>, headers: &[String]) {
        self.0.push(BadToken {
            what: what.into(),
            headers: headers.to_vec(),
        });
    }

    fn token(&mut self, what: impl Into<String>, token: &str) {
        self.headers(what, &[format!("Bearer {token}")]);
    }
}

/// The parts of a good token, to be bent.
struct Good {
    token: String,
    header: Value,
    claims: Value,
}

impl Good {
    fn read(token: String) -> Self {
        let part = |number: usize| {
            let part = token.split('.').nth(number).expect("a token has parts");
            let bytes = URL_SAFE_NO_PAD.decode(part).expect("base64");
            serde_json::from_slice(&bytes).expect("JSON")
        };
        let (header, claims) = (part(0), part(1));
        Self {
            token,
            header,
            claims,
        }
    }

    /// With a header's member changed, or removed where it is null; signed anew with the right key.
    fn header(&self, name: &str, value: Value) -> String {
        let header = changed(&self.header, name, value);
        handmade(&header.to_string(), &self.claims.to_string(), Hand::Right)
    }

    /// The same with a claim.
    fn claim(&self, name: &str, value: Value) -> String {
        let claims = changed(&self.claims, name, value);
        handmade(&self.header.to_string(), &claims.to_string(), Hand::Right)
    }

    /// With the text of the claims changed: what no JSON value can say.
    fn text(&self, from: &str, to: &str) -> String {
        let claims = self.claims.to_string();
        assert!(claims.contains(from), "{from} in {claims}");
        let claims = claims.replacen(from, to, 1);
        handmade(&self.header.to_string(), &claims, Hand::Right)
    }

    fn signed_part(&self) -> &str {
        self.token.rsplit_once('.').expect("a token has parts").0
    }

    fn signature(&self) -> Vec<u8> {
        let (_, signature) = self.token.rsplit_once('.').expect("a token has parts");
        URL_SAFE_NO_PAD.decode(signature).expect("base64")
    }

    fn with_signature(&self, signature: &[u8]) -> String {
        let signature = URL_SAFE_NO_PAD.encode(signature);
        format!("{}.{signature}", self.signed_part())
    }
}

fn changed(object: &Value, name: &str, value: Value) -> Value {
    let mut object = object.clone();
    if let Some(members) = object.as_object_mut() {
        if value.is_null() {
            members.remove(name);
        } else {
            members.insert(name.to_owned(), value);
        }
    }
    object
}

/// A signature as X9.62 writes it: a sequence of two integers in DER.
fn der(signature: &[u8]) -> Vec<u8> {
    let mut integers = Vec::new();
    for half in signature.chunks(32) {
        let mut digits: Vec<u8> = half.iter().copied().skip_while(|byte| *byte == 0).collect();
        if digits.first().is_some_and(|first| *first > 0x7f) {
            digits.insert(0, 0);
        }
        integers.extend([0x02, u8::try_from(digits.len()).expect("short")]);
        integers.extend(digits);
    }
    let mut sequence = vec![0x30, u8::try_from(integers.len()).expect("short")];
    sequence.extend(integers);
    sequence
}

/// Every bad token there is, made from a super admin's good one: whoever lets one of them in lets it do everything.
pub fn bad_tokens(stage: &Stage, refresh_token: &str) -> Vec<BadToken> {
    let good = Good::read(stage.token(stage.customer(), &[Role::Customer, Role::SuperAdmin]));
    let mut list = List::default();
    list.headers("no token", &[]);
    algorithms(&mut list, &good);
    signatures(&mut list, &good, stage);
    keys(&mut list, &good);
    headers(&mut list, &good);
    claims(&mut list, &good);
    times(&mut list, &good, stage.clock.now());
    forms(&mut list, &good, refresh_token);
    schemes(&mut list, &good);
    list.0
}

fn algorithms(list: &mut List, good: &Good) {
    let claims = good.claims.to_string();
    for none in ["none", "None", "NONE", "nOnE", ""] {
        let header = changed(&good.header, "alg", none.into()).to_string();
        let signed = handmade(&header, &claims, Hand::Right);
        let (unsigned, _) = signed.rsplit_once('.').expect("a token has parts");
        list.token(
            format!("alg {none:?} without signature"),
            &format!("{unsigned}."),
        );
        list.token(format!("alg {none:?} with a signature"), &signed);
    }
    for other in [
        "ES384", "ES512", "RS256", "PS256", "EdDSA", "HS256", "es256", "ES256 ",
    ] {
        list.token(
            format!("alg {other:?} on an ES256 signature"),
            &good.header("alg", other.into()),
        );
    }
    list.token("no alg", &good.header("alg", Value::Null));
    list.token("alg as a list", &good.header("alg", json!(["ES256"])));
    // What a library does that takes whatever key it has for a secret.
    let (jwk, der) = public_key();
    let pem = format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        STANDARD.encode(&der)
    );
    let header = changed(&good.header, "alg", "HS256".into()).to_string();
    for (form, secret) in [
        ("DER", der.as_slice()),
        ("PEM", pem.as_bytes()),
        ("JWK", jwk.to_string().as_bytes()),
        ("point", &der[26..]),
        ("nothing", b"".as_slice()),
    ] {
        let token = handmade(&header, &claims, Hand::Secret(secret));
        list.token(format!("HS256 with the public key as {form}"), &token);
    }
}

fn signatures(list: &mut List, good: &Good, stage: &Stage) {
    let signature = good.signature();
    let (r, s) = signature.split_at(32);
    let zero = [0_u8; 32];
    let mut flipped = signature.clone();
    flipped[63] ^= 1;
    let cases: [(&str, Vec<u8>); 13] = [
        ("r and s zero", [zero, zero].concat()),
        ("r zero", [&zero[..], s].concat()),
        ("s zero", [r, &zero[..]].concat()),
        ("r the order", [&ORDER[..], s].concat()),
        ("s the order", [r, &ORDER[..]].concat()),
        ("r and s beyond the order", vec![0xff; 64]),
        ("r and s swapped", [s, r].concat()),
        ("one bit flipped", flipped),
        ("a signature in DER", der(&signature)),
        ("a signature cut short", signature[..63].to_vec()),
        ("half a signature", signature[..32].to_vec()),
        ("a signature and a byte", [&signature[..], &[0]].concat()),
        ("an empty signature", Vec::new()),
    ];
    for (what, signature) in cases {
        list.token(what, &good.with_signature(&signature));
    }
    let other = stage.token(stage.customer(), &[Role::Customer]);
    let (_, stolen) = other.rsplit_once('.').expect("a token has parts");
    list.token(
        "another token's signature",
        &format!("{}.{stolen}", good.signed_part()),
    );
    let strange = handmade(
        &good.header.to_string(),
        &good.claims.to_string(),
        Hand::Strange,
    );
    list.token("the signature of a strange key", &strange);
}

fn keys(list: &mut List, good: &Good) {
    for kid in [
        "other",
        "",
        "../../../../dev/null",
        "/dev/null",
        "' OR '1'='1",
        "test-key\0",
        "TEST-KEY",
        "test-key ",
        "https://evil.test/key",
    ] {
        list.token(format!("kid {kid:?}"), &good.header("kid", kid.into()));
    }
    list.token("no kid", &good.header("kid", Value::Null));
    list.token("kid as a list", &good.header("kid", json!(["test-key"])));
    list.token("kid as a number", &good.header("kid", json!(0)));
    // A key that the token brings along.
    let claims = good.claims.to_string();
    for kid in ["test-key", "strange"] {
        let key = strange_key(kid);
        for (name, value) in [
            ("jwk", key.clone()),
            ("jku", "https://evil.test/jwks.json".into()),
            ("x5u", "https://evil.test/cert.pem".into()),
            ("x5c", json!([STANDARD.encode("certificate")])),
        ] {
            let header = changed(&changed(&good.header, name, value), "kid", kid.into());
            let token = handmade(&header.to_string(), &claims, Hand::Strange);
            list.token(format!("a key of its own as {name}, kid {kid}"), &token);
        }
    }
}

fn headers(list: &mut List, good: &Good) {
    for r#type in ["JWT", "jwt", "id_token+jwt", "AT+JWT ", ""] {
        list.token(format!("typ {type:?}"), &good.header("typ", r#type.into()));
    }
    list.token("no typ", &good.header("typ", Value::Null));
    list.token(
        "crit that nobody knows",
        &good.header("crit", json!(["x-evil"])),
    );
    list.token("an empty crit", &good.header("crit", json!([])));
    let header = changed(
        &changed(&good.header, "b64", false.into()),
        "crit",
        json!(["b64"]),
    );
    let token = handmade(&header.to_string(), &good.claims.to_string(), Hand::Right);
    list.token("an unencoded payload", &token);
    let twice = good
        .header
        .to_string()
        .replacen('{', "{\"alg\":\"none\",", 1);
    let token = handmade(&twice, &good.claims.to_string(), Hand::Right);
    list.token("alg twice in the header", &token);
    let twice = good
        .header
        .to_string()
        .replacen('{', "{\"kid\":\"other\",", 1);
    let token = handmade(&twice, &good.claims.to_string(), Hand::Right);
    list.token("kid twice in the header", &token);
    let token = handmade("[]", &good.claims.to_string(), Hand::Right);
    list.token("a header that is a list", &token);
    let token = handmade("", &good.claims.to_string(), Hand::Right);
    list.token("an empty header", &token);
}

fn claims(list: &mut List, good: &Good) {
    for name in ["iss", "aud", "sub", "sid", "roles", "iat", "nbf", "exp"] {
        list.token(format!("no {name}"), &good.claim(name, Value::Null));
        list.token(
            format!("{name} as an object"),
            &good.claim(name, json!({ "a": 1 })),
        );
    }
    for (name, value) in [
        ("iss", json!("https://evil.test")),
        ("iss", json!(format!("{ISSUER}/"))),
        ("iss", json!([ISSUER])),
        ("aud", json!("elsewhere")),
        ("aud", json!(["souk"])),
        ("aud", json!(["elsewhere", "souk"])),
        ("aud", json!("SOUK")),
        ("aud", json!("")),
        ("sub", json!("")),
        ("sub", json!("admin")),
        ("sub", json!("ord_01920000-0000-7000-8000-000000000000")),
        ("sub", json!("cus_not-an-id")),
        ("sub", json!(0)),
        ("sub", json!(["cus_01920000-0000-7000-8000-000000000000"])),
        ("roles", json!("super_admin")),
        ("roles", json!(["root"])),
        ("roles", json!(["SuperAdmin"])),
        ("roles", json!([3])),
    ] {
        list.token(format!("{name} {value}"), &good.claim(name, value));
    }
    for name in ["sub", "roles", "exp", "iss", "aud"] {
        let member = format!("\"{name}\":{}", good.claims[name]);
        let token = good.text(&member, &format!("{member},{member}"));
        list.token(format!("{name} twice in the claims"), &token);
    }
    for (what, claims) in [
        ("claims that are a list", "[]".to_owned()),
        ("claims that are null", "null".to_owned()),
        ("no claims", "{}".to_owned()),
        ("empty claims", String::new()),
        ("claims and more", format!("{}{{}}", good.claims)),
    ] {
        let token = handmade(&good.header.to_string(), &claims, Hand::Right);
        list.token(what, &token);
    }
}

fn times(list: &mut List, good: &Good, now: Timestamp) {
    let now = now.as_second();
    for (name, value) in [
        ("exp", json!(now)),
        ("exp", json!(now - 1)),
        ("exp", json!(now - 86_400)),
        ("exp", json!(0)),
        ("exp", json!(-1)),
        ("exp", json!(i64::MIN)),
        ("exp", json!((now + 3_600).to_string())),
        ("exp", json!("2999-01-01T00:00:00Z")),
        ("exp", json!(true)),
        ("nbf", json!(now + 6)),
        ("nbf", json!(now + 3_600)),
        ("nbf", json!(i64::MAX)),
        ("nbf", json!(now.to_string())),
        ("iat", json!(now.to_string())),
    ] {
        list.token(format!("{name} {value}"), &good.claim(name, value));
    }
    for (name, number) in [
        ("exp", "1e400"),
        ("exp", "-1e400"),
        ("exp", "1e18"),
        ("exp", "4102444800.5"),
        ("exp", "99999999999999999999999999"),
        ("exp", "NaN"),
        ("exp", "Infinity"),
        ("nbf", "-1e400"),
        ("nbf", "0.5"),
        ("iat", "1e400"),
    ] {
        let member = format!("\"{name}\":{}", good.claims[name]);
        let token = good.text(&member, &format!("\"{name}\":{number}"));
        list.token(format!("{name} {number}"), &token);
    }
}

fn forms(list: &mut List, good: &Good, refresh_token: &str) {
    let token = &good.token;
    let parts: Vec<&str> = token.split('.').collect();
    let [header, claims, signature] = parts[..] else {
        panic!("a token has three parts");
    };
    let padded = |part: &str| URL_SAFE.encode(URL_SAFE_NO_PAD.decode(part).expect("base64"));
    let mut trailing = signature.to_owned();
    // The last of 86 letters holds four bits that are no part of the 64 bytes.
    let last = trailing.pop().expect("a letter");
    trailing.push(char::from(u8::try_from(last).expect("ASCII") + 1));
    let cases = [
        ("a refresh token", refresh_token.to_owned()),
        ("garbage", "a.b.c".to_owned()),
        ("empty objects", "e30.e30.e30".to_owned()),
        ("dots alone", "..".to_owned()),
        ("nothing", String::new()),
        ("two parts", format!("{header}.{claims}")),
        ("four parts", format!("{token}.{signature}")),
        (
            "five parts, as JWE has",
            format!("{token}.{claims}.{signature}"),
        ),
        ("a part in front", format!("{header}.{token}")),
        ("a dot in front", format!(".{token}")),
        ("a dot behind", format!("{token}.")),
        (
            "padding",
            format!("{header}.{claims}.{}", padded(signature)),
        ),
        (
            "padded claims",
            format!("{header}.{}=.{signature}", claims.trim_end_matches('=')),
        ),
        (
            "bits behind the signature",
            format!("{header}.{claims}.{trailing}"),
        ),
        (
            "letters of the other alphabet",
            format!("{header}.{claims}.+/{}", &signature[2..]),
        ),
        ("lower case", token.to_lowercase()),
        ("a space inside", format!("{header}. {claims}.{signature}")),
        (
            "a space in the signature",
            format!(
                "{} {}",
                &token[..token.len() - 9],
                &token[token.len() - 9..]
            ),
        ),
        ("a tab inside", format!("{header}.\t{claims}.{signature}")),
        (
            "percent signs",
            format!("{header}%2e{claims}%2e{signature}"),
        ),
        ("quotes", format!("\"{token}\"")),
        ("two tokens", format!("{token} {token}")),
        ("two tokens and a comma", format!("{token},{token}")),
        ("a scheme of its own", format!("Bearer {token}")),
        ("16 kB", "x".repeat(16 * 1024)),
        ("16 kB of parts", ".".repeat(16 * 1024)),
        (
            "16 kB of padding",
            format!("{token}{}", "=".repeat(16 * 1024)),
        ),
    ];
    for (what, token) in cases {
        list.token(what, &token);
    }
    let large = good.claim("padding", "x".repeat(16 * 1024).into());
    list.token("16 kB with the right signature", &large);
}

fn schemes(list: &mut List, good: &Good) {
    let token = &good.token;
    let bearer = format!("Bearer {token}");
    let basic = STANDARD.encode(format!("user:{token}"));
    let cases: [(&str, Vec<String>); 10] = [
        ("the header twice", vec![bearer.clone(), bearer.clone()]),
        (
            "a second header of nothing",
            vec![bearer.clone(), String::new()],
        ),
        (
            "a bad one before a good one",
            vec!["Bearer a.b.c".to_owned(), bearer.clone()],
        ),
        ("Basic", vec![format!("Basic {basic}")]),
        ("Basic with the token", vec![format!("Basic {token}")]),
        ("DPoP", vec![format!("DPoP {token}")]),
        ("no scheme", vec![token.clone()]),
        ("Bearer alone", vec!["Bearer".to_owned()]),
        ("a colon", vec![format!("Bearer: {token}")]),
        ("no space", vec![format!("Bearer{token}")]),
    ];
    for (what, headers) in cases {
        list.headers(what, &headers);
    }
}
