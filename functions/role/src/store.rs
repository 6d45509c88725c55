//! Where roles are kept and who has them: the only file of the service that names tables.

use std::ops::Deref;

use contracts::{
    events::{RoleAssignmentsChanged, RoleChanged, RoleDeleted},
    views::KnownCustomer,
};
use dynamo::{
    Change, Command, Commands, Cursors, Db, Intent, Query, Stored, Table, table::Position,
};
use kernel::{Code, CustomerId, Page, Problem, Reply, RoleId, Timestamp, page::Limit};
use lambda::{Platform, http::Outcome};

use crate::{
    Assigned, Assignments, CustomerRoles, Graph, Holder, Holders, RoleView, graph::Author,
};

/// The roles as they were read.
#[derive(Debug)]
pub struct Known {
    stored: Option<Stored<Graph>>,
    graph: Graph,
}

impl Known {
    fn of(stored: Option<Stored<Graph>>) -> Self {
        let graph = stored.as_ref().map(|stored| stored.value.clone());
        Self {
            graph: graph.unwrap_or_default(),
            stored,
        }
    }

    /// Someone with these powers who changes them now.
    pub fn author<'a>(&self, powers: &'a kernel::Powers, now: Timestamp) -> Author<'a> {
        Author {
            powers,
            now,
            revision: self.stored.as_ref().map_or(1, |stored| stored.rev + 1),
        }
    }
}

impl Deref for Known {
    type Target = Graph;
    fn deref(&self) -> &Graph {
        &self.graph
    }
}

/// The roles of one customer as they were read.
#[derive(Debug)]
pub struct Assigning {
    stored: Option<Stored<Assignments>>,
    assignments: Assignments,
}

impl Assigning {
    fn of(customer: CustomerId, stored: Option<Stored<Assignments>>) -> Self {
        let assignments = stored.as_ref().map(|stored| stored.value.clone());
        Self {
            assignments: assignments.unwrap_or_else(|| Assignments::none(customer)),
            stored,
        }
    }
}

impl Deref for Assigning {
    type Target = Assignments;
    fn deref(&self) -> &Assignments {
        &self.assignments
    }
}

/// The roles and those who have them.
#[derive(Debug)]
pub struct Roles {
    db: Db,
    table: Table,
    commands: Commands,
}

