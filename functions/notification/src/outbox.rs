//! The table `mails`, item `mail#<event id>` / `mail`: that a mail was sent for an event.
//!
//! SES takes no idempotency key, so "once" is kept here: a mail is claimed, sent, and marked as sent. A second
//! delivery finds the mark. A crash between sending and marking, or a lost answer of SES, sends a mail twice,
//! when the claim has run out; the other order would lose it.

use std::time::Duration;

use contracts::{
    guest_order::GuestOrderKey,
    one_time::{OneTimeToken, Purpose, TokenKey},
    views::{AdminInvitationContact, CustomerContact, EmailChange, OrderSummary, StaffInvitation},
};
use dynamo::{Commands, Db, Intent, Item, Key, Settled, Stored, Table};
use kernel::{Buyer, CustomerId, InvitationId, OrderId, Problem, SellerId, Timestamp, TokenId};
use lambda::{
    Platform,
    aws::{Mail, Secrets, Ses},
};
use serde::{Deserialize, Serialize};

use crate::template::{Recipient, Template};

/// How long a claim holds: longer than a function may run (10 s).
const CLAIM: Duration = Duration::from_secs(15);
/// How long it is remembered that a mail was sent: longer than an event can come again (35 days).
const REMEMBERED: Duration = Duration::from_hours(36 * 24);

/// That a mail is being sent or was.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Sending {
    event_id: String,
    /// What the mail is about: an order's id or a customer's.
    #[serde(alias = "order_id")]
    about: String,
    template: String,
    template_version: u32,
    claimed_until: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sent_at: Option<Timestamp>,
    forget_at: Timestamp,
}

impl Item for Sending {
    const KIND: &'static str = "mail";

    fn key(&self) -> Key {
        key_of(&self.event_id)
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.forget_at)
    }
}

fn key_of(event: &str) -> Key {
    Key::new(format!("mail#{event}"), "mail")
}

/// Which of a customer's addresses a mail goes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Address {
    /// The one that the account has.
    Present,
    /// The one that it is to have by the change of this token.
    New(TokenId),
    /// The one that it had before that.
    Former(TokenId),
}

