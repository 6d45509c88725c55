//! A marketplace with just enough in it: one product in the shop, one shopper with a cart. It is made by the
//! functions themselves, each run once, so that what is read under the benchmark is what they really write.

use std::{collections::HashMap, path::PathBuf, sync::Arc};

use anyhow::{Context, Result, ensure};
use dynoxide::Database;
use kernel::{Clock, CustomerId, Ids, Powers, Role};
use lambda::{Principal, token::Signer};
use serde_json::{Value, json};
use testkit::dynamodb;

use crate::{
    backend::{Answer, Backend},
    process::Process,
    runtime_api::RuntimeApi,
};

/// A signing key for the benchmark alone.
const PKCS8: &str = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg+6rGS3pHfwlmf4FvwGWc8dz6I8mo4o8I03rpNSerhHOhRANCAAStnsn9VwvnOOkpRJrZkxU4xUHEj6paWILtoFEBKT7UNwDWBnumy+a9DtDfabhRK7qXM2ZFpRf52iEmucTN0Rzj";
const X: &str = "rZ7J_VcL5zjpKUSa2ZMVOMVBxI-qWliC7aBRASk-1Dc";
const Y: &str = "ANYGe6bL5r0O0N9puFErupczZkWlF_naISa5xM3RHOM";
const ISSUER: &str = "https://souk.example";
const PASSWORD: &str = "correct horse battery staple";

/// Everything that a measurement happens in.
pub(crate) struct Scene {
    pub(crate) api: RuntimeApi,
    pub(crate) backend: Backend,
    pub(crate) database: Database,
    functions: Value,
    target: PathBuf,
    pub(crate) shopper: CustomerId,
    pub(crate) token: String,
    pub(crate) product: String,
    pub(crate) variant: String,
    pub(crate) email: String,
}

impl Scene {
    /// Sets it.
    pub(crate) fn set(root: PathBuf, target: PathBuf) -> Result<Self> {
        let rendered = std::fs::read_to_string(root.join("infra/terraform/functions.json"))?;
        let rendered: Value = serde_json::from_str(&rendered)?;
        let database = Database::memory()?;
        for (name, table) in rendered["tables"].as_object().context("tables")? {
            let indexes: Vec<String> = table["indexes"]
                .as_object()
                .into_iter()
                .flatten()
                .map(|(name, _)| name.clone())
                .collect();
            dynamodb::create_table(&database, &format!("bench-{name}"), &indexes);
        }
        let under = database.clone();
        let secret =
            json!({ "SecretString": json!({ "kid": "bench", "pkcs8": PKCS8 }).to_string() });
        let answer: Answer = Arc::new(move |target, body| {
            if target.starts_with("secretsmanager") {
                return (200, secret.to_string().into_bytes());
            }
            let operation = target.rsplit('.').next().unwrap_or_default();
            let request = serde_json::from_slice(body).unwrap_or_default();
            let (status, answer) = dynamodb::answer(&under, operation, &request);
            (status, answer.to_string().into_bytes())
        });
        let now = Clock::system().now();
        let mut scene = Self {
            api: RuntimeApi::start()?,
            backend: Backend::start(answer)?,
            database,
            functions: rendered["functions"].clone(),
            target,
            shopper: Ids::system().fresh(now),
            token: String::new(),
            product: String::new(),
            variant: String::new(),
            email: "bench@example.com".to_owned(),
        };
        scene.token = Self::token_for(scene.shopper)?;
        scene.fill()?;
        Ok(scene)
    }

    fn token_for(customer: CustomerId) -> Result<String> {
        let now = Clock::system().now();
        let secret = json!({ "kid": "bench", "pkcs8": PKCS8 }).to_string();
        let powers = Powers::of_roles([Role::Customer, Role::Seller]);
        let principal = Principal::new(customer, Ids::system().fresh(now), powers, now);
        let day = 24 * 60 * 60;
        Ok(Signer::new(&secret, ISSUER)?.sign(&principal, now, day)?)
    }

