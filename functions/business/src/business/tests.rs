use serde_json::json;

use super::*;
use crate::Size;

const IBAN: &str = "DE89370400440532013000";

fn at(time: &str) -> Timestamp {
    time.parse().unwrap()
}

fn now() -> Timestamp {
    at("2026-01-01T12:00:00Z")
}

fn seller() -> SellerId {
    Ids::seeded(1).fresh(now())
}

fn admin(number: u64) -> CustomerId {
    Ids::seeded(number).fresh(now())
}

fn said(change: impl FnOnce(&mut serde_json::Value)) -> BusinessInput {
    let mut said = json!({
        "legal_name": "Lantern GmbH", "legal_form": "private_limited_company",
        "address": { "line1": "Hafen 1", "city": "Hamburg", "postal_code": "20457", "country": "DE" },
        "vat_number": "DE136695976",
        "bank_account": { "iban": IBAN, "bic": "COBADEFFXXX" },
    });
    change(&mut said);
    serde_json::from_value(said).unwrap()
}

fn key() -> DataKey {
    DataKey::new(seller(), &[7; 32]).unwrap()
}

fn say(
    before: Option<&Business>,
    said: &BusinessInput,
    is_new: bool,
) -> Result<Option<Turn>, Problem> {
    let ids = Ids::seeded(3);
    let sealer = Sealer {
        key: said.has_secrets().then(key),
        is_new,
        ids: &ids,
    };
    let turn = Business::say(seller(), before, said, &sealer, now())?;
    Ok((before != Some(&turn.business)).then_some(turn))
}

fn registered() -> Business {
    say(None, &said(|_| ()), true).unwrap().unwrap().business
}

fn document(number: u64, expires_on: Option<&str>) -> (DocumentId, DocumentInput) {
    let said = DocumentInput {
        kind: crate::DocumentKind::RegisterExtract,
        media_type: crate::MediaType::Pdf,
        size: Size::try_from(100).unwrap(),
        expires_on: expires_on.map(|day| day.parse().unwrap()),
    };
    (Ids::seeded(number).fresh(now()), said)
}

fn with_document(business: &Business, number: u64, expires_on: Option<&str>) -> Business {
    let (id, said) = document(number, expires_on);
    let awaiting = business.await_document(id, &said, now()).unwrap().business;
    let received = awaiting.receive_document(id, DocumentStatus::Attached, now());
    received.unwrap().unwrap().business
}

fn in_review() -> Business {
    let complete = with_document(&registered(), 5, Some("2026-05-31"));
    let submitted = complete.submit(now()).unwrap();
    assert_eq!(submitted.fact, Some(Fact::Submitted));
    submitted.business
}

fn verified() -> Business {
    let started = in_review().start_review(admin(8), now()).unwrap().unwrap();
    let verified = started.business.verify(admin(8), now()).unwrap();
    assert_eq!(verified.fact, Some(Fact::Verified));
    verified.business
}

fn code(outcome: Result<Turn, Problem>) -> Code {
    outcome.unwrap_err().code()
}

#[test]
fn numbers_are_kept_sealed_and_shown_in_part() {
    let business = registered();
    let stored = kernel::personal::storing(|| serde_json::to_string(&business)).unwrap();
    for secret in ["DE136695976", "136695976", IBAN, "0532013000", "COBADEFF"] {
        assert!(!stored.contains(secret), "{secret} in {stored}");
    }
    assert!(
        serde_json::to_string(&business).is_err(),
        "outside of its store"
    );
    let printed = format!("{business:?}");
    assert!(
        !printed.contains("Lantern") && !printed.contains("5976"),
        "{printed}"
    );

    let shown = serde_json::to_value(business.view()).unwrap();
    assert_eq!(shown["vat_number_last4"], "5976");
    assert_eq!(shown["iban_last4"], "3000");
    assert_eq!(shown.get("ein_last4"), None);
    let account = business.bank_account(&key()).unwrap().unwrap();
    assert_eq!(account.iban.to_string(), IBAN);
    let other = DataKey::new(seller(), &[8; 32]).unwrap();
    assert!(business.bank_account(&other).is_err(), "the key was erased");
}

#[test]
fn a_short_number_is_not_shown_whole() {
    let shown = |number: &str| {
        let said = said(|said| said["vat_number"] = number.into());
        let turn = say(None, &said, true).unwrap().unwrap();
        turn.business.view().vat_number_last4.unwrap()
    };
    assert_eq!(shown("RO19"), "19");
    assert_eq!(shown("GBGD499"), "499");
}

