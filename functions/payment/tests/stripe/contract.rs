//! What every provider does, whoever it is: one table of cases, played against the sandbox and against Stripe's
//! stand-in.

use contracts::events::DisputeOutcome;
use kernel::{Currency, Money, OrderId, SellerId, Timestamp};
use payment::{
    Answer, Charge, Hold, Objection, PaymentProvider, Provider, Remittance, SandboxPage, Transfer,
    Trouble,
    dispute::{Reason, Status as Standing},
    payment::payment_id,
    provider::{Deed, Plea},
    sandbox::Outcome,
};

use crate::standin::StandIn;

/// A payment method, by what is to come of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Card {
    Good,
    Declined,
    /// The customer has to act first.
    Waits,
    /// No provider knows it.
    Unknown,
}

impl Card {
    fn method(self, provider: Provider) -> &'static str {
        match (self, provider) {
            (Self::Good, Provider::Sandbox) => "pm_sandbox_ok",
            (Self::Good, Provider::Stripe) => "pm_card_visa",
            (Self::Declined, Provider::Sandbox) => "pm_sandbox_declined",
            (Self::Declined, Provider::Stripe) => "pm_card_chargeDeclined",
            (Self::Waits, Provider::Sandbox) => "pm_sandbox_3ds",
            (Self::Waits, Provider::Stripe) => "pm_card_authenticationRequired",
            (Self::Unknown, _) => "pm_of_nobody",
        }
    }
}

