//! The mails: each is a subject, an HTML and a text template of one version, in `templates/`. A sent mail's
//! record names the version, so a version that has been sent is never edited: the next one is added beside it.

use contracts::views::{AdminInvitationContact, CustomerContact, OrderSummary, StaffInvitation};
use kernel::{Line, Personal, Problem, StaffRole};
use lambda::aws::Mail;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context, syntax::SyntaxConfig};

/// A mail's template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Template {
    /// Its name, also in the record of what was sent.
    pub name: &'static str,
    /// Its version.
    pub version: u32,
    subject: &'static str,
    text: &'static str,
    html: &'static str,
}

macro_rules! template {
    ($name:literal, $version:literal) => {
        Template {
            name: $name,
            version: $version,
            subject: include_str!(concat!(
                "../templates/",
                $name,
                "/v",
                $version,
                "/subject.txt"
            )),
            text: include_str!(concat!("../templates/", $name, "/v", $version, "/body.txt")),
            html: include_str!(concat!(
                "../templates/",
                $name,
                "/v",
                $version,
                "/body.html"
            )),
        }
    };
}

/// The order stands; with the link to it for who has no account.
pub const ORDER_CONFIRMED: Template = template!("order-confirmed", 2);
/// The link to an order once more, for who has no account.
pub const ORDER_LINK: Template = template!("order-link", 1);
/// The order is off.
pub const ORDER_CANCELLED: Template = template!("order-cancelled", 1);
/// The order is on its way.
pub const ORDER_SHIPPED: Template = template!("order-shipped", 1);

/// An address is to be verified.
pub const VERIFY_EMAIL: Template = template!("verify-email", 1);
/// A new address is to be confirmed.
pub const CHANGE_EMAIL: Template = template!("change-email", 1);
/// The address was changed: to the former one.
pub const EMAIL_CHANGED: Template = template!("email-changed", 1);
/// A password is to be reset.
pub const RESET_PASSWORD: Template = template!("reset-password", 1);
/// The password was changed.
pub const PASSWORD_CHANGED: Template = template!("password-changed", 1);
/// The account is about to be closed.
pub const ACCOUNT_CLOSING: Template = template!("account-closing", 1);
/// A session was ended since one of its tokens was used twice.
pub const SESSION_ENDED: Template = template!("session-ended", 1);

/// Someone is invited to a seller's staff.
pub const STAFF_INVITATION: Template = template!("staff-invitation", 1);

/// Someone is invited to become an admin.
pub const ADMIN_INVITATION: Template = template!("admin-invitation", 1);

/// What all mails share.
const LAYOUT: &str = include_str!("../templates/layout.html");
const LETTER: &str = include_str!("../templates/letter.html");
const LINES: &str = include_str!("../templates/lines.txt");

/// Whom a mail goes to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recipient {
    /// The address.
    pub email: Personal<String>,
    /// What to call them.
    pub name: Personal<Line<1, 200>>,
}

impl From<CustomerContact> for Recipient {
    fn from(contact: CustomerContact) -> Self {
        Self {
            email: contact.email,
            name: contact.name,
        }
    }
}

impl Recipient {
    /// Whoever has placed an order without an account, and so has told no name to write to; none, where it is a
    /// customer's.
    ///
    /// # Errors
    /// Never.
    pub fn guest(order: &OrderSummary) -> Result<Option<Self>, Problem> {
        let email = order.email.clone().filter(|_| order.buyer.is_guest());
        let guest = |email: Personal<String>| {
            let name = "guest".parse().map_err(Problem::internal)?;
            Ok(Self {
                name: Personal::new(email.subject, name),
                email,
            })
        };
        email.map(guest).transpose()
    }
}

impl Template {
    /// The mail about an order. `reason` is why it was cancelled, in words, where it was; `link` leads to it, where
    /// the reader has no account.
    ///
    /// # Errors
    /// Where a template asks for what there is not: a fault of ours.
    pub fn mail(
        &self,
        order: &OrderSummary,
        to: &Recipient,
        reason: Option<&str>,
        link: Option<&str>,
    ) -> Result<Mail, Problem> {
        let lines: Vec<_> = order
            .lines
            .iter()
            .map(|line| {
                let (title, quantity) = (&line.title, line.quantity.get());
                context! { title, quantity, total => line.total.to_string() }
            })
            .collect();
        let values = context! {
            name => to.name.expose().as_str(),
            order => order.order_id.to_string(),
            total => order.total.to_string(),
            lines,
            reason => reason.unwrap_or_default(),
            link => link.unwrap_or_default(),
        };
        self.render(to, &values)
    }

