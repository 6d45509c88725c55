//! A request, as far as it is understood without knowing what it asks for.

use std::{collections::HashMap, ops::Deref, str::FromStr, sync::Arc};

use contracts::Actor;
use dynamo::{Intent, Stored};
use http_types::HeaderMap;
use kernel::{
    Code, CustomerId, Locale, Owned, Permission, Problem, Rule, Scope, SellerId, Timestamp,
    permission::Grant,
};

use crate::{http::Input, platform::Platform, token::Principal};

/// A request before its input is read.
#[derive(Debug)]
pub struct Incoming {
    /// What the function was given at init.
    pub platform: &'static Platform,
    /// When it arrived.
    pub now: Timestamp,
    /// What to tell support.
    pub request_id: String,
    pub(crate) rule: Rule,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) path_parameters: HashMap<String, String>,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    pub(crate) client_ip: String,
    pub(crate) principal: Option<Principal>,
    pub(crate) intent: Intent,
}

/// A request whose caller may make it and whose input is right.
#[derive(Debug)]
pub struct Request<I = ()> {
    incoming: Arc<Incoming>,
    /// What the caller sent.
    pub input: I,
}

impl<I> Deref for Request<I> {
    type Target = Incoming;
    fn deref(&self) -> &Incoming {
        &self.incoming
    }
}

impl<I: Input> Request<I> {
    pub(crate) fn read(incoming: Arc<Incoming>) -> Result<Self, Problem> {
        let input = I::read(&incoming)?;
        Ok(Self { incoming, input })
    }
}

impl Incoming {
    /// Who calls, if anyone says so.
    pub fn principal(&self) -> Option<&Principal> {
        self.principal.as_ref()
    }

    /// Who calls; `unauthenticated` if nobody says so.
    pub fn caller(&self) -> Result<&Principal, Problem> {
        self.principal
            .as_ref()
            .ok_or_else(|| Code::Unauthenticated.into())
    }

    /// The customer who calls.
    pub fn customer(&self) -> Result<CustomerId, Problem> {
        Ok(self.caller()?.customer)
    }

    /// Who calls in the caller's name, if someone does: may look, and change nothing.
    pub fn impersonator(&self) -> Option<CustomerId> {
        let impersonator = self.principal.as_ref()?.impersonator.as_ref();
        impersonator.map(|admin| admin.sub)
    }

    /// The seller that the caller acts for.
    pub fn seller(&self) -> Result<SellerId, Problem> {
        Ok(self.caller()?.seller())
    }

    /// What the caller has for a permission.
    pub fn grant(&self, permission: Permission) -> Grant {
        let caller = self.principal.as_ref();
        caller
            .map(|caller| caller.grant(permission))
            .unwrap_or_default()
    }

    /// Whether the caller's grant for this route reaches an object.
    pub fn reaches(&self, object: &impl Owned) -> bool {
        match self.rule {
            Rule::Public => true,
            Rule::Allow(permission, _) => self.reaches_by(permission, object),
        }
    }

    /// Whether what the caller has for a permission reaches an object.
    pub fn reaches_by(&self, permission: Permission, object: &impl Owned) -> bool {
        self.principal.as_ref().is_some_and(|caller| {
            let grant = caller.grant(permission);
            grant.reaches(caller.customer, caller.seller(), object)
        })
    }

    /// The object, if there is one and the caller's grant for this route reaches it. Another's object and a
    /// missing one are refused with the same bytes.
    pub fn reach<T: Owned>(
        &self,
        object: Option<Stored<T>>,
        missing: Code,
    ) -> Result<Stored<T>, Problem> {
        object
            .filter(|object| self.reaches(&object.value))
            .ok_or_else(|| missing.into())
    }

    /// Whether the route's permission is held for everything.
    pub fn reaches_all(&self) -> bool {
        match self.rule {
            Rule::Public => false,
            Rule::Allow(permission, _) => self.grant(permission).covers(Scope::Any),
        }
    }

    /// A parameter of the path that is an id. Text that is no id names nothing: refused as `missing`.
    pub fn path<T: FromStr>(&self, name: &str, missing: Code) -> Result<T, Problem> {
        self.path_parameters
            .get(name)
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| missing.into())
    }

    /// A header, if it is there and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The method.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The path as it was sent.
    pub fn raw_path(&self) -> &str {
        &self.path
    }

    /// The address that the request comes from, as far as the platform can vouch for it.
    pub fn client_ip(&self) -> &str {
        &self.client_ip
    }

    /// What this request is to do once: for [`dynamo::Commands::begin`].
    pub fn intent(&self) -> &Intent {
        &self.intent
    }

    /// The same with another actor: for requests that have no principal and act for someone they find out.
    pub fn intent_of(&self, actor: Actor) -> Intent {
        Intent {
            actor,
            ..self.intent.clone()
        }
    }

    /// The caller's languages, best first, from Accept-Language (RFC 9110 §12.5.4), at most ten.
    pub fn locales(&self) -> Vec<Locale> {
        let Some(header) = self.header("accept-language") else {
            return Vec::new();
        };
        let mut wanted: Vec<(u16, Locale)> = header
            .split(',')
            .take(10)
            .filter_map(|part| {
                let (tag, quality) = part.split_once(';').unwrap_or((part, "q=1"));
                Some((quality_of(quality)?, tag.trim().parse().ok()?))
            })
            .filter(|(quality, _)| *quality > 0)
            .collect();
        wanted.sort_by_key(|(quality, _)| std::cmp::Reverse(*quality));
        let mut locales = Vec::new();
        for (_, locale) in wanted {
            // Who asks for pt-BR is better served with pt than with nothing.
            let language = locale
                .as_str()
                .split('-')
                .next()
                .and_then(|tag| tag.parse().ok());
            locales.push(locale);
            locales.extend(language);
        }
        locales
    }

    /// Refuses a change that was not made to the version `rev`: 428 without If-Match, 412 with another
    /// version (RFC 9110 §13.1.1, RFC 6585 §3).
    pub fn require_version(&self, rev: u64) -> Result<(), Problem> {
        let wanted = self.header("if-match").ok_or(Code::PreconditionRequired)?;
        let current = format!("\"{rev}\"");
        let matches = |tag: &str| tag == "*" || tag == current;
        if wanted.split(',').map(str::trim).any(matches) {
            Ok(())
        } else {
            Err(Code::PreconditionFailed.into())
        }
    }
}

/// `q=0.8` in thousandths.
fn quality_of(text: &str) -> Option<u16> {
    let number = text.trim().strip_prefix("q=")?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = fraction.bytes().chain(std::iter::repeat(b'0')).take(3);
    let thousandths = digits.into_iter().try_fold(0, |number, digit| {
        let digit = u16::from(char::from(digit).is_ascii_digit().then(|| digit - b'0')?);
        Some(number * 10 + digit)
    })?;
    match whole {
        "0" => Some(thousandths),
        "1" => Some(1000),
        _ => None,
    }
}