    /// Makes the accounts, products and offers that the measured functions meet.
    fn fill(&mut self) -> Result<()> {
        let account = json!({ "email": self.email, "password": PASSWORD, "name": "Bench" });
        self.once(
            "register-customer",
            &self.request("register-customer", &[], Some(&account)),
            201,
        )?;
        // A page of a shop has twenty products; the last one is looked at.
        for i in 0..20 {
            let product = json!({
                "title": format!("Walnut chair {i}"),
                "description": "A chair of oiled walnut with a woven seat. ".repeat(8),
                "category": "furniture", "tags": ["chair", "walnut"],
                "variants": [
                    { "title": "Low", "options": { "height": "low" }, "price": { "amount": 24_900, "currency": "EUR" } },
                    { "title": "High", "options": { "height": "high" }, "price": { "amount": 27_900, "currency": "EUR" } },
                    { "title": "Bar", "options": { "height": "bar" }, "price": { "amount": 29_900, "currency": "EUR" } },
                ],
            });
            let made = self.once(
                "create-product",
                &self.request("create-product", &[], Some(&product)),
                201,
            )?;
            let text = |id: &Value| id.as_str().map(str::to_owned);
            self.product = text(&made["id"]).context("a product has an id")?;
            self.variant = text(&made["variants"][0]["id"]).context("a variant has an id")?;
            let publish = self.request("publish-product", &[("id", &self.product)], None);
            self.once("publish-product", &publish, 200)?;
        }
        self.deliver("product", "update-offers-on-product-changed")?;
        self.once(
            "add-cart-item",
            &self.request("add-cart-item", &[], Some(&self.cart_item())),
            200,
        )?;
        Ok(())
    }

    /// What is laid into the cart.
    pub(crate) fn cart_item(&self) -> Value {
        json!({ "variant_id": self.variant, "quantity": 1 })
    }

    /// What an order says.
    pub(crate) fn order() -> Value {
        json!({
            "shipping_address": { "name": "Bench", "line1": "1 Market Square", "city": "Utrecht", "postal_code": "3511 AB", "country": "NL" },
            "payment_method": "pm_sandbox_ok",
        })
    }

    /// What a log-in says.
    pub(crate) fn log_in(&self) -> Value {
        json!({ "email": self.email, "password": PASSWORD })
    }

    /// Gives the cart back as it was before it was ordered, as a version that has not been ordered.
    pub(crate) fn refill_cart(&self) -> Result<()> {
        let key = json!({ "pk": { "S": format!("cart#{}", self.shopper) }, "sk": { "S": "cart" } });
        let request = json!({
            "TableName": "bench-cart-carts", "Key": key,
            "UpdateExpression": "SET #v = #v + :one",
            "ExpressionAttributeNames": { "#v": "version" },
            "ExpressionAttributeValues": { ":one": { "N": "1" } },
        });
        self.database
            .update_item(serde_json::from_value(request)?)?;
        Ok(())
    }

    /// The names of all functions.
    pub(crate) fn functions(&self) -> impl Iterator<Item = &str> {
        let functions = self.functions.as_object().into_iter().flatten();
        functions.map(|(name, _)| name.as_str())
    }

