//! Who works for a seller beside its owner, and who is invited to. Pure.

use std::time::Duration;

use kernel::{
    Code, CustomerId, EmailAddress, InvitationId, Owned, Personal, Problem, SellerId, StaffRole,
    Timestamp,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::seller::{DisplayName, Seller};

/// How long an invitation can be accepted: who is on holiday must not miss it.
const LIFETIME: Duration = Duration::from_hours(7 * 24);
/// How many invitations a seller can have sent in a window: an address may be a stranger's.
const INVITATIONS: u32 = 20;
/// How long a window is, from its first mail.
const WINDOW: Duration = Duration::from_hours(24);

/// What someone can be hired as. Nobody becomes an owner, and no owner becomes anything else: whose a seller is
/// follows from its id.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "StaffJob")]
pub enum Job {
    /// Runs the seller day by day.
    Manager,
    /// Packs and ships.
    Fulfilment,
    /// Sees to the money.
    Finance,
}

impl From<Job> for StaffRole {
    fn from(job: Job) -> Self {
        match job {
            Job::Manager => Self::Manager,
            Job::Fulfilment => Self::Fulfilment,
            Job::Finance => Self::Finance,
        }
    }
}

/// Someone's place in a seller's staff. It is kept when it has ended, so that its revisions go on where someone
/// comes back.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Member {
    /// Whose staff.
    pub seller_id: SellerId,
    /// Who.
    pub customer_id: CustomerId,
    /// As what; nothing after the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<Job>,
    /// Since when, or since when no more.
    pub since: Timestamp,
}

impl Member {
    /// Someone who comes, or comes back.
    pub fn joins(invitation: &Invitation, customer_id: CustomerId, now: Timestamp) -> Self {
        Self {
            seller_id: invitation.seller_id,
            customer_id,
            job: Some(invitation.role),
            since: now,
        }
    }

    /// The same person as something else.
    pub fn becomes(&self, job: Job) -> Self {
        Self {
            job: Some(job),
            ..self.clone()
        }
    }

    /// The same person, gone.
    pub fn leaves(&self, now: Timestamp) -> Self {
        Self {
            job: None,
            since: now,
            ..self.clone()
        }
    }

    /// Whether the place has not ended.
    pub fn works(&self) -> bool {
        self.job.is_some()
    }

    /// How it is shown; nothing after the end.
    pub fn view(&self) -> Option<MemberView> {
        Some(MemberView {
            seller_id: self.seller_id,
            customer_id: self.customer_id,
            role: self.job?.into(),
            since: self.since,
        })
    }
}

impl Owned for Member {
    fn of_customer(&self, customer: CustomerId) -> bool {
        self.customer_id == customer
    }

    fn of_seller(&self, seller: SellerId) -> bool {
        self.seller_id == seller
    }
}

/// Someone who works for a seller.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[schemars(rename = "StaffMember")]
pub struct MemberView {
    /// Whose staff.
    pub seller_id: SellerId,
    /// Who.
    pub customer_id: CustomerId,
    /// As what.
    pub role: StaffRole,
    /// Since when.
    pub since: Timestamp,
}

impl MemberView {
    /// The owner of a seller among its staff.
    pub fn owner(seller: &Seller, created_at: Timestamp) -> Self {
        Self {
            seller_id: seller.seller_id,
            customer_id: seller.owner_id,
            role: StaffRole::Owner,
            since: created_at,
        }
    }
}

/// What belongs to a seller whatever there is of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Premises(pub SellerId);

impl Owned for Premises {
    fn of_seller(&self, seller: SellerId) -> bool {
        self.0 == seller
    }
}

/// Refuses what would make the owner of a seller anything else; what is not the caller's is not told apart from
/// what is not there.
pub fn owner_stays(seller: SellerId, named: CustomerId, caller: SellerId) -> Result<(), Problem> {
    if SellerId::of(named) == seller && caller == seller {
        return Err(Code::OwnerStays.into());
    }
    Ok(())
}

/// An invitation to a seller's staff. Accepted or revoked, it is removed, and the address with it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Invitation {
    /// Which.
    pub invitation_id: InvitationId,
    /// Whose staff.
    pub seller_id: SellerId,
    /// What the seller called itself then; read by notification through the view `staff-invitation`, as is the rest
    /// of what the mail says.
    pub seller_name: DisplayName,
    /// Where the mail goes. Its owner may have no account, so it is a value of the seller's owner, who has said it.
    pub email: Personal<EmailAddress>,
    /// As what they are wanted.
    pub role: Job,
    /// Until when it can be accepted.
    pub expires: Timestamp,
}

impl Invitation {
    /// A new one.
    pub fn new(
        seller: &Seller,
        invitation_id: InvitationId,
        email: EmailAddress,
        role: Job,
        now: Timestamp,
    ) -> Self {
        Self {
            invitation_id,
            seller_id: seller.seller_id,
            seller_name: seller.display_name.clone(),
            email: Personal::new(seller.owner_id, email),
            role,
            expires: now.plus(LIFETIME),
        }
    }

    /// Whether it can still be accepted.
    pub fn is_open(&self, now: Timestamp) -> bool {
        now < self.expires
    }