/// What is done, and what is to come of it. Amounts are in minor units; parts are told apart by their numbers.
#[derive(Clone, Copy, Debug)]
enum Step {
    Holds,
    Waits,
    DeclinesBecause(&'static str),
    /// What the books say: of the same.
    BooksHold,
    BooksWait,
    BooksDecline(&'static str),
    BooksKnowNothing,
    /// The customer acts, and the bank agrees or does not.
    Acts(bool),
    Captures(u32, u64),
    RefusesCapture(u32, u64, &'static str),
    /// In another currency than is held.
    RefusesCurrency,
    CannotCapture,
    Refunds(u32, u64),
    RefusesRefund(u32, u64, &'static str),
    /// What was said under the key of a capture is found.
    Finds(u32),
    FindsNothing(u32),
    LetsGo(bool),
    /// The customer's bank takes so much back.
    Disputes(u64),
    /// It decides for us, or against.
    Decides(bool),
    /// We answer, with this or by giving up, under the key of this number.
    Answers(u32, Option<&'static str>),
    RefusesAnswer(u32, Option<&'static str>, &'static str),
    /// The books have one dispute, of so much, standing there; of the charge and of late.
    BooksDispute(u64, Standing),
    /// So much is gone by disputes.
    Gone(u64),
    /// The books add up to so much held, captured, refunded and released.
    AddsUp(u64, u64, u64, u64),
}

#[allow(
    clippy::enum_glob_use,
    reason = "a table of cases reads as a list of steps"
)]
use Step::*;

const CASES: &[(&str, Card, &[Step])] = &[
    (
        "money is held once, however often that is asked",
        Card::Good,
        &[
            BooksKnowNothing,
            AddsUp(0, 0, 0, 0),
            Holds,
            Holds,
            BooksHold,
            Holds,
            AddsUp(3_998, 0, 0, 0),
        ],
    ),
    (
        "a declined card is declined again",
        Card::Declined,
        &[
            DeclinesBecause("card_declined"),
            DeclinesBecause("card_declined"),
            BooksDecline("card_declined"),
            LetsGo(false),
            AddsUp(0, 0, 0, 0),
        ],
    ),
    (
        "a method that nobody knows is declined",
        Card::Unknown,
        &[
            DeclinesBecause("unknown_payment_method"),
            DeclinesBecause("unknown_payment_method"),
            LetsGo(false),
            AddsUp(0, 0, 0, 0),
        ],
    ),
    (
        "a customer who acts has the money held",
        Card::Waits,
        &[
            Waits,
            BooksWait,
            Waits,
            Acts(true),
            BooksHold,
            Holds,
            Captures(1, 3_998),
            AddsUp(3_998, 3_998, 0, 0),
        ],
    ),
    (
        "a customer whose bank does not agree has not",
        Card::Waits,
        &[
            Waits,
            Acts(false),
            BooksDecline("authentication_failed"),
            LetsGo(false),
            AddsUp(0, 0, 0, 0),
        ],
    ),
    (
        "what waits for its customer can be let go of, and is never held",
        Card::Waits,
        &[
            Waits,
            LetsGo(false),
            LetsGo(false),
            DeclinesBecause("voided"),
            AddsUp(0, 0, 0, 0),
        ],
    ),
    (
        "all of it is moved at once, and nothing is left to let go of",
        Card::Good,
        &[
            Holds,
            Captures(1, 3_998),
            Captures(1, 3_998),
            LetsGo(false),
            BooksHold,
            AddsUp(3_998, 3_998, 0, 0),
        ],
    ),
    (
        "parts are moved once each, and found by their keys",
        Card::Good,
        &[
            Holds,
            FindsNothing(1),
            Captures(1, 1_000),
            Captures(1, 1_000),
            Finds(1),
            FindsNothing(2),
            Captures(2, 2_000),
            Captures(1, 1_000),
            Captures(3, 998),
            Finds(2),
            Finds(3),
            LetsGo(false),
            AddsUp(3_998, 3_998, 0, 0),
        ],
    ),
    (
        "the rest after a part is let go of, once",
        Card::Good,
        &[
            Holds,
            Captures(1, 1_000),
            LetsGo(true),
            LetsGo(true),
            BooksHold,
            AddsUp(3_998, 1_000, 0, 2_998),
        ],
    ),
    (
        "what was let go of cannot be moved",
        Card::Good,
        &[
            Holds,
            Captures(1, 1_000),
            LetsGo(true),
            RefusesCapture(2, 1, "amount_too_large"),
            Captures(1, 1_000),
            AddsUp(3_998, 1_000, 0, 2_998),
        ],
    ),
    (
        "all of it is let go of, once, and never held again",
        Card::Good,
        &[
            Holds,
            LetsGo(true),
            LetsGo(true),
            DeclinesBecause("voided"),
            BooksDecline("voided"),
            AddsUp(3_998, 0, 0, 3_998),
        ],
    ),
    (
        "what is let go of before it was held is never held",
        Card::Good,
        &[
            LetsGo(false),
            LetsGo(false),
            DeclinesBecause("voided"),
            AddsUp(0, 0, 0, 0),
        ],
    ),
    (
        "nothing can be moved that was never held",
        Card::Good,
        &[CannotCapture, Holds, AddsUp(3_998, 0, 0, 0)],
    ),
    (
        "no more is moved than is held, nor in another currency, nor two amounts under one key",
        Card::Good,
        &[
            Holds,
            RefusesCapture(1, 3_999, "amount_too_large"),
            RefusesCurrency,
            Captures(3, 3_000),
            RefusesCapture(3, 1, "key_reused"),
            RefusesCapture(4, 999, "amount_too_large"),
            Captures(5, 998),
            AddsUp(3_998, 3_998, 0, 0),
        ],
    ),
    (
        "money is given back in parts, once each, and never more than was moved",
        Card::Good,
        &[
            Holds,
            RefusesRefund(1, 100, "amount_too_large"),
            Captures(1, 1_000),
            Refunds(2, 400),
            Refunds(2, 400),
            RefusesRefund(2, 300, "key_reused"),
            Refunds(3, 500),
            RefusesRefund(4, 101, "amount_too_large"),
            Captures(2, 1_000),
            Refunds(5, 1_100),
            LetsGo(true),
            AddsUp(3_998, 2_000, 2_000, 1_998),
        ],
    ),
    (
        "what a bank takes back is gone, and comes back when it decides for us",
        Card::Good,
        &[
            Holds,
            Captures(1, 3_998),
            Gone(0),
            Disputes(1_000),
            BooksDispute(1_000, Standing::NeedsResponse),
            Gone(1_000),
            Answers(1, Some("Sent on Monday.")),
            Answers(1, Some("Sent on Monday.")),
            BooksDispute(1_000, Standing::UnderReview),
            RefusesAnswer(2, Some("And on Tuesday."), "not_open"),
            Decides(true),
            BooksDispute(1_000, Standing::Won),
            Gone(0),
            AddsUp(3_998, 3_998, 0, 0),
        ],
    ),
    (
        "evidence may win or lose at once",
        Card::Good,
        &[
            Holds,
            Captures(1, 3_998),
            Disputes(3_998),
            Answers(1, Some("winning_evidence")),
            BooksDispute(3_998, Standing::Won),
            Answers(1, Some("winning_evidence")),
            Gone(0),
        ],
    ),
    (
        "whoever gives up has lost, once",
        Card::Good,
        &[
            Holds,
            Captures(1, 3_998),
            Disputes(500),
            Answers(1, None),
            Answers(1, None),
            BooksDispute(500, Standing::Lost),
            RefusesAnswer(2, Some("winning_evidence"), "not_open"),
            Gone(500),
        ],
    ),
];

struct Bench {
    stage: testkit::Stage,
    provider: Box<dyn PaymentProvider>,
    charge: Charge,
    /// Where the customer acts, of the one or the other.
    page: Page,
}

enum Page {
    Sandbox(Box<SandboxPage>),
    Stripe(StandIn),
}

fn eur(amount: u64) -> Money {
    Money::new(amount, Currency::EUR).unwrap()
}

impl Bench {
    async fn new(of: Provider, card: Card) -> Self {
        let standin = StandIn::start();
        let stage = crate::stage_of(&standin).with("PAYMENT_PROVIDER", of.name());
        // It may let go, so it may write; whatever a provider is asked, this function may ask it.
        let platform = stage.platform("authorize-payment-on-order-stock-reserved");
        let order_id: OrderId = stage.ids.fresh(stage.clock.now());
        let page = match of {
            Provider::Sandbox => {
                let platform = stage.platform("complete-sandbox-charge");
                Page::Sandbox(Box::new(SandboxPage::start(platform).await.unwrap()))
            }
            Provider::Stripe => Page::Stripe(standin),
        };
        Self {
            provider: of.open(platform).await.unwrap(),
            charge: Charge {
                key: payment_id(order_id).to_string(),
                order_id,
                amount: eur(3_998),
                method: card.method(of).to_owned(),
            },
            page,
            stage,
        }
    }

    fn part(&self, kind: &str, number: u32, amount: Money) -> Transfer {
        let key = format!("{}#{kind}#{number}", self.charge.key);
        Transfer { key, amount }
    }

    async fn capture(&self, number: u32, amount: Money) -> Result<Answer, Trouble> {
        let part = self.part("capture", number, amount);
        self.provider.capture(&self.charge, &part).await
    }

    async fn refund(&self, number: u32, amount: u64) -> Result<Answer, Trouble> {
        let part = self.part("refund", number, eur(amount));
        self.provider.refund(&self.charge, &part).await
    }

    async fn find(&self, number: u32) -> Result<Option<Answer>, Trouble> {
        let key = self.part("capture", number, eur(0)).key;
        self.provider.find(&self.charge, &key).await
    }

    async fn books(&self) -> Option<Hold> {
        let standing = self.provider.look_up(&self.charge).await.unwrap()?;
        let about = &standing.about;
        assert_eq!(about.key, self.charge.key);
        assert_eq!(about.order_id, self.charge.order_id);
        assert_eq!(about.amount, self.charge.amount);
        assert_eq!(about.account, self.provider.account());
        Some(standing.hold)
    }

    async fn acts(&self, is_agreed: bool) {
        match &self.page {
            Page::Stripe(standin) => standin.act(is_agreed),
            Page::Sandbox(page) => {
                let outcome = if is_agreed {
                    Outcome::Succeeded
                } else {
                    Outcome::Failed
                };
                let payment = payment_id(self.charge.order_id);
                let now = self.stage.clock.now();
                page.complete(payment, outcome, now).await.unwrap();
            }
        }
    }

    /// What the customer's bank does: takes so much back, or decides.
    async fn objects(&self, amount: Option<u64>, is_won: Option<bool>) {
        match &self.page {
            Page::Stripe(standin) => {
                if let Some(amount) = amount {
                    standin.dispute(amount, "product_not_received");
                }
                if let Some(is_won) = is_won {
                    standin.decide(is_won);
                }
            }
            Page::Sandbox(page) => {
                let outcome = is_won.map(|is_won| {
                    if is_won {
                        DisputeOutcome::Won
                    } else {
                        DisputeOutcome::Lost
                    }
                });
                let objection = Objection {
                    number: 1,
                    reason: Some(Reason::ProductNotReceived),
                    amount: amount.map(eur),
                    outcome,
                };
                let payment = payment_id(self.charge.order_id);
                let now = self.stage.clock.now();
                page.dispute(payment, &objection, now).await.unwrap();
            }
        }
    }

    async fn answer(&self, number: u32, text: Option<&str>) -> Result<Answer, Trouble> {
        let cases = self.provider.disputes_of(&self.charge).await.unwrap();
        let plea = Plea {
            key: format!("dsp_1#response#{number}"),
            evidence: text.map(str::to_owned),
        };
        let reference = &cases[0].reference;
        let answered = self.provider.answer_dispute(&self.charge, reference, &plea);
        answered.await
    }

    async fn books_dispute(&self, amount: u64, status: Standing) {
        let of_charge = self.provider.disputes_of(&self.charge).await.unwrap();
        let since = self.provider.disputes_since(Timestamp::from_second(0));
        let since = since.await.unwrap();
        assert!(!since.has_more);
        for cases in [&of_charge, &since.cases] {
            let [case] = &cases[..] else {
                panic!("one dispute: {cases:?}");
            };
            assert_eq!(case.charge, self.charge.key);
            assert_eq!((case.amount, case.status), (eur(amount), status));
            assert_eq!(case.reason, Reason::ProductNotReceived);
            assert_eq!(case.reference, of_charge[0].reference);
        }
    }

    async fn gone(&self) -> u64 {
        let entries = self.provider.entries(&self.charge).await.unwrap();
        let sum = |deed: Deed| -> u64 {
            let done = entries.iter().filter(|entry| entry.deed == deed);
            done.map(|entry| entry.amount.amount()).sum()
        };
        sum(Deed::Withdraw) - sum(Deed::Reinstate)
    }

    async fn sums(&self) -> (u64, u64, u64, u64) {
        let entries = self.provider.entries(&self.charge).await.unwrap();
        let sum = |deed: Deed| {
            let done = entries.iter();
            let done = done.filter(|entry| entry.deed == deed && entry.answer == Answer::Done);
            done.map(|entry| entry.amount.amount()).sum()
        };
        (
            sum(Deed::Hold),
            sum(Deed::Capture),
            sum(Deed::Refund),
            sum(Deed::Release),
        )
    }

    async fn play(&self, step: Step) {
        let declined = |reason: &str| Hold::Declined(reason.to_owned());
        let refused = |reason: &str| Ok(Answer::Declined(reason.to_owned()));
        let waits = |hold: &Hold| matches!(hold, Hold::ActionRequired(url) if !url.is_empty());
        let authorized = self.provider.authorize(&self.charge);
        match step {
            Holds => assert_eq!(authorized.await, Ok(Hold::Held)),
            Waits => assert!(waits(&authorized.await.unwrap())),
            DeclinesBecause(reason) => assert_eq!(authorized.await, Ok(declined(reason))),
            BooksHold => assert_eq!(self.books().await, Some(Hold::Held)),
            BooksWait => assert!(waits(&self.books().await.unwrap())),
            BooksDecline(reason) => assert_eq!(self.books().await, Some(declined(reason))),
            BooksKnowNothing => assert_eq!(self.books().await, None),
            Acts(is_agreed) => self.acts(is_agreed).await,
            Captures(number, amount) => {
                assert_eq!(self.capture(number, eur(amount)).await, Ok(Answer::Done));
            }
            RefusesCapture(number, amount, reason) => {
                assert_eq!(self.capture(number, eur(amount)).await, refused(reason));
            }
            RefusesCurrency => {
                let yen = Money::new(1, "JPY".parse().unwrap()).unwrap();
                assert_eq!(self.capture(2, yen).await, refused("wrong_currency"));
            }
            CannotCapture => {
                let asked = self.capture(1, eur(1)).await;
                assert_eq!(asked, Err(Trouble::Unavailable));
            }
            Refunds(number, amount) => {
                assert_eq!(self.refund(number, amount).await, Ok(Answer::Done));
            }
            RefusesRefund(number, amount, reason) => {
                assert_eq!(self.refund(number, amount).await, refused(reason));
            }
            Finds(number) => assert_eq!(self.find(number).await, Ok(Some(Answer::Done))),
            FindsNothing(number) => assert_eq!(self.find(number).await, Ok(None)),
            LetsGo(had_held) => {
                assert_eq!(self.provider.void(&self.charge).await, Ok(had_held));
            }
            Disputes(amount) => self.objects(Some(amount), None).await,
            Decides(is_won) => self.objects(None, Some(is_won)).await,
            Answers(number, text) => {
                assert_eq!(self.answer(number, text).await, Ok(Answer::Done));
            }
            RefusesAnswer(number, text, reason) => {
                assert_eq!(self.answer(number, text).await, refused(reason));
            }
            BooksDispute(amount, status) => self.books_dispute(amount, status).await,
            Gone(amount) => assert_eq!(self.gone().await, amount),
            AddsUp(held, captured, refunded, released) => {
                let expected = (held, captured, refunded, released);
                assert_eq!(self.sums().await, expected);
            }
        }
    }
}

async fn all_cases(of: Provider) {
    for (told, card, steps) in CASES {
        let bench = Bench::new(of, *card).await;
        for (number, step) in steps.iter().enumerate() {
            eprintln!("{of:?}: {told}: {number} {step:?}");
            bench.play(*step).await;
        }
    }
}

#[test]
fn the_sandbox_does_what_every_provider_does() {
    crate::run(all_cases(Provider::Sandbox));
}

#[test]
fn stripe_does_what_every_provider_does() {
    crate::run(all_cases(Provider::Stripe));
}

impl Bench {
    /// Asks twice for the same payout: what is said, and what is found after each.
    async fn pays_out(&self, amount: u64) -> [(Result<Answer, Trouble>, Option<Answer>); 2] {
        let remittance = Remittance {
            key: "pot_1".to_owned(),
            seller: SellerId::of(self.stage.customer()),
            amount: eur(amount),
        };
        let once = async || {
            let said = self.provider.pay_out(&remittance).await;
            let found = self.provider.find_payout(&remittance.key).await;
            (said, found.unwrap())
        };
        [once().await, once().await]
    }
}

/// What is said of a payout: that it is done, or why not.
type Said = Result<(), &'static str>;

/// A payout, what comes of it when it is asked for first and again, and what is found.
const PAYOUTS: [(Provider, u64, [Said; 2], Option<Said>); 4] = [
    (Provider::Sandbox, 1_000, [Ok(()), Ok(())], Some(Ok(()))),
    (
        Provider::Sandbox,
        1_077,
        [Err("lost"), Ok(())],
        Some(Ok(())),
    ),
    (
        Provider::Sandbox,
        1_099,
        [Err("payout_declined"), Err("payout_declined")],
        Some(Err("payout_declined")),
    ),
    // Nobody is paid by it, and nothing is known of that.
    (
        Provider::Stripe,
        1_000,
        [Err("payouts_unsupported"), Err("payouts_unsupported")],
        None,
    ),
];

#[test]
fn a_seller_is_paid_once_by_who_pays_sellers() {
    let answer = |told: Said| match told {
        Ok(()) => Answer::Done,
        Err(reason) => Answer::Declined(reason.to_owned()),
    };
    crate::run(async {
        for (of, amount, said, found) in PAYOUTS {
            let said = said.map(|told| match told {
                Err("lost") => Err(Trouble::AnswerLost),
                told => Ok(answer(told)),
            });
            let expected = said.map(|said| (said, found.map(answer)));
            let bench = Bench::new(of, Card::Good).await;
            assert_eq!(bench.pays_out(amount).await, expected, "{of:?} {amount}");
            assert_eq!(of.pays_out(), found.is_some(), "{of:?}");
        }
    });
}

#[test]
fn whatever_else_an_account_is_used_for_hides_none_of_our_disputes() {
    crate::run(async {
        let bench = Bench::new(Provider::Stripe, Card::Good).await;
        bench.play(Step::Holds).await;
        let Page::Stripe(standin) = &bench.page else {
            panic!("it is Stripe's");
        };
        for _ in 0..25 {
            standin.dispute_of_others();
        }
        standin.dispute(500, "product_not_received");
        let first = bench.provider.disputes_since(Timestamp::from_second(0));
        let first = first.await.unwrap();
        assert!(first.cases.is_empty() && first.has_more, "{first:?}");
        let rest = bench.provider.disputes_since(first.until.unwrap());
        let rest = rest.await.unwrap();
        let charges: Vec<&str> = rest.cases.iter().map(|case| &*case.charge).collect();
        assert_eq!(charges, [&*bench.charge.key]);
        assert_eq!(rest.until, Some(rest.cases[0].changed_at));
        assert!(!rest.has_more);
    });
}
