//! The saga as a model, all of whose states are visited: two orders that want the same two variants, of which one is
//! there once and the other twice. Whatever was said may be heard at any time and any number of times, every call to
//! the provider is a step of its own whose answer may be lost, the customer cancels and the watchdog gives up whenever
//! they can.
//!
//! What an order and a payment become is read from the tables that the code runs on. What inventory does is the
//! table of `functions/inventory/src/reservation.rs`, which its own tests hold against the code.

use order::lifecycle::{Input, Status, transition};
use payment::lifecycle::{Input as Money, Status as Paid, transition as pay};
use stateright::{Checker, Model, Property};

/// What is there of each variant.
const STOCK: [u8; 2] = [1, 2];

/// What was said of an order. What was said once can be heard for ever.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Said {
    Placed,
    StockReserved,
    StockRefused,
    Expired,
    /// By the order: pay.
    PayNow,
    Authorized,
    Declined,
    Shipped,
    Cancelled,
}

/// What inventory holds for an order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
enum Held {
    Nothing,
    Pieces,
    /// And has said that their time is over.
    Overdue,
    Refused,
    Released,
    Committed,
}

/// What the provider has done.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
enum Provider {
    Nothing,
    /// For the customer to act.
    Waits,
    Declined,
    Holds,
    Captured,
    Released,
}

/// One order, and what the services know of it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct One {
    status: Status,
    said: u16,
    held: Held,
    payment: Option<Paid>,
    /// Whether a capture was written down, to be asked for.
    capturing: bool,
    provider: Provider,
}

impl One {
    fn has_said(&self, said: Said) -> bool {
        self.said & (1 << said as u16) != 0
    }

    fn say(&mut self, said: Said) {
        self.said |= 1 << said as u16;
    }

    /// The order hears something, by its own table.
    fn hear(&mut self, input: Input) -> Option<()> {
        let step = transition(self.status, input)?;
        self.status = step.to();
        match self.status {
            Status::StockReserved => self.say(Said::PayNow),
            Status::Shipped => self.say(Said::Shipped),
            Status::Cancelled => self.say(Said::Cancelled),
            _ => {}
        }
        Some(())
    }

    /// The payment hears something, by its own table.
    fn pay(&mut self, input: Money) -> Option<()> {
        self.payment = Some(pay(self.payment?, input)?);
        Some(())
    }

    /// Grows with each step, so that none leads back.
    fn rank(&self) -> u32 {
        let place = |paid: Paid| Paid::ALL.iter().position(|it| *it == paid);
        let payment = self.payment.and_then(place).map_or(0, |place| place + 1);
        let status = Status::ALL.iter().position(|it| *it == self.status);
        let sum = status.unwrap_or(0) + payment + self.held as usize + self.provider as usize;
        u32::try_from(sum).unwrap_or(0) + self.said.count_ones() + u32::from(self.capturing)
    }
}

/// Both, and what is left on the shelf.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct World {
    orders: [One; 2],
    available: [u8; 2],
}

/// What can happen to an order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Step {
    InventoryHearsPlaced,
    InventoryHearsCancelled,
    InventoryHearsShipped,
    TheTimeIsOver,
    OrderHears(Said, Input),
    TheCustomerCancels,
    TheSellerRejects,
    TheWatchdogGivesUp,
    TheSellerShips,
    PaymentHearsPayNow,
    TheProviderHolds,
    TheProviderDeclines,
    TheProviderWantsTheCustomer,
    TheCustomerActs,
    TheCustomerFails,
    TheTimeToActIsOver,
    TheAnswerIsLost,
    PaymentRecordsAnswer,
    PaymentHearsCancelled,
    TheProviderReleases,
    PaymentHearsShipped,
    TheProviderCaptures,
    PaymentRecordsCapture,
}

const STEPS: [Step; 28] = [
    Step::InventoryHearsPlaced,
    Step::InventoryHearsCancelled,
    Step::InventoryHearsShipped,
    Step::TheTimeIsOver,
    Step::OrderHears(Said::StockReserved, Input::StockReserved),
    Step::OrderHears(Said::StockRefused, Input::StockRefused),
    Step::OrderHears(Said::Expired, Input::ReservationExpired),
    Step::OrderHears(Said::Authorized, Input::PaymentAuthorized),
    Step::OrderHears(Said::Declined, Input::PaymentDeclined),
    Step::TheCustomerCancels,
    Step::TheSellerRejects,
    Step::TheWatchdogGivesUp,
    Step::TheSellerShips,
    Step::PaymentHearsPayNow,
    Step::TheProviderHolds,
    Step::TheProviderDeclines,
    Step::TheProviderWantsTheCustomer,
    Step::TheCustomerActs,
    Step::TheCustomerFails,
    Step::TheTimeToActIsOver,
    Step::TheAnswerIsLost,
    Step::PaymentRecordsAnswer,
    Step::PaymentHearsCancelled,
    Step::TheProviderReleases,
    Step::PaymentHearsShipped,
    Step::TheProviderCaptures,
    Step::PaymentRecordsCapture,
    // Delivery adds nothing to the money.
    Step::OrderHears(Said::Shipped, Input::DeliverLast),
];

