use super::*;
use crate::format::formatted;

fn said(json: &str) -> AddressInput {
    serde_json::from_str(json).unwrap()
}

fn wrong(json: &str) -> Vec<(String, String)> {
    let body = said(json).check().unwrap_err().body("r");
    assert_eq!(body.code, "validation_failed");
    let errors = body.errors.into_iter();
    errors.map(|error| (error.pointer, error.detail)).collect()
}

fn pointers(json: &str) -> Vec<String> {
    wrong(json)
        .into_iter()
        .map(|(pointer, _)| pointer)
        .collect()
}

/// An address of each country as people write it there, and its lines. The persons are invented.
const ADDRESSES: &[(&str, &[&str])] = &[
    (
        r#"{"country": "US", "name": "Jane Doe", "line1": "1600 Amphitheatre Parkway", "line2": "Suite 4",
            "city": "Mountain View", "region": "California", "postal_code": "94043"}"#,
        &[
            "Jane Doe",
            "1600 Amphitheatre Parkway",
            "Suite 4",
            "MOUNTAIN VIEW, CA 94043",
        ],
    ),
    (
        r#"{"country": "gb", "name": "Jane Doe", "company": "Otter Ltd", "line1": "221B Baker Street",
            "city": "London", "postal_code": "nw1 6xe"}"#,
        &[
            "Jane Doe",
            "Otter Ltd",
            "221B Baker Street",
            "LONDON",
            "NW1 6XE",
        ],
    ),
    (
        r#"{"country": "DE", "name": "Erika Mustermann", "line1": "Heidestraße 17", "city": "Köln",
            "postal_code": "51147"}"#,
        &["Erika Mustermann", "Heidestraße 17", "51147 KÖLN"],
    ),
    (
        r#"{"country": "FR", "name": "Jeanne Dupont", "company": "Loutre SARL", "line1": "55 rue du Faubourg",
            "city": "Paris", "postal_code": "75008"}"#,
        &[
            "Loutre SARL",
            "Jeanne Dupont",
            "55 rue du Faubourg",
            "75008 PARIS",
        ],
    ),
    (
        r#"{"country": "JP", "name": "山田花子", "line1": "千代田区千代田1-1", "region": "東京都",
            "postal_code": "１００-０００１"}"#,
        &["〒100-0001", "東京都", "千代田区千代田1-1", "山田花子"],
    ),
    (
        r#"{"country": "JP", "name": "Jane Doe", "line1": "1-1 Chiyoda, Chiyoda-ku", "region": "tokyo",
            "postal_code": "100-0001"}"#,
        &["Jane Doe", "1-1 Chiyoda, Chiyoda-ku, Tokyo", "100-0001"],
    ),
    (
        r#"{"country": "CN", "name": "王小明", "line1": "建国路1号", "dependent_locality": "朝阳区",
            "city": "北京市", "region": "北京市", "postal_code": "100020"}"#,
        &["100020", "北京市北京市朝阳区", "建国路1号", "王小明"],
    ),
    (
        r#"{"country": "IN", "name": "Jane Doe", "line1": "12 MG Road", "city": "Bengaluru",
            "region": "karnataka", "postal_code": "560001"}"#,
        &["Jane Doe", "12 MG Road", "BENGALURU 560001", "Karnataka"],
    ),
    (
        r#"{"country": "BR", "name": "Maria Silva", "line1": "Avenida Paulista, 1000",
            "dependent_locality": "Bela Vista", "city": "São Paulo", "region": "São Paulo",
            "postal_code": "01310-100"}"#,
        &[
            "Maria Silva",
            "Avenida Paulista, 1000",
            "Bela Vista",
            "SÃO PAULO-SP",
            "01310-100",
        ],
    ),
    (
        r#"{"country": "IE", "name": "Jane Doe", "line1": "5 Main Street", "city": "Carlow",
            "region": "co. carlow"}"#,
        &["Jane Doe", "5 Main Street", "CARLOW", "Co. Carlow"],
    ),
    (
        r#"{"country": "NL", "name": "Jan Jansen", "line1": "Domplein 1", "city": "Utrecht",
            "postal_code": "3512 jc"}"#,
        &["Jan Jansen", "Domplein 1", "3512 JC UTRECHT"],
    ),
    (
        r#"{"country": "CA", "name": "Jane Doe", "line1": "111 Wellington St", "city": "Ottawa",
            "region": "Ontario", "postal_code": "k1a 0a9"}"#,
        &["JANE DOE", "111 WELLINGTON ST", "OTTAWA ON K1A 0A9"],
    ),
    (
        r#"{"country": "AU", "name": "Jane Doe", "line1": "10 Spring St", "city": "Sydney",
            "region": "NSW", "postal_code": "2000"}"#,
        &["Jane Doe", "10 Spring St", "SYDNEY NSW 2000"],
    ),
    (
        r#"{"country": "AE", "name": "Jane Doe", "line1": "Sheikh Zayed Road 7", "region": "Dubai"}"#,
        &["Jane Doe", "Sheikh Zayed Road 7", "Dubai"],
    ),
    (
        r#"{"country": "KR", "name": "홍길동", "line1": "세종대로 110", "dependent_locality": "태평로",
            "city": "중구", "region": "서울", "postal_code": "04524"}"#,
        &["서울특별시 중구태평로", "세종대로 110", "홍길동", "04524"],
    ),
    (
        r#"{"country": "MX", "name": "Juana Pérez", "line1": "Av. Juárez 50", "dependent_locality": "Centro",
            "city": "Ciudad de México", "region": "cdmx", "postal_code": "06010"}"#,
        &[
            "Juana Pérez",
            "Av. Juárez 50",
            "Centro",
            "06010 CIUDAD DE MÉXICO, CDMX",
        ],
    ),
    (
        r#"{"country": "PT", "name": "Joana Silva", "line1": "Rua Augusta 100", "city": "Lisboa",
            "postal_code": "1100-053"}"#,
        &["Joana Silva", "Rua Augusta 100", "1100-053 LISBOA"],
    ),
    (
        r#"{"country": "IT", "name": "Giulia Rossi", "line1": "Via Roma 1", "city": "Firenze",
            "region": "Firenze", "postal_code": "50123"}"#,
        &["Giulia Rossi", "Via Roma 1", "50123 FIRENZE FI"],
    ),
    (
        r#"{"country": "ES", "name": "Juana Pérez", "line1": "Calle Mayor 1", "city": "Madrid",
            "region": "madrid", "postal_code": "28013"}"#,
        &["Juana Pérez", "Calle Mayor 1", "28013 MADRID M"],
    ),
    (
        r#"{"country": "HK", "name": "陳大文", "line1": "彌敦道1號", "city": "尖沙咀", "region": "九龍"}"#,
        &["九龍", "尖沙咀", "彌敦道1號", "陳大文"],
    ),
    (
        r#"{"country": "SG", "name": "Jane Doe", "line1": "1 Raffles Place", "postal_code": "048616"}"#,
        &["Jane Doe", "1 Raffles Place", "SINGAPORE 048616"],
    ),
    (
        r#"{"country": "FI", "name": "Maija Virtanen", "line1": "Mannerheimintie 1", "city": "Helsinki",
            "postal_code": "00100"}"#,
        &["Maija Virtanen", "Mannerheimintie 1", "FI-00100 HELSINKI"],
    ),
    (
        r#"{"country": "AX", "name": "Jane Doe", "line1": "Storagatan 1", "city": "Mariehamn",
            "postal_code": "22100"}"#,
        &["Jane Doe", "Storagatan 1", "AX-22100 MARIEHAMN", "ÅLAND"],
    ),
    (
        r#"{"country": "TR", "name": "Ayşe Yılmaz", "line1": "İstiklal Cad. 1", "city": "Beyoğlu",
            "region": "istanbul", "postal_code": "34430"}"#,
        &["Ayşe Yılmaz", "İstiklal Cad. 1", "34430 BEYOĞLU/İstanbul"],
    ),
];

