//! An address in lines, as its country writes it on a parcel.

use contracts::views::PostalAddress;

use crate::rules::{Part, Piece, Rules};

/// The lines of an address, without the country: from the name to the postal code or the other way round, as the
/// country has it. An address in Latin letters is written in the order that the country has for these.
pub fn formatted(address: &PostalAddress) -> Vec<String> {
    let Some(rules) = Rules::of(&address.country) else {
        return Vec::new();
    };
    let latin = is_latin(address);
    let text = |part| text(address, &rules, part, latin);
    let mut lines: Vec<String> = Vec::new();
    for pieces in rules.lines(latin) {
        // Street lines are one part and several lines.
        let line = write(&pieces, text);
        lines.extend(line.lines().map(str::trim).map(str::to_owned));
    }
    lines.retain(|line| !line.is_empty());
    lines
}

/// A line of these pieces. What is missing drops out with what parts it from the rest; a line of text alone stays.
fn write(pieces: &[Piece], text: impl Fn(Part) -> Option<String>) -> String {
    if let [Piece::Text(alone)] = pieces {
        return (*alone).to_owned();
    }
    let mut line = String::new();
    // What stands before the part that comes next, and what stood behind the last one that was written.
    let (mut before, mut behind) = ("", "");
    let mut parts = 0;
    for piece in pieces {
        match piece {
            Piece::Text(between) => {
                before = between;
                if behind.is_empty() {
                    behind = between;
                }
            }
            Piece::Part(part) => {
                if let Some(text) = text(*part) {
                    // What leads a line belongs to its first part: `FI-` to the postal code.
                    line.push_str(match (line.is_empty(), before) {
                        (true, _) if parts > 0 => "",
                        (false, "") => behind,
                        _ => before,
                    });
                    line.push_str(&text);
                    behind = "";
                }
                before = "";
                parts += 1;
            }
        }
    }
    line
}

fn text(address: &PostalAddress, rules: &Rules, part: Part, latin: bool) -> Option<String> {
    let text = match part {
        Part::Name => Some(address.name.as_str()),
        Part::Company => address.company.as_deref(),
        Part::City => address.city.as_deref(),
        Part::DependentLocality => address.dependent_locality.as_deref(),
        Part::PostalCode => address.postal_code.as_deref(),
        Part::SortingCode => address.sorting_code.as_deref(),
        Part::Region => {
            let key = address.region.as_deref()?;
            return Some(region(key, rules, latin).to_owned());
        }
        Part::Lines => return Some(street(address).join("\n")),
    };
    text.map(str::to_owned)
}

/// A region in the script of the rest: most are written by their key, `CA`.
fn region<'a>(key: &'a str, rules: &Rules, latin: bool) -> &'a str {
    let Some(region) = rules.regions().find(|region| region.key == key) else {
        return key;
    };
    match region.latin_name {
        Some(name) if latin => name,
        // Hong Kong's keys are Latin and its names are not.
        None if !latin && !region.name.chars().all(fits_latin) => region.name,
        _ => key,
    }
}

fn street(address: &PostalAddress) -> Vec<&str> {
    let more = [&address.line2, &address.line3].into_iter().flatten();
    let lines = std::iter::once(&address.line1).chain(more);
    lines.map(|line| line.as_str()).collect()
}

fn is_latin(address: &PostalAddress) -> bool {
    let parts = [
        address.company.as_deref(),
        address.city.as_deref(),
        address.dependent_locality.as_deref(),
    ];
    let name = std::iter::once(address.name.as_str());
    let mut texts = name
        .chain(street(address))
        .chain(parts.into_iter().flatten());
    texts.all(|text| text.chars().all(fits_latin))
}

/// Whether a character is a Latin letter (the Latin blocks of Unicode) or no letter at all.
fn fits_latin(c: char) -> bool {
    !c.is_alphabetic()
        || matches!(c, '\0'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' | '\u{2c60}'..='\u{2c7f}'
            | '\u{a720}'..='\u{a7ff}' | '\u{fb00}'..='\u{fb06}' | '\u{ff21}'..='\u{ff5a}')
}

#[cfg(test)]
mod tests;