impl World {
    fn inventory(&mut self, number: usize, step: Step) -> Option<()> {
        let one = &mut self.orders[number];
        match (step, one.held) {
            (Step::InventoryHearsPlaced, Held::Nothing) if one.has_said(Said::Placed) => {
                if self.available.iter().all(|pieces| *pieces > 0) {
                    for pieces in &mut self.available {
                        *pieces -= 1;
                    }
                    one.held = Held::Pieces;
                    one.say(Said::StockReserved);
                } else {
                    one.held = Held::Refused;
                    one.say(Said::StockRefused);
                }
            }
            (Step::TheTimeIsOver, Held::Pieces) => {
                one.held = Held::Overdue;
                one.say(Said::Expired);
            }
            (Step::InventoryHearsCancelled, Held::Nothing) if one.has_said(Said::Cancelled) => {
                one.held = Held::Released;
            }
            (Step::InventoryHearsCancelled, Held::Pieces | Held::Overdue)
                if one.has_said(Said::Cancelled) =>
            {
                one.held = Held::Released;
                for pieces in &mut self.available {
                    *pieces += 1;
                }
            }
            (Step::InventoryHearsShipped, Held::Pieces | Held::Overdue)
                if one.has_said(Said::Shipped) =>
            {
                one.held = Held::Committed;
            }
            _ => return None,
        }
        Some(())
    }
}

impl One {
    fn step(&mut self, step: Step) -> Option<()> {
        let holds = |provider| matches!(provider, Provider::Holds | Provider::Captured);
        match step {
            Step::OrderHears(said, input) => self.has_said(said).then(|| self.hear(input))?,
            Step::TheCustomerCancels => self.hear(Input::Cancel),
            Step::TheSellerRejects => self.hear(Input::Reject),
            Step::TheWatchdogGivesUp => self.status.waits().then(|| self.hear(Input::GiveUp))?,
            Step::TheSellerShips => self.hear(Input::ShipLast),
            // Written down before the provider is asked.
            Step::PaymentHearsPayNow if self.has_said(Said::PayNow) && self.payment.is_none() => {
                self.payment = Some(Paid::Pending);
                Some(())
            }
            Step::TheProviderHolds
            | Step::TheProviderDeclines
            | Step::TheProviderWantsTheCustomer
                if self.payment.is_some_and(Paid::is_open)
                    && self.provider == Provider::Nothing =>
            {
                self.provider = match step {
                    Step::TheProviderHolds => Provider::Holds,
                    Step::TheProviderDeclines => Provider::Declined,
                    _ => Provider::Waits,
                };
                Some(())
            }
            Step::TheCustomerActs | Step::TheCustomerFails if self.provider == Provider::Waits => {
                self.provider = match step {
                    Step::TheCustomerActs => Provider::Holds,
                    _ => Provider::Declined,
                };
                Some(())
            }
            Step::TheTimeToActIsOver => {
                self.pay(Money::ActionExpired)?;
                self.say(Said::Declined);
                Some(())
            }
            Step::TheAnswerIsLost if self.provider != Provider::Nothing => {
                let before = self.payment;
                self.pay(Money::AnswerLost)?;
                (self.payment != before).then_some(())
            }
            Step::PaymentRecordsAnswer => match self.provider {
                Provider::Holds => {
                    self.pay(Money::Held)?;
                    self.say(Said::Authorized);
                    Some(())
                }
                Provider::Declined => {
                    self.pay(Money::Refused)?;
                    self.say(Said::Declined);
                    Some(())
                }
                Provider::Waits => self.pay(Money::ActionNeeded),
                _ => None,
            },
            Step::PaymentHearsCancelled if self.has_said(Said::Cancelled) => match self.payment {
                None => {
                    self.payment = Some(Paid::Voided);
                    Some(())
                }
                Some(_) => self.pay(Money::OrderCancelled),
            },
            // Told to let go, it does, and refuses to hold anything afterwards.
            Step::TheProviderReleases
                if matches!(self.payment, Some(Paid::Voided | Paid::Declined))
                    && matches!(
                        self.provider,
                        Provider::Nothing | Provider::Waits | Provider::Holds
                    ) =>
            {
                self.provider = Provider::Released;
                Some(())
            }
            Step::PaymentHearsShipped
                if self.has_said(Said::Shipped)
                    && self.payment == Some(Paid::Authorized)
                    && !self.capturing =>
            {
                self.capturing = true;
                Some(())
            }
            Step::TheProviderCaptures if self.capturing && self.provider == Provider::Holds => {
                self.provider = Provider::Captured;
                Some(())
            }
            Step::PaymentRecordsCapture if self.capturing && holds(self.provider) => {
                (self.provider == Provider::Captured).then(|| self.pay(Money::Moved))?
            }
            _ => None,
        }
    }
}