    /// The mail to a customer about the account, with a link where it has one.
    ///
    /// # Errors
    /// As [`Template::mail`].
    pub fn letter(&self, to: &Recipient, link: Option<&str>) -> Result<Mail, Problem> {
        let values = context! {
            name => to.name.expose().as_str(),
            link => link.unwrap_or_default(),
        };
        self.render(to, &values)
    }

    /// The mail to someone who is invited to a seller's staff, who need have no account and so has no name.
    ///
    /// # Errors
    /// As [`Template::mail`].
    pub fn invitation(&self, invitation: &StaffInvitation, link: &str) -> Result<Mail, Problem> {
        let name = "future colleague".parse().map_err(Problem::internal)?;
        let to = Recipient {
            email: invitation.email.clone(),
            name: Personal::new(invitation.email.subject, name),
        };
        let work = match invitation.role {
            StaffRole::Owner | StaffRole::Manager => "run the shop day by day",
            StaffRole::Fulfilment => "pack and ship",
            StaffRole::Finance => "see to the money",
        };
        let values = context! {
            name => to.name.expose().as_str(),
            seller => invitation.seller_name.as_str(),
            work,
            link,
        };
        self.render(&to, &values)
    }

    /// The mail to someone who is invited to become an admin, who need have no account either.
    ///
    /// # Errors
    /// As [`Template::mail`].
    pub fn admin_invitation(
        &self,
        invitation: AdminInvitationContact,
        link: &str,
    ) -> Result<Mail, Problem> {
        let name = "future colleague".parse().map_err(Problem::internal)?;
        let to = Recipient {
            name: Personal::new(invitation.email.subject, name),
            email: invitation.email,
        };
        self.letter(&to, Some(link))
    }

    fn render(&self, to: &Recipient, values: &Value) -> Result<Mail, Problem> {
        let mut environment = Environment::empty();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_syntax(whitespace()?);
        // By the name's ending: HTML is escaped, text is not.
        environment.set_auto_escape_callback(|name| match name.rsplit('.').next() {
            Some("html") => AutoEscape::Html,
            _ => AutoEscape::None,
        });
        let parts = [
            ("layout.html", LAYOUT),
            ("letter.html", LETTER),
            ("lines.txt", LINES),
            ("subject.txt", self.subject),
            ("body.txt", self.text),
            ("body.html", self.html),
        ];
        for (name, source) in parts {
            environment
                .add_template(name, source)
                .map_err(Problem::internal)?;
        }

        let render = |name: &str| {
            let template = environment.get_template(name).map_err(Problem::internal)?;
            template.render(values).map_err(Problem::internal)
        };
        let subject = render("subject.txt")?.trim().to_owned();
        let subject_of = to.email.subject;
        Ok(Mail {
            to: to.email.clone(),
            subject,
            html: Personal::new(subject_of, render("body.html")?),
            text: Personal::new(subject_of, render("body.txt")?),
        })
    }
}

/// A line that holds nothing but a tag leaves nothing behind.
fn whitespace() -> Result<SyntaxConfig, Problem> {
    SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build()
        .map_err(Problem::internal)
}

#[cfg(test)]
mod tests {
    use contracts::views::OrderedLine;
    use kernel::{Buyer, Currency, CustomerId, Ids, Money, Quantity, Timestamp};

    use super::*;

    fn order(title: &str) -> OrderSummary {
        let (ids, now) = (Ids::seeded(1), Timestamp::from_second(1));
        let total = Money::new(3998, Currency::EUR).unwrap();
        OrderSummary {
            order_id: ids.fresh(now),
            buyer: Buyer::Customer(ids.fresh(now)),
            email: None,
            lines: vec![OrderedLine {
                title: title.to_owned(),
                quantity: Quantity::new(2).unwrap(),
                total,
            }],
            total,
        }
    }

    fn contact() -> Recipient {
        let subject: CustomerId = Ids::seeded(2).fresh(Timestamp::from_second(1));
        Recipient {
            email: Personal::new(subject, "robin@example.com".to_owned()),
            name: Personal::new(subject, "Robin & Kim".parse().unwrap()),
        }
    }

    const ALL: [Template; 4] = [ORDER_CONFIRMED, ORDER_CANCELLED, ORDER_SHIPPED, ORDER_LINK];

    #[test]
    fn every_mail_says_what_was_ordered_in_both_forms() {
        for template in ALL {
            let mail = template
                .mail(
                    &order("Oak stool"),
                    &contact(),
                    Some("It was sold out."),
                    None,
                )
                .unwrap();
            assert!(
                !mail.subject.is_empty() && !mail.subject.contains('\n'),
                "{}",
                template.name
            );
            for body in [mail.text.expose(), mail.html.expose()] {
                assert!(body.contains("Oak stool"), "{} {body}", template.name);
                assert!(body.contains("39.98 EUR"), "{} {body}", template.name);
            }
            assert!(mail.text.expose().contains("Robin & Kim"));
            assert!(!mail.text.expose().contains('<'), "{}", template.name);
            assert!(mail.html.expose().contains("Robin &amp; Kim"));
        }
    }