#[test]
fn addresses_are_written_as_their_countries_do() {
    for (json, lines) in ADDRESSES {
        let (_, postal) = said(json)
            .check()
            .unwrap_or_else(|no| panic!("{no} {json}"));
        assert_eq!(formatted(&postal), *lines);
    }
}

#[test]
fn an_address_that_was_put_right_stays_as_it_is() {
    for (json, _) in ADDRESSES {
        let (label, postal) = said(json).check().unwrap();
        let again = AddressInput::of(label.as_ref(), &postal).check().unwrap();
        assert_eq!(again, (label, postal));
    }
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    assert_eq!(pointers("{}"), ["/country", "/name", "/line1"]);
    let json = r#"{"country": "US", "phone": "0301", "name": " ", "line1": "1 Quay", "postal_code": "123",
        "region": "Bavaria", "sorting_code": "7"}"#;
    let expected = [
        "/phone",
        "/name",
        "/city",
        "/sorting_code",
        "/region",
        "/postal_code",
    ];
    assert_eq!(pointers(json), expected);
}

#[test]
fn a_country_without_rules_is_the_only_thing_wrong_that_is_known() {
    let json = r#"{"country": "XX", "name": "Jane Doe", "line1": "1 Quay"}"#;
    assert_eq!(pointers(json), ["/country"]);
}