struct Saga;

impl Model for Saga {
    type State = World;
    type Action = (usize, Step);

    fn init_states(&self) -> Vec<World> {
        let one = One {
            status: Status::Placed,
            said: 1 << Said::Placed as u16,
            held: Held::Nothing,
            payment: None,
            capturing: false,
            provider: Provider::Nothing,
        };
        vec![World {
            orders: [one.clone(), one],
            available: STOCK,
        }]
    }

    fn actions(&self, _: &World, actions: &mut Vec<(usize, Step)>) {
        actions.extend((0..2).flat_map(|number| STEPS.map(|step| (number, step))));
    }

    fn next_state(&self, world: &World, (number, step): (usize, Step)) -> Option<World> {
        let mut next = world.clone();
        if next.inventory(number, step).is_none() {
            next.orders[number].step(step)?;
        }
        let (before, after) = (&world.orders[number], &next.orders[number]);
        assert!(
            before.rank() < after.rank(),
            "{step:?} leads back: {before:?} {after:?}"
        );
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("nothing is sold that is not there", |_, world: &World| {
                let held =
                    |one: &&One| matches!(one.held, Held::Pieces | Held::Overdue | Held::Committed);
                let held = world.orders.iter().filter(held).count();
                let sums = world.available.iter().zip(STOCK);
                sums.into_iter()
                    .all(|(available, stock)| usize::from(*available) + held == usize::from(stock))
            }),
            Property::always(
                "nothing is shipped that nobody has paid for",
                |_, world: &World| {
                    let is_shipped =
                        |one: &&One| matches!(one.status, Status::Shipped | Status::Delivered);
                    let paid = [Provider::Holds, Provider::Captured];
                    world
                        .orders
                        .iter()
                        .filter(is_shipped)
                        .all(|one| paid.contains(&one.provider))
                },
            ),
            Property::always(
                "no money is taken for what is not shipped",
                |_, world: &World| {
                    let is_taken = |one: &&One| one.provider == Provider::Captured;
                    world
                        .orders
                        .iter()
                        .filter(is_taken)
                        .all(|one| one.has_said(Said::Shipped))
                },
            ),
            Property::always(
                "what has come to its end leaves nothing behind",
                |saga: &Saga, world: &World| {
                    let is_over = saga.next_steps(world).is_empty();
                    !is_over || world.orders.iter().all(is_clean)
                },
            ),
            Property::sometimes("an order is delivered", |_, world: &World| {
                world
                    .orders
                    .iter()
                    .any(|one| one.status == Status::Delivered)
            }),
            Property::sometimes(
                "money is held for an order that is off",
                |_, world: &World| {
                    let late = |one: &One| {
                        one.status == Status::Cancelled && one.provider == Provider::Holds
                    };
                    world.orders.iter().any(late)
                },
            ),
        ]
    }
}

/// Delivered, paid and out of the warehouse; or cancelled, with neither money nor pieces held.
fn is_clean(one: &One) -> bool {
    match one.status {
        Status::Delivered => {
            one.held == Held::Committed
                && one.provider == Provider::Captured
                && one.payment == Some(Paid::Captured)
        }
        Status::Cancelled => {
            matches!(one.held, Held::Released | Held::Refused)
                && matches!(one.provider, Provider::Released | Provider::Declined)
        }
        _ => false,
    }
}

/// No step leads back (each raises the rank, which the model asserts), so every run ends; and all ends are clean.
#[test]
fn the_saga_is_safe_and_ends_in_every_state_it_can_come_to() {
    let checked = Saga.checker().threads(2).spawn_bfs().join();
    checked.assert_properties();
    println!("{} states", checked.unique_state_count());
    assert!(checked.unique_state_count() > 9_000);
}