/// What a mail says.
enum Letter<'a> {
    Invitation(SellerId, InvitationId, &'a str),
    AdminInvitation(InvitationId, &'a str),
    /// What has become of an order, why, and the link to it, which only a guest gets.
    Order(OrderId, Option<&'a str>, Option<&'a str>),
    /// The link to a guest's order once more.
    OrderLink(OrderId, &'a str),
    Account(CustomerId, Address, Option<&'a str>),
}

/// Sends mails.
#[derive(Debug)]
pub struct Mails {
    db: Db,
    table: Table,
    commands: Commands,
    ses: Ses,
    from: String,
}

impl Mails {
    /// With the stage's sender.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        Ok(Self {
            db: platform.db.clone(),
            table: platform.table("notification", "mails"),
            commands: platform.commands("notification"),
            ses: Ses::connect(&platform.connection),
            from: platform.setting("MAIL_FROM")?.to_owned(),
        })
    }

    /// Sends the mail about an order that follows an event, once: to whoever's it is by now.
    ///
    /// # Errors
    /// `unavailable` while another delivery is sending it, or as long as a view has nothing to show.
    pub async fn send(
        &self,
        template: Template,
        order: OrderId,
        reason: Option<&str>,
        intent: &Intent,
    ) -> Result<(), Problem> {
        let letter = Letter::Order(order, reason, None);
        self.once(template, order.to_string(), letter, intent).await
    }

    /// Sends the mail about an account that follows an event, once; nothing where the account is closed by now.
    ///
    /// # Errors
    /// `unavailable` while another delivery is sending it.
    pub async fn send_of_account(
        &self,
        template: Template,
        customer: CustomerId,
        to: Address,
        link: Option<&str>,
        intent: &Intent,
    ) -> Result<(), Problem> {
        let (about, letter) = (customer.to_string(), Letter::Account(customer, to, link));
        self.once(template, about, letter, intent).await
    }

    async fn once(
        &self,
        template: Template,
        about: String,
        letter: Letter<'_>,
        intent: &Intent,
    ) -> Result<(), Problem> {
        let key = key_of(&intent.key);
        let before = self.table.get::<Sending>(&key).await?;
        if before
            .as_ref()
            .is_some_and(|sending| sending.sent_at.is_some())
        {
            return Ok(());
        }
        let claim = self.claim(before, template, about, intent).await?;
        let sent = match self.write(template, letter).await {
            Ok(Some(mail)) => self.ses.send(&self.from, mail).await.map(|_| ()),
            // Nobody is there to be written to any more.
            Ok(None) => Ok(()),
            Err(problem) => Err(problem),
        };
        if let Err(problem) = sent {
            self.give_back(&claim, intent).await?;
            return Err(problem);
        }
        self.mark(&claim, intent).await
    }

    async fn write(&self, template: Template, letter: Letter<'_>) -> Result<Option<Mail>, Problem> {
        match letter {
            Letter::Order(order, reason, link) => {
                let summary = self.summary(order).await?;
                let link = link.filter(|_| summary.buyer.is_guest());
                let recipient = match summary.buyer {
                    Buyer::Customer(customer) => self.recipient(customer, Address::Present).await?,
                    Buyer::Guest => Recipient::guest(&summary)?,
                };
                recipient
                    .map(|to| template.mail(&summary, &to, reason, link))
                    .transpose()
            }
            Letter::OrderLink(order, link) => {
                let summary = self.summary(order).await?;
                // Who has claimed it sees it in the account.
                let guest = Recipient::guest(&summary)?;
                guest
                    .map(|to| template.mail(&summary, &to, None, Some(link)))
                    .transpose()
            }
            Letter::Invitation(seller, invitation, link) => {
                let keys = (seller, invitation);
                let invitation = self.db.view::<StaffInvitation>(&keys).await?;
                invitation
                    .map(|invitation| template.invitation(&invitation, link))
                    .transpose()
            }
            Letter::AdminInvitation(invitation, link) => {
                let contact = self.db.view::<AdminInvitationContact>(&invitation).await?;
                contact
                    .map(|contact| template.admin_invitation(contact, link))
                    .transpose()
            }
            Letter::Account(customer, to, link) => {
                let recipient = self.recipient(customer, to).await?;
                recipient
                    .map(|recipient| template.letter(&recipient, link))
                    .transpose()
            }
        }
    }

    async fn summary(&self, order: OrderId) -> Result<OrderSummary, Problem> {
        let summary = self.db.view::<OrderSummary>(&order).await?;
        summary.ok_or_else(|| Problem::unavailable("there is no order to write of"))
    }

    async fn recipient(
        &self,
        customer: CustomerId,
        to: Address,
    ) -> Result<Option<Recipient>, Problem> {
        let change = async |token| self.db.view::<EmailChange>(&(customer, token)).await;
        Ok(match to {
            Address::Present => {
                let contact = self.db.view::<CustomerContact>(&customer).await?;
                contact.map(Recipient::from)
            }
            Address::New(token) => change(token).await?.map(|change| Recipient {
                email: change.new_email,
                name: change.name,
            }),
            Address::Former(token) => change(token).await?.map(|change| Recipient {
                email: change.old_email,
                name: change.name,
            }),
        })
    }

    async fn claim(
        &self,
        before: Option<Stored<Sending>>,
        template: Template,
        about: String,
        intent: &Intent,
    ) -> Result<Stored<Sending>, Problem> {
        if before
            .as_ref()
            .is_some_and(|sending| sending.claimed_until > intent.now)
        {
            return Err(Problem::unavailable(
                "another delivery is sending this mail",
            ));
        }
        let sending = Sending {
            event_id: intent.key.clone(),
            about,
            template: template.name.to_owned(),
            template_version: template.version,
            claimed_until: intent.now.plus(CLAIM),
            sent_at: None,
            forget_at: intent.now.plus(REMEMBERED),
        };
        let rev = before.as_ref().map_or(0, |sending| sending.rev);
        let step = Intent {
            key: format!("{}#claim-{rev}", intent.key),
            ..intent.clone()
        };
        let mut command = self.commands.begin(&step);
        command.save(&self.table, before.as_ref(), &sending);
        // Two deliveries at once claim under one key: only the one that wrote the claim may send.
        if command.settle().await? == Settled::Before {
            return Err(Problem::contention());
        }
        let created_at = before.map_or(intent.now, |sending| sending.created_at);
        Ok(Stored {
            value: sending,
            rev: rev + 1,
            created_at,
            updated_at: intent.now,
        })
    }

    /// Ends a claim whose mail was not sent, so that the next delivery need not wait for it.
    async fn give_back(&self, claim: &Stored<Sending>, intent: &Intent) -> Result<(), Problem> {
        let free = Sending {
            claimed_until: intent.now,
            ..claim.value.clone()
        };
        let step = Intent {
            key: format!("{}#free-{}", intent.key, claim.rev),
            ..intent.clone()
        };
        let mut command = self.commands.begin(&step);
        command.update(&self.table, claim, &free);
        command.settle().await?;
        Ok(())
    }

    async fn mark(&self, claim: &Stored<Sending>, intent: &Intent) -> Result<(), Problem> {
        let sent = Sending {
            sent_at: Some(intent.now),
            ..claim.value.clone()
        };
        let mut command = self.commands.begin(intent);
        command.update(&self.table, claim, &sent);
        command.audit("mail.send", &sent.about);
        command.settle().await?;
        Ok(())
    }
}

