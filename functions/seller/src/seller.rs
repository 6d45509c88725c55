//! A seller: what it says of itself, and what becomes of it. Pure.

use kernel::{
    Code, Country, CustomerId, EmailAddress, Line, Owned, Paragraphs, Personal, Problem, SellerId,
    Timestamp, text::folded,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    lifecycle::{Status, Step, allows},
    web::WebAddress,
};

/// What a seller calls itself in the shop.
pub type DisplayName = Line<1, 100>;
/// What it says of itself.
pub type Description = Paragraphs<1, 5_000>;
/// Why an admin decided against it, in the admin's words.
pub type Reason = Line<1, 500>;

/// A seller, from its application on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Seller {
    /// Its id, which follows from its owner's.
    pub seller_id: SellerId,
    /// Whose it is, for ever.
    pub owner_id: CustomerId,
    /// What it calls itself.
    pub display_name: DisplayName,
    /// Under which country's law it sells.
    pub legal_country: Country,
    /// What it says of itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Description>,
    /// Where its customers write to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub support_email: Option<Personal<EmailAddress>>,
    /// Its own site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website: Option<WebAddress>,
    /// Where its logo is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<WebAddress>,
    /// Where it stands.
    pub status: Status,
    /// Since when.
    pub status_since: Timestamp,
    /// Why it was rejected or suspended, where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Personal<Reason>>,
    /// Since when it sells, if it was ever approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active_since: Option<Timestamp>,
}

/// What a seller says of itself.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SellerInput {
    /// What it calls itself in the shop.
    pub display_name: DisplayName,
    /// Under which country's law it sells.
    pub legal_country: Country,
    /// What it says of itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Description>,
    /// Where its customers write to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub support_email: Option<EmailAddress>,
    /// Its own site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website: Option<WebAddress>,
    /// Where its logo is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<WebAddress>,
}

impl Seller {
    /// What becomes of an application of `owner`: a seller that waits for its approval.
    ///
    /// # Errors
    /// `seller_exists` unless an earlier application was rejected.
    pub fn apply(
        before: Option<&Self>,
        owner: CustomerId,
        said: SellerInput,
        now: Timestamp,
    ) -> Result<Self, Problem> {
        if before.is_some_and(|before| !allows(before.status, Step::Apply)) {
            return Err(Code::SellerExists.into());
        }
        let support_email = said.support_email;
        Ok(Self {
            seller_id: SellerId::of(owner),
            owner_id: owner,
            display_name: said.display_name,
            legal_country: said.legal_country,
            description: said.description,
            support_email: support_email.map(|email| Personal::new(owner, email)),
            website: said.website,
            logo: said.logo,
            status: Status::Pending,
            status_since: now,
            reason: None,
            active_since: None,
        })
    }

    /// What becomes of it by a step; nothing where it stands there already.
    ///
    /// # Errors
    /// `seller_step_refused` where its state does not allow the step.
    pub fn take(
        &self,
        step: Step,
        reason: Option<Reason>,
        now: Timestamp,
    ) -> Result<Option<Self>, Problem> {
        if self.status == step.to() {
            return Ok(None);
        }
        if !allows(self.status, step) {
            let detail = format!("It is {}.", self.status);
            return Err(Problem::new(Code::SellerStepRefused).detail(detail));
        }
        Ok(Some(Self {
            status: step.to(),
            status_since: now,
            reason: reason.map(|reason| Personal::new(self.owner_id, reason)),
            active_since: match step {
                Step::Approve => Some(now),
                _ => self.active_since,
            },
            ..self.clone()
        }))
    }

