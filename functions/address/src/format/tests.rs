use kernel::Country;
use proptest::{option, prelude::*, sample::select};

use super::*;
use crate::{input::AddressInput, rules_of};

/// Text as people type it: any script, any marks, spaces where they don't belong.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-Za-z0-9 .,'/-]{1,30}",
        "[a-zäöüßéèıİςﬃ]{1,20}",
        "[一-龯ぁ-んァ-ヴ0-9]{1,12}",
        "\\PC{1,20}",
    ]
}

fn countries() -> Vec<String> {
    let table = include_str!("../../data/rules.tsv");
    table
        .lines()
        .skip(1)
        .map(|line| line[..2].to_owned())
        .collect()
}

prop_compose! {
    /// An address of some country with fields that it has, a postal code of its own and a region of its list.
    fn written()(country in select(countries()))(
        country in Just(country.clone()),
        name in text(),
        line1 in text(),
        more in [option::of(text()), option::of(text()), option::of(text()), option::of(text())],
        places in [option::of(text()), option::of(text()), option::of(text())],
        choice in any::<prop::sample::Index>(),
        code in option::of(any::<prop::sample::Index>()),
    ) -> AddressInput {
        let rules = rules_of(&country).unwrap();
        let has = |field: &str, text: Option<String>| text.filter(|_| rules.fields.contains(&field));
        let [company, line2, line3, sorting_code] = more;
        let [city, dependent_locality, region] = places;
        let examples = rules.postal_code.as_ref().map(|rule| rule.examples.clone()).unwrap_or_default();
        let example = code.filter(|_| !examples.is_empty()).map(|code| (*code.get(&examples)).to_owned());
        let listed = rules.regions.get(choice.index(rules.regions.len().max(1)));
        AddressInput {
            name: Some(name),
            line1: Some(line1),
            line2,
            line3,
            company: has("company", company),
            city: has("city", city),
            dependent_locality: has("dependent_locality", dependent_locality),
            sorting_code: has("sorting_code", sorting_code),
            region: has("region", listed.map(|region| region.name.to_owned()).or(region)),
            postal_code: has("postal_code", example),
            country: Some(country),
            ..AddressInput::default()
        }
    }
}

/// The parts of an address that its country's lines name, as they are written there.
fn named(address: &PostalAddress, latin: bool) -> Vec<String> {
    let rules = Rules::of(&address.country).unwrap();
    let pieces: Vec<Piece> = rules.lines(latin).flatten().collect();
    let parts = pieces.into_iter().filter_map(|piece| match piece {
        Piece::Part(part) => text_of(address, &rules, part, latin),
        Piece::Text(_) => None,
    });
    parts
        .flat_map(|part| part.lines().map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

fn text_of(address: &PostalAddress, rules: &Rules, part: Part, latin: bool) -> Option<String> {
    super::text(address, rules, part, latin)
}

proptest! {
    #[test]
    fn what_is_written_is_shown_and_putting_it_right_twice_is_the_same_as_once(said in written()) {
        // What the country needs may be missing, and a postal code may be another region's.
        if let Ok((label, postal)) = said.check() {
            let lines = formatted(&postal);
            prop_assert!(lines.iter().all(|line| !line.trim().is_empty()), "{lines:?}");
            for part in named(&postal, is_latin(&postal)) {
                prop_assert!(lines.iter().any(|line| line.contains(&part)), "{part} in {lines:?}");
            }
            let again = AddressInput::of(label.as_ref(), &postal).check();
            prop_assert_eq!(again.unwrap(), (label, postal));
        }
    }

    #[test]
    fn any_address_can_be_shown(
        country in select(countries()),
        texts in [text(), text(), text(), text(), text(), text(), text(), text()],
        left_out in 0_u8..128,
    ) {
        // Of an order no more is known than that its texts are lines of text.
        let lines: Result<Vec<kernel::Line<1, 200>>, _> = texts.iter().map(|text| text.parse()).collect();
        prop_assume!(lines.is_ok());
        let json = serde_json::to_value(lines.unwrap()).unwrap();
        let names = ["line2", "line3", "company", "city", "region", "dependent_locality"];
        let mut address = serde_json::json!({
            "name": json[0], "line1": json[1], "country": country, "postal_code": "1",
        });
        for (bit, name) in names.into_iter().enumerate() {
            if left_out & (1 << bit) == 0 {
                address[name] = json[bit + 2].clone();
            }
        }
        if left_out & 64 == 0 {
            address.as_object_mut().unwrap().remove("postal_code");
        }
        let address: PostalAddress = serde_json::from_value(address).unwrap();
        let lines = formatted(&address);
        prop_assert!(lines.iter().all(|line| !line.trim().is_empty()), "{lines:?}");
        for part in named(&address, is_latin(&address)) {
            prop_assert!(lines.iter().any(|line| line.contains(&part)), "{part} in {lines:?}");
        }
    }
}

#[test]
fn what_is_missing_drops_out_with_what_parts_it_from_the_rest() {
    use serde_json::json;

    let us = |members: serde_json::Value| {
        let mut address =
            serde_json::json!({ "name": "Jane Doe", "line1": "1 Quay", "country": "US" });
        let added = members.as_object().unwrap().clone();
        address.as_object_mut().unwrap().extend(added);
        let address: PostalAddress = serde_json::from_value(address).unwrap();
        assert_eq!(address.country, "US".parse::<Country>().unwrap());
        formatted(&address).split_off(2)
    };
    assert_eq!(us(json!({})), Vec::<String>::new());
    assert_eq!(
        us(json!({ "city": "ALBANY", "postal_code": "12207" })),
        ["ALBANY 12207"]
    );
    assert_eq!(
        us(json!({ "region": "NY", "postal_code": "12207" })),
        ["NY 12207"]
    );
    assert_eq!(
        us(json!({ "city": "ALBANY", "region": "NY" })),
        ["ALBANY, NY"]
    );
    assert_eq!(us(json!({ "city": "ALBANY" })), ["ALBANY"]);
}
