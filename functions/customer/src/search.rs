//! How admins find customers: newest first, by the start of a name, by an address.
//!
//! Each filter that few accounts pass is answered by an index of its own, so that no list reads through all of them;
//! the rest is left out of what that index gives. Being of use to nearly all, `active` and `customer` have none.

use dynamo::Query;
use kernel::{Line, Role, page::Limit, text::folded};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{Customer, EmailAddress, Status};

/// The run of all accounts, by their birth. It is read by admins alone.
const EVERYONE: &str = "customers";

/// Which customers an admin looks for.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerFilter {
    /// Only the one with this address.
    pub email: Option<EmailAddress>,
    /// Only those whose name begins with this, whatever its case; by name then, else the newest first.
    pub name: Option<Line<1, 100>>,
    /// Only those that stand there.
    pub status: Option<Status>,
    /// Only those of whose roles this is the highest.
    pub role: Option<Role>,
    /// How many at most: 1 to 100, 20 unless told.
    #[serde(default)]
    pub limit: Limit,
    /// Where to go on: `next_cursor` of the page before. With more than one filter a page may be short and still
    /// have more to come.
    pub cursor: Option<String>,
}

impl CustomerFilter {
    /// The one query that leaves out most of what is not asked for.
    pub(crate) fn query(&self) -> Query {
        let query = match (&self.email, &self.name, self.status, self.role) {
            (Some(email), ..) => Query::index("by-email", by_email(email)),
            (None, Some(name), ..) => Query::index("by-name", EVERYONE).starting_with(folded(name)),
            (None, None, Some(status), _) if status != Status::Active => {
                Query::index("by-status", by_status(status)).descending()
            }
            (None, None, _, Some(role)) if role != Role::Customer => {
                Query::index("by-role", by_role(role)).descending()
            }
            _ => Query::index("by-birth", EVERYONE).descending(),
        };
        query.limit(self.limit.get())
    }

    /// Whether a customer is asked for.
    pub fn lets_pass(&self, customer: &Customer) -> bool {
        let email = customer.email.expose().digest();
        self.email
            .as_ref()
            .is_none_or(|wanted| wanted.digest() == email)
            && self
                .name
                .as_ref()
                .is_none_or(|start| folded(customer.name.expose()).starts_with(&folded(start)))
            && self.status.is_none_or(|wanted| wanted == customer.status)
            && self
                .role
                .is_none_or(|wanted| wanted == customer.roles.highest())
    }

    /// The list that its cursors are good for.
    pub(crate) fn scope(&self) -> String {
        let email = self.email.as_ref().map(EmailAddress::digest);
        format!(
            "customers {email:?} {:?} {:?} {:?}",
            self.name.as_deref(),
            self.status,
            self.role
        )
    }
}

/// Where the indexes have an account. Its name lies in one of them, and goes with the account itself.
pub(crate) fn places(customer: &Customer) -> Vec<(&'static str, String, String)> {
    // Ids sort by their time of birth.
    let id = customer.customer_id.to_string();
    let name = folded(customer.name.expose());
    let (status, role) = (customer.status, customer.roles.highest());
    let mut places = vec![
        ("by-birth", EVERYONE.to_owned(), id.clone()),
        ("by-name", EVERYONE.to_owned(), format!("{name}#{id}")),
        ("by-email", by_email(customer.email.expose()), id.clone()),
    ];
    if status != Status::Active {
        places.push(("by-status", by_status(status), id.clone()));
    }
    if role != Role::Customer {
        places.push(("by-role", by_role(role), id));
    }
    places
}

fn by_email(email: &EmailAddress) -> String {
    format!("email#{}", email.digest())
}

fn by_status(status: Status) -> String {
    format!("status#{}", status.name())
}

fn by_role(role: Role) -> String {
    format!("role#{role}")
}

#[cfg(test)]
mod tests {
    use kernel::{Ids, Timestamp};

    use super::*;
    use crate::Roles;

    fn filter(query: &str) -> CustomerFilter {
        serde_json::from_value(serde_json::from_str(query).unwrap()).unwrap()
    }

    fn rosa() -> Customer {
        let now = Timestamp::from_second(1);
        let (email, name) = ("Rosa@example.com".parse(), "Rosa Lind".parse());
        Customer::new(Ids::seeded(1).fresh(now), email.unwrap(), name.unwrap())
    }

    fn run_of(customer: &Customer, index: &str) -> Option<(String, String)> {
        let mut places = places(customer).into_iter();
        let (_, pk, sk) = places.find(|(name, ..)| *name == index)?;
        Some((pk, sk))
    }

    #[test]
    fn every_filter_is_passed_by_whom_it_names_alone() {
        let rosa = rosa();
        for (query, passes) in [
            ("{}", true),
            (r#"{"email":"rosa@EXAMPLE.com"}"#, true),
            (r#"{"email":"rosa@example.org"}"#, false),
            (r#"{"name":"ROSA l"}"#, true),
            (r#"{"name":"Lind"}"#, false),
            (r#"{"status":"active","role":"customer"}"#, true),
            (r#"{"status":"blocked"}"#, false),
            (r#"{"role":"seller"}"#, false),
            (r#"{"email":"rosa@example.com","status":"closing"}"#, false),
        ] {
            assert_eq!(filter(query).lets_pass(&rosa), passes, "{query}");
        }
    }

    #[test]
    fn the_few_are_listed_apart_and_the_many_are_not() {
        let rosa = rosa();
        assert_eq!(run_of(&rosa, "by-status"), None);
        assert_eq!(run_of(&rosa, "by-role"), None);
        let admin = rosa.with_roles(Roles::only(Role::Customer).with(Role::Admin));
        assert_eq!(run_of(&admin, "by-role").unwrap().0, "role#admin");
        let now = Timestamp::from_second(2);
        let blocked = rosa.blocked("Why not.".parse().unwrap(), now);
        assert_eq!(run_of(&blocked, "by-status").unwrap().0, "status#blocked");
        assert!(
            run_of(&blocked, "by-name")
                .unwrap()
                .1
                .starts_with("rosa lind#cus_")
        );
    }

    #[test]
    fn no_cursor_of_one_search_is_good_for_another() {
        let queries = [
            "{}",
            r#"{"email":"rosa@example.com"}"#,
            r#"{"name":"rosa"}"#,
            r#"{"status":"blocked"}"#,
            r#"{"role":"admin"}"#,
        ];
        let mut scopes: Vec<String> = queries.map(|query| filter(query).scope()).into();
        scopes.dedup();
        assert_eq!(scopes.len(), queries.len());
    }
}