impl Roles {
    /// The tables of this stage.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        Ok(Self::open(platform))
    }

    pub(crate) fn open(platform: &'static Platform) -> Self {
        Self {
            db: platform.db.clone(),
            table: platform.table("role", "roles"),
            commands: platform.commands("role"),
        }
    }

    /// All roles.
    pub async fn known(&self) -> Result<Known, Problem> {
        Ok(Known::of(self.table.get(&Graph::place()).await?))
    }

    /// All roles, and those that someone has.
    pub async fn held(&self, customer: CustomerId) -> Result<(Known, Assigning), Problem> {
        let assignments = (self.table.clone(), Assignments::place(customer));
        let (graph, assignments) = self.table.get_both((&Graph::place(), &assignments)).await?;
        Ok((Known::of(graph), Assigning::of(customer, assignments)))
    }

    /// The same of a customer whom someone else names.
    ///
    /// # Errors
    /// `customer_not_found` if there is no such account.
    pub async fn of_customer(&self, customer: CustomerId) -> Result<(Known, Assigning), Problem> {
        let (known, held) = self.held(customer).await?;
        // Who was ever given a role has an account.
        if held.stored.is_none() && self.db.view::<KnownCustomer>(&customer).await?.is_none() {
            return Err(Code::CustomerNotFound.into());
        }
        Ok((known, held))
    }

    /// Makes a role.
    pub async fn create(
        &self,
        (known, next): (&Known, &Graph),
        id: RoleId,
        intent: &Intent,
        reply: Reply<RoleView>,
    ) -> Outcome<RoleView> {
        let mut command = self.replace(known, next, "role.create", id, intent);
        command.insert(&self.table, &Holders::none(id));
        announce(&mut command, next, id)?;
        command.commit(reply).await
    }

    /// Changes a role; those who have it are told by [`crate::Spread`].
    pub async fn change(
        &self,
        (known, next): (&Known, &Graph),
        id: RoleId,
        intent: &Intent,
        reply: Reply<RoleView>,
    ) -> Outcome<RoleView> {
        let mut command = self.replace(known, next, "role.change", id, intent);
        announce(&mut command, next, id)?;
        command.commit(reply).await
    }

    /// Deletes a role.
    ///
    /// # Errors
    /// `role_in_use` while someone has it.
    pub async fn delete(
        &self,
        (known, next): (&Known, &Graph),
        id: RoleId,
        intent: &Intent,
        reply: Reply<()>,
    ) -> Outcome<()> {
        let holders = self.table.get::<Holders>(&Holders::place(id)).await?;
        let holders = holders.ok_or_else(Problem::contention)?;
        if holders.count > 0 {
            return Err(Problem::new(Code::RoleInUse)
                .detail(format!("So many have it: {}.", holders.count)));
        }
        let revision = known.get(id)?.revision + 1;
        let mut command = self.replace(known, next, "role.delete", id, intent);
        // Whoever is given the role in between changes the count.
        command.delete(&self.table, &holders);
        command.publish(revision, &RoleDeleted { role_id: id });
        command.commit(reply).await
    }

    fn replace(
        &self,
        known: &Known,
        next: &Graph,
        action: &str,
        id: RoleId,
        intent: &Intent,
    ) -> Command {
        let mut command = self.commands.begin(intent);
        command.save(&self.table, known.stored.as_ref(), next);
        command.audit(action, id);
        command
    }

    /// Gives a customer a role.
    pub async fn assign(
        &self,
        (known, held): (&Known, &Assigning),
        next: &Assignments,
        (id, assigned): (RoleId, Assigned),
        intent: &Intent,
        reply: Reply<CustomerRoles>,
    ) -> Outcome<CustomerRoles> {
        let mut command = self.tell((known, held), next, "role.assign", intent);
        command.insert(&self.table, &holder(id, next, assigned));
        let one_more = Change::set("#count = #count + :more");
        let one_more = one_more.name("#count", "count").number(":more", 1_u64);
        command.change(&self.table, &Holders::place(id), one_more);
        command.commit(reply).await
    }

    /// Takes a role from a customer.
    pub async fn revoke(
        &self,
        (known, held): (&Known, &Assigning),
        next: &Assignments,
        (id, assigned): (RoleId, Assigned),
        intent: &Intent,
        reply: Reply<()>,
    ) -> Outcome<()> {
        let mut command = self.tell((known, held), next, "role.revoke", intent);
        command.delete(&self.table, &holder(id, next, assigned).stored());
        let one_less = Change::set("#count = #count - :less");
        let one_less = one_less.name("#count", "count").number(":less", 1_u64);
        command.change(&self.table, &Holders::place(id), one_less);
        command.commit(reply).await
    }

    /// Announces what a customer's roles allow, if that is not what was last announced.
    pub(crate) async fn retell(
        &self,
        known: &Known,
        held: Stored<Assignments>,
        step: impl FnOnce(String) -> Intent,
    ) -> Result<(), Problem> {
        let next = held.retold(known);
        if next == held.value {
            return Ok(());
        }
        let step = step(format!("{} {}", held.customer_id(), held.rev));
        let held = Assigning::of(held.customer_id(), Some(held));
        let command = self.tell((known, &held), &next, "role.retell", &step);
        command.settle().await.map(drop)
    }

    /// Every change of what a customer has is announced, so that the revisions of the events have no gap. It holds
    /// for the roles as they were read: who changes one at the same time comes before, and this is decided again, or
    /// after, and finds the customer among those who have it.
    fn tell(
        &self,
        (known, held): (&Known, &Assigning),
        next: &Assignments,
        action: &str,
        intent: &Intent,
    ) -> Command {
        let mut command = self.commands.begin(intent);
        command.save(&self.table, held.stored.as_ref(), next);
        if let Some(graph) = &known.stored {
            command.require(&self.table, graph);
        }
        let changed = RoleAssignmentsChanged {
            customer_id: next.customer_id(),
            allowances: next.told(),
        };
        let revision = held.stored.as_ref().map_or(1, |stored| stored.rev + 1);
        command.publish(revision, &changed);
        command.audit(action, next.customer_id());
        command
    }

    /// Those who have a role.
    pub async fn holders(
        &self,
        id: RoleId,
        limit: Limit,
        (cursors, cursor): (&Cursors, Option<&str>),
    ) -> Result<Page<Stored<Holder>>, Problem> {
        let query = holders_of(id).limit(limit.get());
        let run = Holder::run(id);
        self.table.page(query, cursors, &run, cursor).await
    }

    /// The same, for going through all of them: so many after a place, and the next place.
    pub(crate) async fn walk(
        &self,
        id: RoleId,
        many: usize,
        after: Option<Position>,
    ) -> Result<(Vec<Stored<Holder>>, Option<Position>), Problem> {
        self.table.walk(holders_of(id).limit(many), after).await
    }

    /// What these customers have.
    pub(crate) async fn assignments(
        &self,
        customers: impl Iterator<Item = CustomerId>,
    ) -> Result<Vec<Stored<Assignments>>, Problem> {
        let keys = customers.map(Assignments::place).collect();
        self.table.get_many(keys).await
    }
}

fn holders_of(id: RoleId) -> Query {
    Query::table(Holder::run(id)).starting_with(Holder::PREFIX)
}

fn holder(id: RoleId, of: &Assignments, assigned: Assigned) -> Holder {
    Holder {
        role_id: id,
        customer_id: of.customer_id(),
        assigned,
    }
}

fn announce(command: &mut Command, next: &Graph, id: RoleId) -> Result<(), Problem> {
    let changed = RoleChanged {
        role_id: id,
        allowances: next.effective(id).into_iter().collect(),
    };
    command.publish(next.get(id)?.revision, &changed);
    Ok(())
}