#[test]
fn what_is_left_out_stays_sealed_as_it_was_and_the_same_again_changes_nothing() {
    let business = registered();
    let without = |said: &mut serde_json::Value| {
        said.as_object_mut().unwrap().remove("vat_number");
        said.as_object_mut().unwrap().remove("bank_account");
    };
    assert_eq!(say(Some(&business), &said(without), false).unwrap(), None);
    assert_eq!(say(Some(&business), &said(|_| ()), false).unwrap(), None);
    let renamed = said(|said| {
        without(said);
        said["legal_name"] = "Lamp GmbH".into();
    });
    let renamed = say(Some(&business), &renamed, false)
        .unwrap()
        .unwrap()
        .business;
    assert_eq!(
        (&renamed.iban, &renamed.vat_number),
        (&business.iban, &business.vat_number)
    );
    // After an erasure there is a new key, and nothing left that an old one has sealed.
    let renewed = said(|said| {
        said.as_object_mut().unwrap().remove("bank_account");
    });
    let renewed = say(Some(&business), &renewed, true)
        .unwrap()
        .unwrap()
        .business;
    assert_eq!((&renewed.iban, renewed.vat_number.is_some()), (&None, true));
}

#[test]
fn a_bank_of_another_country_is_refused_at_its_place() {
    let french = said(|said| said["bank_account"]["bic"] = "BREDFRPP".into());
    let problem = say(None, &french, true).unwrap_err();
    assert_eq!(problem.body("r").errors[0].pointer, "/bank_account/bic");
}

#[test]
fn what_a_review_needs_is_told_at_once() {
    let bare = said(|said| {
        said.as_object_mut().unwrap().remove("vat_number");
        said.as_object_mut().unwrap().remove("bank_account");
    });
    let bare = say(None, &bare, false).unwrap().unwrap().business;
    let problem = bare.submit(now()).unwrap_err();
    assert_eq!(problem.code(), Code::BusinessIncomplete);
    let body = problem.body("r");
    let pointers: Vec<_> = body
        .errors
        .iter()
        .map(|error| error.pointer.as_str())
        .collect();
    assert_eq!(pointers, ["/vat_number", "/bank_account", "/documents"]);

    let american = said(|said| {
        said.as_object_mut().unwrap().remove("vat_number");
        said["ein"] = "12-3456789".into();
    });
    let american = say(None, &american, true).unwrap().unwrap().business;
    let complete = with_document(&american, 5, Some("2026-05-31"));
    assert!(complete.submit(now()).is_ok());
    let late = complete.submit(at("2026-06-01T00:00:00Z")).unwrap_err();
    assert!(
        late.body("r").errors[0]
            .pointer
            .starts_with("/documents/doc_")
    );
}

#[test]
fn only_the_reviewer_ends_a_review_and_another_may_take_it_over() {
    let business = in_review();
    assert_eq!(code(business.verify(admin(8), now())), Code::ReviewNotYours);
    let started = business
        .start_review(admin(8), now())
        .unwrap()
        .unwrap()
        .business;
    assert_eq!(started.start_review(admin(8), now()).unwrap(), None);
    assert_eq!(code(started.verify(admin(9), now())), Code::ReviewNotYours);
    let reasons = vec![RejectReason::NameMismatch];
    assert_eq!(
        code(started.reject(admin(9), reasons, now())),
        Code::ReviewNotYours
    );
    let taken = started
        .start_review(admin(9), now())
        .unwrap()
        .unwrap()
        .business;
    assert_eq!(code(taken.verify(admin(8), now())), Code::ReviewNotYours);
    let late = at("2026-06-01T00:00:00Z");
    assert_eq!(code(taken.verify(admin(9), late)), Code::BusinessIncomplete);
    let done = taken.verify(admin(9), now()).unwrap().business;
    assert_eq!((done.status, done.review), (Status::Verified, None));
}

#[test]
fn a_rejected_business_is_mended_and_submitted_again() {
    let started = in_review()
        .start_review(admin(8), now())
        .unwrap()
        .unwrap()
        .business;
    let reasons = vec![
        RejectReason::AddressMismatch,
        RejectReason::DocumentUnreadable,
    ];
    let rejected = started.reject(admin(8), reasons.clone(), now()).unwrap();
    assert_eq!(rejected.fact, Some(Fact::Rejected(reasons.clone())));
    let rejected = rejected.business;
    assert_eq!(code(rejected.submit(now())), Code::BusinessStepNotPossible);
    let moved = said(|said| said["address"]["line1"] = "Hafen 2".into());
    let mended = say(Some(&rejected), &moved, false).unwrap().unwrap();
    assert_eq!(mended.fact, None);
    assert_eq!(
        (mended.business.status, &mended.business.rejected_for),
        (Status::Pending, &reasons)
    );
    assert!(mended.business.submit(now()).is_ok());
    assert_eq!(with_document(&rejected, 6, None).status, Status::Pending);
}