    /// How the owner sees it.
    pub fn view(&self, created_at: Timestamp) -> InvitationView {
        InvitationView {
            id: self.invitation_id,
            email: self.email.expose().clone(),
            role: self.role,
            expires_at: self.expires,
            created_at,
        }
    }
}

impl Owned for Invitation {
    fn of_seller(&self, seller: SellerId) -> bool {
        self.seller_id == seller
    }
}

/// An invitation as the owner of the seller sees it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Invitation")]
pub struct InvitationView {
    /// Its id; the token that accepts it is in the mail alone.
    pub id: InvitationId,
    /// Where the mail went.
    pub email: EmailAddress,
    /// As what they are wanted.
    pub role: Job,
    /// Until when it can be accepted.
    pub expires_at: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
}

/// How many invitations a seller has had sent lately.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Sent {
    /// Which seller.
    pub seller_id: SellerId,
    since: Timestamp,
    count: u32,
}

impl Sent {
    /// One more.
    ///
    /// # Errors
    /// `too_many_requests` where there were enough.
    pub fn one_more(
        before: Option<&Self>,
        seller_id: SellerId,
        now: Timestamp,
    ) -> Result<Self, Problem> {
        let (since, count) = match before {
            Some(before) if now < before.since.plus(WINDOW) => (before.since, before.count + 1),
            _ => (now, 1),
        };
        if count > INVITATIONS {
            return Err(Problem::too_many_requests(since.plus(WINDOW).since(now)));
        }
        Ok(Self {
            seller_id,
            since,
            count,
        })
    }
}

/// For which seller a customer works, as its owner or as staff: at most one.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Place {
    /// Who.
    pub customer_id: CustomerId,
    /// For which.
    pub seller_id: SellerId,
}

#[cfg(test)]
mod tests {
    use contracts::views::StaffInvitation;
    use kernel::{Id, Ids, personal::storing};

    use super::*;
    use crate::seller::SellerInput;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second)
    }

    fn some<T: Id>(seed: u64) -> T {
        Ids::seeded(seed).fresh(at(1))
    }

    fn invitation() -> Invitation {
        let said = SellerInput {
            display_name: "Rosa's Lamps".parse().unwrap(),
            legal_country: "NL".parse().unwrap(),
            description: None,
            support_email: None,
            website: None,
            logo: None,
        };
        let seller = Seller::apply(None, some(1), said, at(1)).unwrap();
        let email = "emil@example.com".parse().unwrap();
        Invitation::new(&seller, some(2), email, Job::Fulfilment, at(0))
    }

    #[test]
    fn nobody_is_hired_as_an_owner() {
        assert!(serde_json::from_str::<Job>("\"owner\"").is_err());
        for job in [Job::Manager, Job::Fulfilment, Job::Finance] {
            assert_ne!(StaffRole::from(job), StaffRole::Owner);
            assert_eq!(
                serde_json::to_value(job).unwrap(),
                serde_json::to_value(StaffRole::from(job)).unwrap()
            );
        }
    }

    #[test]
    fn the_owner_stays_and_strangers_do_not_learn_who_it_is() {
        let (rosa, emil): (CustomerId, CustomerId) = (some(1), some(2));
        let shop = SellerId::of(rosa);
        assert_eq!(
            owner_stays(shop, rosa, shop).unwrap_err().code(),
            Code::OwnerStays
        );
        assert!(owner_stays(shop, rosa, SellerId::of(emil)).is_ok());
        assert!(owner_stays(shop, emil, shop).is_ok());
    }

    #[test]
    fn who_leaves_is_shown_no_more_and_may_come_back() {
        let emil = Member::joins(&invitation(), some(2), at(5));
        assert_eq!(emil.view().unwrap().role, StaffRole::Fulfilment);
        let manager = emil.becomes(Job::Manager);
        assert_eq!(manager.view().unwrap().since, at(5));
        let gone = manager.leaves(at(9));
        assert!(!gone.works() && gone.view().is_none());
        assert!(Member::joins(&invitation(), some(2), at(10)).works());
    }

    #[test]
    fn an_invitation_is_good_for_a_week() {
        let week = 7 * 24 * 3_600;
        assert!(invitation().is_open(at(week - 1)) && !invitation().is_open(at(week)));
    }

    #[test]
    fn a_seller_sends_twenty_a_day_and_no_more() {
        let mut sent = None;
        for second in 0..20 {
            sent = Some(Sent::one_more(sent.as_ref(), some(1), at(second)).unwrap());
        }
        let refused = Sent::one_more(sent.as_ref(), some(1), at(100)).unwrap_err();
        assert_eq!(refused.code(), Code::TooManyRequests);
        assert_eq!(refused.retry_after(), Some(24 * 3_600 - 100));
        assert!(Sent::one_more(sent.as_ref(), some(1), at(24 * 3_600)).is_ok());
    }

    #[test]
    fn the_mail_reads_of_it_where_it_goes_and_what_it_says() {
        let stored = storing(|| serde_json::to_value(invitation())).unwrap();
        let seen: StaffInvitation = serde_json::from_value(stored).unwrap();
        assert_eq!(seen.email.expose(), "emil@example.com");
        assert_eq!(seen.role, StaffRole::Fulfilment);
    }
}