/// Sends mails with the link to a guest's order: the mails, and the key that its token is derived with.
#[derive(Debug)]
pub struct GuestMails {
    mails: Mails,
    key: GuestOrderKey,
    shop: String,
}

impl GuestMails {
    /// Reads the key, once in the life of the process.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        let secrets = Secrets::connect(&platform.connection);
        let key = secrets.get(platform.setting("SECRET_GUEST_ORDER_KEY")?);
        Ok(Self {
            key: GuestOrderKey::new(&key.await?)?,
            mails: Mails::start(platform).await?,
            shop: platform.setting("SHOP_URL")?.to_owned(),
        })
    }

    /// Sends the mail about an order that follows what happened at this time, once; a guest's with the link to it.
    ///
    /// # Errors
    /// As [`Mails::send`].
    pub async fn send(
        &self,
        template: Template,
        order: OrderId,
        at: Timestamp,
        intent: &Intent,
    ) -> Result<(), Problem> {
        let link = self.key.token(order, at).link(&self.shop);
        let letter = Letter::Order(order, None, Some(&link));
        let about = order.to_string();
        self.mails.once(template, about, letter, intent).await
    }

    /// Sends the link to a guest's order that was asked for at this time, once; nothing where a customer has
    /// claimed it.
    ///
    /// # Errors
    /// As [`Mails::send`].
    pub async fn send_link(
        &self,
        template: Template,
        order: OrderId,
        at: Timestamp,
        intent: &Intent,
    ) -> Result<(), Problem> {
        let link = self.key.token(order, at).link(&self.shop);
        let letter = Letter::OrderLink(order, &link);
        let about = order.to_string();
        self.mails.once(template, about, letter, intent).await
    }
}

/// Sends mails with a link that works once: the mails, and the key that its token is derived with.
#[derive(Debug)]
pub struct LinkMails {
    mails: Mails,
    key: TokenKey,
    shop: String,
}

impl LinkMails {
    /// Reads the key, once in the life of the process.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        let secrets = Secrets::connect(&platform.connection);
        let key = secrets.get(platform.setting("SECRET_ONE_TIME_TOKEN_KEY")?);
        Ok(Self {
            key: TokenKey::new(&key.await?)?,
            mails: Mails::start(platform).await?,
            shop: platform.setting("SHOP_URL")?.to_owned(),
        })
    }

    /// Sends the mail with the link of a token, once.
    ///
    /// # Errors
    /// As [`Mails::send_of_account`].
    pub async fn send(
        &self,
        template: Template,
        (purpose, token): (Purpose, TokenId),
        customer: CustomerId,
        to: Address,
        intent: &Intent,
    ) -> Result<(), Problem> {
        // In the fragment, which no browser sends on: no log of a server ever has it.
        let link = self.link(purpose, &self.key.token(purpose, token, customer));
        self.mails
            .send_of_account(template, customer, to, Some(&link), intent)
            .await
    }

    /// Sends the mail with the link of an invitation to a seller's staff, once; nothing where it was taken back.
    ///
    /// # Errors
    /// `unavailable` while another delivery is sending it.
    pub async fn invite(
        &self,
        template: Template,
        seller: SellerId,
        invitation: InvitationId,
        intent: &Intent,
    ) -> Result<(), Problem> {
        let token = self.key.invitation(invitation, seller);
        let link = self.link(Purpose::AcceptInvitation, &token);
        let letter = Letter::Invitation(seller, invitation, &link);
        let about = invitation.to_string();
        self.mails.once(template, about, letter, intent).await
    }

    /// Sends the mail with the link of an invitation to become an admin, once; nothing where it was taken back.
    ///
    /// # Errors
    /// As [`LinkMails::invite`].
    pub async fn invite_admin(
        &self,
        template: Template,
        (invitation, by): (InvitationId, CustomerId),
        intent: &Intent,
    ) -> Result<(), Problem> {
        let token = self.key.admin_invitation(invitation, by);
        let link = self.link(Purpose::AcceptAdminInvitation, &token);
        let letter = Letter::AdminInvitation(invitation, &link);
        let about = invitation.to_string();
        self.mails.once(template, about, letter, intent).await
    }

    fn link(&self, purpose: Purpose, token: &OneTimeToken) -> String {
        format!("{}/{}#token={}", self.shop, purpose.name(), token.reveal())
    }
}