    const WITH_LINK: [Template; 5] = [
        VERIFY_EMAIL,
        CHANGE_EMAIL,
        RESET_PASSWORD,
        ACCOUNT_CLOSING,
        ADMIN_INVITATION,
    ];
    const NOTICES: [Template; 3] = [EMAIL_CHANGED, PASSWORD_CHANGED, SESSION_ENDED];

    #[test]
    fn a_mail_about_an_account_has_its_link_in_both_forms_and_no_other() {
        let link = "https://souk.test/page#token=a-b_c";
        for template in WITH_LINK.into_iter().chain(NOTICES) {
            let mail = template.letter(&contact(), Some(link)).unwrap();
            let (text, html) = (mail.text.expose(), mail.html.expose());
            assert!(!mail.subject.contains('\n'), "{}", template.name);
            assert!(text.contains("Robin & Kim") && html.contains("Robin &amp; Kim"));
            assert!(!text.contains('<'), "{}", template.name);
            let has_link = WITH_LINK.contains(&template);
            assert_eq!(text.contains(&format!("\n{link}\n")), has_link, "{text}");
            // A slash may be written as an entity: it reads the same.
            let html = html.replace("&#x2f;", "/");
            assert_eq!(
                html.contains(&format!("href=\"{link}\"")),
                has_link,
                "{html}"
            );
            assert!(!mail.subject.contains(link), "{}", template.name);
        }
    }

    #[test]
    fn an_invitation_says_who_invites_to_what_and_has_its_link() {
        let subject: CustomerId = Ids::seeded(2).fresh(Timestamp::from_second(1));
        let invitation = StaffInvitation {
            email: Personal::new(subject, "robin@example.com".to_owned()),
            seller_name: "Lamps & <Co>".parse().unwrap(),
            role: StaffRole::Fulfilment,
        };
        let link = "https://souk.test/accept-invitation#token=a-b_c";
        let mail = STAFF_INVITATION.invitation(&invitation, link).unwrap();
        assert_eq!(mail.subject, "Lamps & <Co> invites you to its staff");
        let (text, html) = (mail.text.expose(), mail.html.expose());
        assert!(text.contains("pack and ship") && text.contains(&format!("\n{link}\n")));
        assert!(html.contains("Lamps &amp; &lt;Co&gt;") && !html.contains("<Co>"));
        assert!(
            html.replace("&#x2f;", "/")
                .contains(&format!("href=\"{link}\""))
        );
    }

    #[test]
    fn only_who_has_no_account_gets_the_link_to_the_order() {
        let link = "https://souk.test/guest-order#token=a-b_c";
        for template in [ORDER_CONFIRMED, ORDER_LINK] {
            for link in [Some(link), None] {
                let mail = template
                    .mail(&order("Lamp"), &contact(), None, link)
                    .unwrap();
                let text = mail.text.expose();
                let html = mail.html.expose().replace("&#x2f;", "/");
                let alone = format!("\n{}\n", link.unwrap_or("https://"));
                assert_eq!(text.contains(&alone), link.is_some(), "{text}");
                let there = html.contains(&format!("href=\"{}\"", link.unwrap_or("https://")));
                assert_eq!(there, link.is_some(), "{html}");
                assert!(!mail.subject.contains("token"), "{}", template.name);
            }
        }
    }

    #[test]
    fn a_guest_is_written_to_at_the_order_and_a_customer_never_is() {
        let to = contact();
        let mut order = order("Lamp");
        order.email = Some(to.email.clone());
        assert_eq!(Recipient::guest(&order).unwrap(), None);
        order.buyer = Buyer::Guest;
        let guest = Recipient::guest(&order).unwrap().unwrap();
        assert_eq!(guest.email, to.email);
        order.email = None;
        assert_eq!(Recipient::guest(&order).unwrap(), None);
    }

    #[test]
    fn what_a_seller_writes_is_never_markup() {
        for template in ALL {
            let evil = "<script>alert(1)</script>";
            let mail = template
                .mail(&order(evil), &contact(), Some(""), None)
                .unwrap();
            assert!(!mail.html.expose().contains("<script"), "{}", template.name);
            assert!(
                mail.html.expose().contains("&lt;script&gt;"),
                "{}",
                template.name
            );
        }
    }

    #[test]
    fn a_cancelled_order_says_why() {
        let mail = ORDER_CANCELLED
            .mail(&order("Lamp"), &contact(), Some("It was sold out."), None)
            .unwrap();
        assert!(mail.text.expose().contains("It was sold out."));
        assert!(mail.html.expose().contains("It was sold out."));
    }
}