    /// The environment that a function has in the cloud, by what `cargo stack` renders of it.
    pub(crate) fn environment(&self, function: &str) -> Result<HashMap<String, String>> {
        let rendered = self.functions[function]["environment"]
            .as_object()
            .with_context(|| format!("{function} is not rendered: run `make render`"))?;
        let jwk = json!({ "kty": "EC", "crv": "P-256", "x": X, "y": Y, "kid": "bench", "alg": "ES256", "use": "sig" });
        let known = |name: &str| match name {
            "STAGE" => "bench".to_owned(),
            "JWT_KEYS" => json!({ "keys": [jwk] }).to_string(),
            "JWT_ISSUER" => ISSUER.to_owned(),
            "CURSOR_KEY" => "a key of the benchmark".to_owned(),
            "CURRENCY" => "EUR".to_owned(),
            "LOCALE" => "en".to_owned(),
            "LOG_LEVEL" => "warn".to_owned(),
            "CLIENT_IP_FROM" => "gateway".to_owned(),
            "RATE_FACTOR" => "10000".to_owned(),
            "SECOND_FACTOR" => "optional".to_owned(),
            "ACCESS_TOKEN_SECONDS" => "600".to_owned(),
            "REFRESH_TOKEN_SECONDS" | "GUEST_CART_SECONDS" => "2592000".to_owned(),
            "CUSTOMER_CART_SECONDS" => "7776000".to_owned(),
            other => format!("bench-{}", other.to_lowercase()),
        };
        let mut environment: HashMap<String, String> = rendered
            .iter()
            .map(|(name, value)| {
                let text = value["text"].as_str().map(str::to_owned);
                (name.clone(), text.unwrap_or_else(|| known(name)))
            })
            .collect();
        for (name, value) in [
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "bench"),
            ("AWS_SECRET_ACCESS_KEY", "bench"),
            ("AWS_LAMBDA_FUNCTION_NAME", function),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
            ("AWS_LAMBDA_RUNTIME_API", &self.api.address),
            ("AWS_ENDPOINT_URL", &self.backend.url),
        ] {
            environment.insert(name.to_owned(), value.to_owned());
        }
        Ok(environment)
    }

    /// A request as API Gateway hands it over (payload format 2.0), each with an id of its own.
    pub(crate) fn request(
        &self,
        function: &str,
        path: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Value {
        let route = self.functions[function]["trigger"]["route"]
            .as_str()
            .unwrap_or_default();
        let (method, template) = route.split_once(' ').unwrap_or(("GET", "/"));
        let mut raw_path = template.to_owned();
        for (name, value) in path {
            raw_path = raw_path.replace(&format!("{{{name}}}"), value);
        }
        let id: kernel::EventId = Ids::system().fresh(Clock::system().now());
        let parameters: HashMap<&str, &str> = path.iter().copied().collect();
        let mut request = json!({
            "version": "2.0", "routeKey": route, "rawPath": raw_path, "rawQueryString": "",
            "headers": {
                "accept": "application/json", "accept-encoding": "gzip", "accept-language": "en;q=0.9, de;q=0.5",
                "content-type": "application/json", "host": "api.souk.example", "user-agent": "bench",
                "idempotency-key": id.to_string(),
                "x-amzn-trace-id": "Root=1-5759e988-bd862e3fe1be46a994272793",
            },
            "requestContext": {
                "accountId": "000000000000", "apiId": "souk", "domainName": "api.souk.example", "domainPrefix": "api",
                "http": { "method": method, "path": raw_path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "bench" },
                "requestId": id.to_string(), "routeKey": route, "stage": "$default",
                "time": "23/Nov/2026:10:00:00 +0000", "timeEpoch": 1_795_428_000_000_i64,
            },
            "pathParameters": parameters, "isBase64Encoded": false,
        });
        if let Some(body) = body {
            request["body"] = body.to_string().into();
        }
        // The shop window is looked at by anyone: no token is checked there.
        if method == "GET" {
            return request;
        }
        self.with_token(request)
    }

    /// The same request by someone who is logged in.
    pub(crate) fn with_token(&self, mut request: Value) -> Value {
        request["headers"]["authorization"] = format!("Bearer {}", self.token).into();
        request
    }

    /// Runs a function of the development build for one payload.
    fn once(&self, function: &str, payload: &Value, status: u64) -> Result<Value> {
        let program = self.target.join("debug/run-function");
        let program = program.display().to_string();
        let mut environment = self.environment(function)?;
        let name = format!("bench-{}-{function}", environment["SERVICE"]);
        environment.insert("AWS_LAMBDA_FUNCTION_NAME".to_owned(), name);
        self.api.forget();
        let process = Process::start(&[&program], &[], &environment)?;
        let (answer, idle) = self.api.idle()?.invoke(payload)?;
        drop(process);
        drop(idle);
        if answer.get("batchItemFailures").is_some() {
            ensure!(
                answer["batchItemFailures"] == json!([]),
                "{function} failed: {answer}"
            );
            return Ok(answer);
        }
        ensure!(
            answer["statusCode"] == status,
            "{function} answered {answer}"
        );
        Ok(serde_json::from_str(answer["body"].as_str().unwrap_or("null")).unwrap_or(Value::Null))
    }

    /// Hands all that a service has in its outbox to a consumer.
    fn deliver(&self, service: &str, consumer: &str) -> Result<()> {
        let request = json!({ "TableName": format!("bench-{service}-commands") });
        let found = self.database.scan(serde_json::from_value(request)?)?;
        let found = serde_json::to_value(found)?;
        let mut records = Vec::new();
        for item in found["Items"].as_array().context("a scan has items")? {
            for event in item["events"]["L"].as_array().into_iter().flatten() {
                let detail: Value =
                    serde_json::from_str(event["M"]["detail"]["S"].as_str().unwrap_or_default())?;
                let body = json!({ "detail-type": event["M"]["type"]["S"], "detail": detail });
                let id = detail["metadata"]["id"].clone();
                records
                    .push(json!({ "messageId": id, "body": body.to_string(), "attributes": {} }));
            }
        }
        self.once(consumer, &json!({ "Records": records }), 200)?;
        Ok(())
    }
}