#[test]
fn nothing_is_changed_while_it_is_reviewed() {
    let business = in_review();
    let renamed = said(|said| said["legal_name"] = "Lamp GmbH".into());
    let refused = say(Some(&business), &renamed, false).unwrap_err();
    assert_eq!(refused.code(), Code::BusinessStepNotPossible);
    let id = business.documents[0].id;
    assert_eq!(
        code(business.remove_document(id, now())),
        Code::BusinessStepNotPossible
    );
    assert_eq!(with_document(&business, 6, None).status, Status::InReview);
}

#[test]
fn a_verified_business_that_changes_is_verified_again() {
    for (change, reason) in [
        ("legal_name", ReverificationReason::LegalDataChanged),
        ("bank_account", ReverificationReason::BankAccountChanged),
    ] {
        let said = said(|said| match change {
            "legal_name" => said["legal_name"] = "Lamp GmbH".into(),
            _ => {
                said["bank_account"] = json!({ "iban": "AT611904300234573201", "bic": "BKAUATWW" });
            }
        });
        let turn = say(Some(&verified()), &said, false).unwrap().unwrap();
        assert_eq!(turn.fact, Some(Fact::ReverificationRequired(reason)));
        assert_eq!(turn.business.status, Status::Pending);
        assert_eq!(turn.business.view().reverification_reason, Some(reason));
    }
    assert_eq!(with_document(&verified(), 6, None).status, Status::Verified);
}

#[test]
fn an_expired_document_ends_being_verified_once() {
    let business = verified();
    let end = at("2026-06-01T00:00:00Z");
    assert_eq!(business.due(), Some(end));
    assert_eq!(business.tidy(at("2026-05-31T23:59:59Z")).unwrap(), None);
    let (turn, files) = business.tidy(end).unwrap().unwrap();
    let reason = ReverificationReason::DocumentExpired;
    assert_eq!(
        (turn.fact, files),
        (Some(Fact::ReverificationRequired(reason)), vec![])
    );
    assert_eq!(
        (turn.business.status, turn.business.due()),
        (Status::Pending, None)
    );
    assert_eq!(turn.business.tidy(end).unwrap(), None);
    // The seller takes the old one back and brings a new one.
    let id = turn.business.documents[0].id;
    let without = turn.business.remove_document(id, end).unwrap().business;
    assert!(with_document(&without, 6, None).submit(end).is_ok());
}

#[test]
fn what_was_removed_is_deleted_and_what_never_came_forgotten() {
    let business = with_document(&registered(), 5, None);
    let id = business.documents[0].id;
    let removed = business.remove_document(id, now()).unwrap().business;
    assert_eq!(
        (removed.shown_documents().count(), removed.due()),
        (0, Some(now()))
    );
    assert_eq!(
        code(removed.remove_document(id, now())),
        Code::BusinessDocumentNotFound
    );
    let (turn, files) = removed.tidy(now()).unwrap().unwrap();
    assert_eq!(
        files,
        [Place {
            seller: seller(),
            document: id
        }]
    );
    assert_eq!((turn.business.documents.len(), turn.fact), (0, None));

    let (id, said) = document(6, None);
    let awaiting = registered()
        .await_document(id, &said, now())
        .unwrap()
        .business;
    let later = now().plus(FORGOTTEN_AFTER);
    assert_eq!(awaiting.due(), Some(later));
    let (turn, files) = awaiting.tidy(later).unwrap().unwrap();
    assert_eq!((turn.business.documents.len(), files.len()), (0, 0));
    assert_eq!(
        turn.business
            .receive_document(id, DocumentStatus::Attached, later)
            .unwrap(),
        None
    );
    let dropped = awaiting.remove_document(id, now()).unwrap().business;
    assert!(dropped.documents.is_empty());
}

#[test]
fn a_document_comes_once_and_a_wrong_one_changes_no_state() {
    let (id, said) = document(6, None);
    let awaiting = registered()
        .await_document(id, &said, now())
        .unwrap()
        .business;
    let wrong = awaiting.receive_document(id, DocumentStatus::WrongType, now());
    let wrong = wrong.unwrap().unwrap().business;
    assert_eq!(wrong.documents[0].status, DocumentStatus::WrongType);
    assert_eq!(
        wrong
            .receive_document(id, DocumentStatus::Attached, now())
            .unwrap(),
        None
    );
    assert!(wrong.submit(now()).is_err());
}

#[test]
fn there_is_room_for_twenty_valid_documents() {
    let (id, said) = document(6, Some("2025-12-31"));
    let expired = registered().await_document(id, &said, now()).unwrap_err();
    assert_eq!(expired.body("r").errors[0].pointer, "/expires_on");
    let mut business = registered();
    for number in 0..20 {
        business = with_document(&business, 100 + number, None);
    }
    let (id, said) = document(6, None);
    assert_eq!(
        code(business.await_document(id, &said, now())),
        Code::BusinessDocumentsFull
    );
}
