//! How sellers and their staff are kept:
//!
//! | table | item | key | |
//! |---|---|---|---|
//! | `sellers` | `seller` | `seller#<id>` / `seller` | by-status: `status#<status>` / since when; by-name: `sellers` / name |
//! | `staff` | `member` | `seller#<id>` / `member#<customer>` | kept when it has ended |
//! | `staff` | `invitation` | `seller#<id>` / `invitation#<id>` | until it is accepted, revoked or too old |
//! | `staff` | `invitations-sent` | `seller#<id>` / `sent` | counts the mails of a day |
//! | `staff` | `place` | `customer#<id>` / `place` | one at a time: the claim of a customer on working for one seller |

use contracts::{
    events::{
        SellerApplied, SellerApproved, SellerClosed, SellerReinstated, SellerRejected,
        SellerStaffChanged, SellerStaffInvited, SellerSuspended,
    },
    one_time::{OneTimeToken, Purpose, TokenKey},
};
use dynamo::{Command, Commands, Cursors, Intent, Item, Key, Query, Stored, Table};
use kernel::{
    Code, CustomerId, InvitationId, Line, Page, Problem, Reply, Role, SellerId, Timestamp,
    page::Limit, text::folded,
};
use lambda::{
    Platform,
    aws::Secrets,
    http::{self, Incoming, Outcome},
};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    lifecycle::{Status, Step},
    seller::{Reason, Seller, SellerView},
    staff::{Invitation, InvitationView, Member, MemberView, Place, Premises, Sent},
};

/// The run of all sellers by their names. It is read by admins alone.
const BY_NAME: &str = "sellers";

impl Item for Seller {
    const KIND: &'static str = "seller";

    fn key(&self) -> Key {
        Key::new(run_of(self.seller_id), "seller")
    }

    fn indexes(&self) -> Vec<(&'static str, String, String)> {
        let id = self.seller_id;
        vec![
            (
                "by-status",
                run_of_status(self.status),
                format!("{}#{id}", self.status_since),
            ),
            (
                "by-name",
                BY_NAME.to_owned(),
                format!("{}#{id}", self.sort_name()),
            ),
        ]
    }
}

fn run_of(seller: SellerId) -> String {
    format!("seller#{seller}")
}

fn run_of_status(status: Status) -> String {
    format!("status#{status}")
}

const MEMBERS: &str = "member#";
const INVITATIONS: &str = "invitation#";

fn member_key(seller: SellerId, customer: CustomerId) -> Key {
    Key::new(run_of(seller), format!("{MEMBERS}{customer}"))
}

impl Item for Member {
    const KIND: &'static str = "member";

    fn key(&self) -> Key {
        member_key(self.seller_id, self.customer_id)
    }
}

fn invitation_key(seller: SellerId, invitation: InvitationId) -> Key {
    Key::new(run_of(seller), format!("{INVITATIONS}{invitation}"))
}

impl Item for Invitation {
    const KIND: &'static str = "invitation";

    fn key(&self) -> Key {
        invitation_key(self.seller_id, self.invitation_id)
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.expires)
    }
}

fn sent_key(seller: SellerId) -> Key {
    Key::new(run_of(seller), "sent")
}

impl Item for Sent {
    const KIND: &'static str = "invitations-sent";

    fn key(&self) -> Key {
        sent_key(self.seller_id)
    }
}

fn place_key(customer: CustomerId) -> Key {
    Key::new(format!("customer#{customer}"), "place")
}

impl Item for Place {
    const KIND: &'static str = "place";

    fn key(&self) -> Key {
        place_key(self.customer_id)
    }
}

/// Which sellers an admin looks for.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SellerFilter {
    /// How many at most: 1 to 100, 20 unless told.
    #[serde(default)]
    pub limit: Limit,
    /// Where to go on: `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// Only those that stand there. With `q` too, a page may be short and still have more to come.
    pub status: Option<Status>,
    /// Only those whose name begins with this, whatever its case.
    pub q: Option<Line<1, 100>>,
}

/// The sellers and their staff, as the service's functions read and write them.
#[derive(Debug)]
pub struct Sellers {
    table: Table,
    staff: Table,
    commands: Commands,
}