    /// The same seller as it now describes itself.
    ///
    /// # Errors
    /// `seller_step_refused` for one that has ended. `validation_failed` for another country after it was approved:
    /// what it was approved as is for admins to change.
    pub fn describe(&self, said: SellerInput, by_admin: bool) -> Result<Self, Problem> {
        if self.status == Status::Closed {
            return Err(Code::SellerStepRefused.into());
        }
        if said.legal_country != self.legal_country && self.active_since.is_some() && !by_admin {
            let detail = "it cannot be changed after the approval; ask the marketplace";
            return Err(Problem::invalid("/legal_country", detail));
        }
        let support_email = said.support_email;
        Ok(Self {
            display_name: said.display_name,
            legal_country: said.legal_country,
            description: said.description,
            support_email: support_email.map(|email| Personal::new(self.owner_id, email)),
            website: said.website,
            logo: said.logo,
            ..self.clone()
        })
    }

    /// What it would have to say to be as it is.
    pub fn input(&self) -> SellerInput {
        let support_email = self.support_email.as_ref();
        SellerInput {
            display_name: self.display_name.clone(),
            legal_country: self.legal_country.clone(),
            description: self.description.clone(),
            support_email: support_email.map(|email| email.expose().clone()),
            website: self.website.clone(),
            logo: self.logo.clone(),
        }
    }

    /// Refuses what only a seller that sells may do.
    pub fn must_sell(&self) -> Result<(), Problem> {
        if self.status == Status::Active {
            return Ok(());
        }
        let detail = format!("It is {}.", self.status);
        Err(Problem::new(Code::SellerStepRefused).detail(detail))
    }

    /// What it is sorted and found by: its name in lower case.
    pub(crate) fn sort_name(&self) -> String {
        folded(&self.display_name)
    }

    /// All of it, for its staff and for admins.
    pub fn view(&self, created_at: Timestamp) -> SellerView {
        SellerView {
            id: self.seller_id,
            owner_id: self.owner_id,
            said: self.input(),
            status: self.status,
            status_since: self.status_since,
            reason: self.reason.as_ref().map(|why| why.expose().clone()),
            active_since: self.active_since,
            created_at,
        }
    }

    /// What everyone may see, as long as it sells.
    pub fn page(&self) -> Option<SellerPage> {
        let since = self
            .active_since
            .filter(|_| self.status == Status::Active)?;
        Some(SellerPage {
            id: self.seller_id,
            display_name: self.display_name.clone(),
            description: self.description.clone(),
            website: self.website.clone(),
            logo: self.logo.clone(),
            since,
        })
    }
}

impl Owned for Seller {
    fn of_customer(&self, customer: CustomerId) -> bool {
        self.owner_id == customer
    }

    fn of_seller(&self, seller: SellerId) -> bool {
        self.seller_id == seller
    }
}

/// A seller as its staff and admins see it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Seller")]
pub struct SellerView {
    /// Its id.
    pub id: SellerId,
    /// Whose it is.
    pub owner_id: CustomerId,
    /// What it says of itself.
    #[serde(flatten)]
    pub said: SellerInput,
    /// Where it stands.
    pub status: Status,
    /// Since when.
    pub status_since: Timestamp,
    /// Why it was rejected or suspended, where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// Since when it sells, if it was ever approved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active_since: Option<Timestamp>,
    /// When its owner first applied.
    pub created_at: Timestamp,
}

/// A seller as everyone sees it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
pub struct SellerPage {
    /// Its id, as products name it.
    pub id: SellerId,
    /// What it calls itself.
    pub display_name: DisplayName,
    /// What it says of itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Description>,
    /// Its own site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub website: Option<WebAddress>,
    /// Where its logo is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo: Option<WebAddress>,
    /// Since when it sells here.
    pub since: Timestamp,
}