#[test]
fn a_postal_code_is_the_countrys_and_the_regions() {
    let us = |code: &str| {
        pointers(&format!(
            r#"{{"country": "US", "name": "Jane Doe", "line1": "1 Quay", "city": "Albany", "region": "CA",
                "postal_code": "{code}"}}"#
        ))
    };
    for wrong in ["1234", "x94043", "940433", "94043-", "12207"] {
        assert_eq!(us(wrong), ["/postal_code"], "{wrong}");
    }
    let detail = wrong(
        r#"{"country": "US", "name": "Jane Doe", "line1": "1 Quay", "city": "Albany", "region": "CA",
            "postal_code": "12207"}"#,
    );
    assert_eq!(detail[0].1, "it is not one of California");
}

#[test]
fn what_a_countrys_addresses_do_not_have_is_refused() {
    let json = r#"{"country": "DE", "name": "Erika Mustermann", "line1": "Heidestraße 17", "city": "Köln",
        "postal_code": "51147", "region": "NRW"}"#;
    assert_eq!(pointers(json), ["/region"]);
}

#[test]
fn an_empty_text_is_as_good_as_none() {
    let json = r#"{"country": "AE", "name": "Jane Doe", "line1": "1 Road", "region": "Ajman", "line2": " ",
        "company": "", "postal_code": "", "phone": "", "label": ""}"#;
    let (label, postal) = said(json).check().unwrap();
    assert_eq!((label, postal.line2, postal.company), (None, None, None));
    assert_eq!((postal.postal_code, postal.phone), (None, None));
}

#[test]
fn others_read_of_an_address_what_their_view_says() {
    use contracts::views::{AddressBook, View};
    use dynamo::Item;
    use kernel::{Ids, Timestamp, personal::storing};

    let (ids, now) = (Ids::seeded(1), Timestamp::from_second(1));
    let address = crate::Address::new(ids.fresh(now), ids.fresh(now), &said(ADDRESSES[0].0));
    let address = address.unwrap();
    let stored = storing(|| serde_json::to_value(&address)).unwrap();
    for attribute in AddressBook::ATTRIBUTES {
        assert!(stored.get(attribute).is_some(), "{attribute}");
    }
    let seen: AddressBook = serde_json::from_value(stored).unwrap();
    assert_eq!(seen.postal, address.postal);
    let (pk, sk) = AddressBook::key(&(address.customer_id, address.address_id));
    assert_eq!(address.key(), dynamo::Key { pk, sk });
}