impl Sellers {
    /// Over the platform that the function was given.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        Ok(Self {
            table: platform.table("seller", "sellers"),
            staff: platform.table("seller", "staff"),
            commands: platform.commands("seller"),
        })
    }

    /// A seller, if there is one.
    pub async fn seller(&self, id: SellerId) -> Result<Option<Stored<Seller>>, Problem> {
        let key = Key::new(run_of(id), "seller");
        self.table.get(&key).await
    }

    /// The seller that a request names.
    ///
    /// # Errors
    /// `seller_not_found`, whether there is none or it is out of the caller's reach.
    pub async fn reached(&self, request: &Incoming) -> Result<Stored<Seller>, Problem> {
        let id = request.path("id", Code::SellerNotFound)?;
        request.reach(self.seller(id).await?, Code::SellerNotFound)
    }

    /// The seller whose staff a request is about, which need not have a record.
    ///
    /// # Errors
    /// `seller_not_found` where it is out of the caller's reach.
    pub fn premises(request: &Incoming) -> Result<SellerId, Problem> {
        let id = request.path("id", Code::SellerNotFound)?;
        if request.reaches(&Premises(id)) {
            Ok(id)
        } else {
            Err(Code::SellerNotFound.into())
        }
    }

    /// Sellers by name or, where a state is asked for alone, those in it, the longest first.
    pub async fn list(
        &self,
        filter: &SellerFilter,
        cursors: &Cursors,
    ) -> Result<Page<SellerView>, Problem> {
        let query = match (filter.status, &filter.q) {
            (Some(status), None) => Query::index("by-status", run_of_status(status)),
            (_, Some(start)) => Query::index("by-name", BY_NAME).starting_with(folded(start)),
            (None, None) => Query::index("by-name", BY_NAME),
        };
        let scope = format!("sellers {:?} {:?}", filter.status, filter.q);
        let query = query.limit(filter.limit.get());
        let cursor = filter.cursor.as_deref();
        let mut page: Page<Stored<Seller>> =
            self.table.page(query, cursors, &scope, cursor).await?;
        let fits = |seller: &Stored<Seller>| filter.status.is_none_or(|it| it == seller.status);
        page.data.retain(fits);
        Ok(page.map(|seller| seller.view(seller.created_at)))
    }

    /// Writes an application, and that its owner works for no one else.
    ///
    /// # Errors
    /// `works_elsewhere`.
    pub async fn apply(
        &self,
        before: Option<&Stored<Seller>>,
        seller: &Seller,
        intent: &Intent,
        reply: Reply<SellerView>,
    ) -> Outcome<SellerView> {
        let place = Place {
            customer_id: seller.owner_id,
            seller_id: seller.seller_id,
        };
        let mut command = self.commands.begin(intent);
        command.insert(&self.staff, &place).or(Code::WorksElsewhere);
        command.save(&self.table, before, seller);
        let rev = before.map_or(1, |before| before.rev + 1);
        announce(&mut command, rev, seller, Step::Apply);
        command.audit(Step::Apply.action(), seller.seller_id);
        command.commit(reply).await
    }

    /// Writes what a step makes of a seller, announces it, and shows it; a step to where it stands changes nothing.
    ///
    /// # Errors
    /// `seller_step_refused`.
    pub async fn turn(
        &self,
        read: &Stored<Seller>,
        step: Step,
        reason: Option<Reason>,
        request: &Incoming,
    ) -> Outcome<SellerView> {
        let Some(next) = read.take(step, reason, request.now)? else {
            return Ok(http::ok(&read.view(read.created_at))?.version(read.rev));
        };
        let reply = http::ok(&next.view(read.created_at))?.version(read.rev + 1);
        let mut command = self.commands.begin(request.intent());
        command.update(&self.table, read, &next);
        if step.frees_the_owner() {
            let key = place_key(read.owner_id);
            let place = self.staff.get::<Place>(&key).await?;
            if let Some(place) = place.filter(|place| place.seller_id == read.seller_id) {
                command.delete(&self.staff, &place);
            }
        }
        announce(&mut command, read.rev + 1, &next, step);
        command.audit(step.action(), read.seller_id);
        command.commit(reply).await
    }

    /// Keeps what a seller says of itself.
    pub async fn describe(
        &self,
        read: &Stored<Seller>,
        next: &Seller,
        intent: &Intent,
        reply: Reply<SellerView>,
    ) -> Outcome<SellerView> {
        let mut command = self.commands.begin(intent);
        command.update(&self.table, read, next);
        command.audit("seller.describe", read.seller_id);
        command.commit(reply).await
    }

    /// Writes an invitation, which announces that a mail is to go out.
    ///
    /// # Errors
    /// `too_many_requests` where the seller has had enough of them sent today.
    pub async fn invite(
        &self,
        invitation: &Invitation,
        intent: &Intent,
        reply: Reply<InvitationView>,
    ) -> Outcome<InvitationView> {
        let (seller_id, invitation_id) = (invitation.seller_id, invitation.invitation_id);
        let before = self.staff.get::<Sent>(&sent_key(seller_id)).await?;
        let sent = Sent::one_more(before.as_deref(), seller_id, intent.now)?;
        let mut command = self.commands.begin(intent);
        command.save(&self.staff, before.as_ref(), &sent);
        command.insert(&self.staff, invitation);
        let invited = SellerStaffInvited {
            seller_id,
            invitation_id,
        };
        command.publish(1, &invited);
        command.audit("staff.invite", invitation_id);
        command.commit(reply).await
    }

    /// The invitations of a seller that can still be accepted, the oldest first.
    pub async fn invitations(
        &self,
        seller: SellerId,
        limit: Limit,
        (cursors, cursor): (&Cursors, Option<&str>),
        now: Timestamp,
    ) -> Result<Page<InvitationView>, Problem> {
        let run = Query::table(run_of(seller)).starting_with(INVITATIONS);
        let scope = format!("invitations {seller}");
        let query = run.limit(limit.get());
        let mut page: Page<Stored<Invitation>> =
            self.staff.page(query, cursors, &scope, cursor).await?;
        // What is too old and not cleaned up yet.
        page.data.retain(|invitation| invitation.is_open(now));
        Ok(page.map(|invitation| invitation.view(invitation.created_at)))
    }

    /// The invitation that a request names, if its caller may take it back and it can still be accepted.
    ///
    /// # Errors
    /// `invitation_not_found`, whether there is none or it is out of reach.
    pub async fn reached_invitation(
        &self,
        request: &Incoming,
    ) -> Result<Stored<Invitation>, Problem> {
        let missing = Code::InvitationNotFound;
        let key = invitation_key(
            request.path("id", missing)?,
            request.path("invitation_id", missing)?,
        );
        let found = self.staff.get::<Invitation>(&key).await?;
        request.reach(found.filter(|it| it.is_open(request.now)), missing)
    }

    /// Removes an invitation.
    pub async fn revoke(
        &self,
        invitation: &Stored<Invitation>,
        intent: &Intent,
        reply: Reply<()>,
    ) -> Outcome<()> {
        let mut command = self.commands.begin(intent);
        command.delete(&self.staff, invitation);
        command.audit("staff.revoke-invitation", invitation.invitation_id);
        command.commit(reply).await
    }

    /// Makes the caller staff of the seller that has invited, and spends the invitation.
    ///
    /// # Errors
    /// `invalid_token` for an invitation that is spent, revoked or too old; `works_elsewhere`;
    /// `seller_step_refused` where the seller does not sell.
    pub async fn accept(&self, token: &OneTimeToken, request: &Incoming) -> Outcome<MemberView> {
        let (caller, now) = (request.caller()?, request.now);
        let (invitation, seller_id) = token.invitation();
        let invitation = invitation_key(seller_id, invitation);
        let seller = (self.table.clone(), Key::new(run_of(seller_id), "seller"));
        let (invitation, seller) = self
            .staff
            .get_both::<Invitation, Seller>((&invitation, &seller))
            .await?;
        let invitation = invitation.filter(|invitation| invitation.is_open(now));
        let (Some(invitation), Some(seller)) = (invitation, seller) else {
            return Err(Code::InvalidToken.into());
        };
        seller.must_sell()?;
        // An admin may have made a seller of someone, who then has no place here to stand in the way.
        if caller.powers.roles.contains(&Role::Seller) {
            return Err(Code::WorksElsewhere.into());
        }

        let key = member_key(seller_id, caller.customer);
        let before = self.staff.get::<Member>(&key).await?;
        let member = Member::joins(&invitation, caller.customer, now);
        let place = Place {
            customer_id: caller.customer,
            seller_id,
        };
        let shown = member
            .view()
            .ok_or_else(|| Problem::internal("who joins works"))?;
        let mut command = self.commands.begin(request.intent());
        command.insert(&self.staff, &place).or(Code::WorksElsewhere);
        command.delete(&self.staff, &invitation);
        command.require(&self.table, &seller);
        command.save(&self.staff, before.as_ref(), &member);
        tell(&mut command, before.as_ref(), &member);
        command.audit("staff.join", caller.customer);
        command.commit(http::ok(&shown)?).await
    }

    /// Who works for a seller: on the first page the owner before all others.
    pub async fn members(
        &self,
        seller: &Stored<Seller>,
        limit: Limit,
        (cursors, cursor): (&Cursors, Option<&str>),
    ) -> Result<Page<MemberView>, Problem> {
        let run = Query::table(run_of(seller.seller_id)).starting_with(MEMBERS);
        let scope = format!("staff {}", seller.seller_id);
        let query = run.limit(limit.get());
        let page: Page<Stored<Member>> = self.staff.page(query, cursors, &scope, cursor).await?;
        let owner = MemberView::owner(seller, seller.created_at);
        let owner = cursor.is_none().then_some(owner);
        let others = page.data.iter().filter_map(|member| member.view());
        Ok(Page::new(
            owner.into_iter().chain(others).collect(),
            page.next_cursor,
        ))
    }

    /// The member of a staff that a request names.
    ///
    /// # Errors
    /// `owner_stays` where it is the owner; `staff_not_found`, whether there is none or it is out of reach.
    pub async fn reached_member(&self, request: &Incoming) -> Result<Stored<Member>, Problem> {
        let missing = Code::StaffNotFound;
        let (seller, named) = (
            request.path("id", missing)?,
            request.path("customer_id", missing)?,
        );
        crate::staff::owner_stays(seller, named, request.seller()?)?;
        let found = self.staff.get::<Member>(&member_key(seller, named)).await?;
        request.reach(found.filter(|member| member.works()), missing)
    }

    /// Keeps another role of someone of the staff.
    pub async fn reassign(
        &self,
        read: &Stored<Member>,
        next: &Member,
        intent: &Intent,
        reply: Reply<MemberView>,
    ) -> Outcome<MemberView> {
        let mut command = self.commands.begin(intent);
        command.update(&self.staff, read, next);
        tell(&mut command, Some(read), next);
        command.audit("staff.reassign", read.customer_id);
        command.commit(reply).await
    }

    /// Takes someone off a staff.
    pub async fn remove(
        &self,
        read: &Stored<Member>,
        intent: &Intent,
        reply: Reply<()>,
    ) -> Outcome<()> {
        let command = self.end(read, "staff.remove", intent).await?;
        command.commit(reply).await
    }

    /// Takes all off the staff of a seller that has ended, each in a step of its own.
    pub async fn dismiss(&self, seller: SellerId, intent: &Intent) -> Result<(), Problem> {
        let mut after = None;
        loop {
            let run = Query::table(run_of(seller)).starting_with(MEMBERS);
            let (members, next) = self.staff.walk::<Member>(run, after).await?;
            for member in members.iter().filter(|member| member.works()) {
                let step = Intent {
                    key: format!("{}#{}", intent.key, member.customer_id),
                    ..intent.clone()
                };
                let command = self.end(member, "staff.dismiss", &step).await?;
                command.settle().await?;
            }
            after = next;
            if after.is_none() {
                return Ok(());
            }
        }
    }

    async fn end(
        &self,
        read: &Stored<Member>,
        action: &str,
        intent: &Intent,
    ) -> Result<Command, Problem> {
        let place = self
            .staff
            .get::<Place>(&place_key(read.customer_id))
            .await?;
        let gone = read.leaves(intent.now);
        let mut command = self.commands.begin(intent);
        command.update(&self.staff, read, &gone);
        if let Some(place) = place.filter(|place| place.seller_id == read.seller_id) {
            command.delete(&self.staff, &place);
        }
        tell(&mut command, Some(read), &gone);
        command.audit(action, read.customer_id);
        Ok(command)
    }
}