#[cfg(test)]
mod tests {
    use contracts::views::SellerStanding;
    use kernel::{Ids, personal::storing};
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second)
    }

    fn rosa() -> CustomerId {
        Ids::seeded(1).fresh(at(1))
    }

    fn said() -> SellerInput {
        SellerInput {
            display_name: "Rosa's Lamps".parse().unwrap(),
            legal_country: "NL".parse().unwrap(),
            description: Some("Lamps of all sizes.".parse().unwrap()),
            support_email: Some("help@lamps.example".parse().unwrap()),
            website: Some("https://lamps.example".parse().unwrap()),
            logo: None,
        }
    }

    fn applicant() -> Seller {
        Seller::apply(None, rosa(), said(), at(1)).unwrap()
    }

    fn taken(seller: &Seller, step: Step) -> Seller {
        seller.take(step, None, at(9)).unwrap().unwrap()
    }

    #[test]
    fn one_applies_once_and_again_after_a_rejection() {
        let pending = applicant();
        let again = |before: &Seller| Seller::apply(Some(before), rosa(), said(), at(2));
        assert_eq!(again(&pending).unwrap_err().code(), Code::SellerExists);
        let why = Some("No such address.".parse().unwrap());
        let rejected = pending.take(Step::Reject, why, at(2)).unwrap().unwrap();
        assert!(rejected.view(at(1)).reason.is_some());
        let pending = again(&rejected).unwrap();
        assert_eq!(
            (pending.status, pending.reason.clone()),
            (Status::Pending, None)
        );
        let active = taken(&pending, Step::Approve);
        assert_eq!(again(&active).unwrap_err().code(), Code::SellerExists);
    }

    #[test]
    fn a_page_is_shown_as_long_as_it_sells() {
        let active = taken(&applicant(), Step::Approve);
        assert_eq!(applicant().page(), None);
        assert_eq!(active.page().unwrap().since, at(9));
        let suspended = taken(&active, Step::Suspend);
        assert_eq!(suspended.page(), None);
        let back = suspended
            .take(Step::Reinstate, None, at(20))
            .unwrap()
            .unwrap();
        assert_eq!(back.page().unwrap().since, at(9));
        assert_eq!(taken(&back, Step::Close).page(), None);
    }

    #[test]
    fn what_it_was_approved_as_is_for_admins_to_change() {
        let moved = SellerInput {
            legal_country: "PT".parse().unwrap(),
            ..said()
        };
        let active = taken(&applicant(), Step::Approve);
        assert!(applicant().describe(moved.clone(), false).is_ok());
        assert!(active.describe(moved.clone(), false).is_err());
        let changed = active.describe(moved.clone(), true).unwrap();
        assert_eq!((changed.input(), changed.status), (moved, Status::Active));
        assert!(taken(&active, Step::Close).describe(said(), true).is_err());
    }

    #[test]
    fn a_step_to_where_it_stands_changes_nothing() {
        let active = taken(&applicant(), Step::Approve);
        assert_eq!(active.take(Step::Approve, None, at(10)).unwrap(), None);
        let refused = active.take(Step::Reject, None, at(10)).unwrap_err();
        assert_eq!(refused.code(), Code::SellerStepRefused);
    }

    #[test]
    fn others_read_of_it_whether_it_sells() {
        for step in [None, Some(Step::Approve), Some(Step::Reject)] {
            let seller = step.map_or_else(applicant, |step| taken(&applicant(), step));
            let stored = storing(|| serde_json::to_value(&seller)).unwrap();
            let seen: SellerStanding = serde_json::from_value(stored).unwrap();
            assert_eq!(seen.sells(), seller.status != Status::Rejected);
        }
    }

    proptest! {
        #[test]
        fn the_owner_stays_the_owner_whatever_becomes_of_the_seller(
            steps in proptest::collection::vec(0..Step::ALL.len(), 0..30),
        ) {
            let mut seller = applicant();
            for step in steps.into_iter().map(|i| Step::ALL[i]) {
                let before = seller.status;
                let next = if step == Step::Apply {
                    Seller::apply(Some(&seller), rosa(), said(), at(3)).ok()
                } else {
                    seller.take(step, None, at(3)).ok().flatten()
                };
                seller = next.unwrap_or(seller);
                prop_assert!(seller.of_customer(rosa()) && seller.of_seller(SellerId::of(rosa())));
                prop_assert!(seller.status == before || allows(before, step));
            }
        }
    }
}