/// Reads the tokens of mails: the sellers, and the key that tokens are made with.
#[derive(Debug)]
pub struct Tokens {
    /// The sellers.
    pub sellers: Sellers,
    key: TokenKey,
}

impl Tokens {
    /// Reads the key, once in the life of the process.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        let secrets = Secrets::connect(&platform.connection);
        let key = secrets.get(platform.setting("SECRET_ONE_TIME_TOKEN_KEY")?);
        Ok(Self {
            key: TokenKey::new(&key.await?)?,
            sellers: Sellers::start(platform).await?,
        })
    }

    /// The token that was sent.
    ///
    /// # Errors
    /// `invalid_token` for what we have not made.
    pub fn read(&self, sent: &str) -> Result<OneTimeToken, Problem> {
        OneTimeToken::read(sent)
            .filter(|token| self.key.has_made(Purpose::AcceptInvitation, token))
            .ok_or_else(|| Code::InvalidToken.into())
    }
}

fn tell(command: &mut Command, before: Option<&Stored<Member>>, member: &Member) {
    let changed = SellerStaffChanged {
        seller_id: member.seller_id,
        customer_id: member.customer_id,
        role: member.job.map(Into::into),
    };
    command.publish(before.map_or(1, |before| before.rev + 1), &changed);
}

fn announce(command: &mut Command, rev: u64, seller: &Seller, step: Step) {
    let (seller_id, customer_id) = (seller.seller_id, seller.owner_id);
    macro_rules! say {
        ($event:ident) => {
            command.publish(
                rev,
                &$event {
                    seller_id,
                    customer_id,
                },
            )
        };
    }
    match step {
        Step::Apply => say!(SellerApplied),
        Step::Approve => say!(SellerApproved),
        Step::Reject => say!(SellerRejected),
        Step::Suspend => say!(SellerSuspended),
        Step::Reinstate => say!(SellerReinstated),
        Step::Close => say!(SellerClosed),
    };
}
