//! The rules of each country's addresses: which parts they have, which are needed, and in which order they are
//! written. From the data of libaddressinput (`data/README.md`).

use kernel::{Code, Country, Problem};
use regex_lite::Regex;
use schemars::JsonSchema;
use serde::Serialize;

/// A line a country. It is read where it lies: only the line that is asked for, and without a copy.
static TABLE: &str = include_str!("../data/rules.tsv");

/// The version of the rules as they are shown: raised with every change to the data or to [`AddressRules`].
pub const REVISION: u64 = 1;

/// A part of an address that a country's rules speak of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// Who receives it.
    Name,
    /// The company that they receive it at.
    Company,
    /// Street and number: `line1` to `line3`.
    Lines,
    /// The town.
    City,
    /// A part of the town.
    DependentLocality,
    /// A state or province.
    Region,
    /// The postal code.
    PostalCode,
    /// What mail is sorted by beside the postal code.
    SortingCode,
}

impl Part {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Name,
        Self::Company,
        Self::Lines,
        Self::City,
        Self::DependentLocality,
        Self::Region,
        Self::PostalCode,
        Self::SortingCode,
    ];

    /// The letter that the data have for it
    /// (<https://github.com/google/libaddressinput/wiki/AddressValidationMetadata>).
    fn letter(self) -> char {
        match self {
            Self::Name => 'N',
            Self::Company => 'O',
            Self::Lines => 'A',
            Self::City => 'C',
            Self::DependentLocality => 'D',
            Self::Region => 'S',
            Self::PostalCode => 'Z',
            Self::SortingCode => 'X',
        }
    }

    fn of(letter: char) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.letter() == letter)
    }

    /// What it is called in an address of the API; of the lines, the first.
    pub fn field(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Company => "company",
            Self::Lines => "line1",
            Self::City => "city",
            Self::DependentLocality => "dependent_locality",
            Self::Region => "region",
            Self::PostalCode => "postal_code",
            Self::SortingCode => "sorting_code",
        }
    }

    fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Name => &["name"],
            Self::Company => &["company"],
            Self::Lines => &["line1", "line2", "line3"],
            Self::City => &["city"],
            Self::DependentLocality => &["dependent_locality"],
            Self::Region => &["region"],
            Self::PostalCode => &["postal_code"],
            Self::SortingCode => &["sorting_code"],
        }
    }
}

/// A piece of a line as a country writes it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Piece {
    /// A part of the address.
    Part(Part),
    /// What stands before, between or behind them.
    Text(&'static str),
}

/// The rules of one country.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    country: &'static str,
    format: &'static str,
    latin_format: &'static str,
    required: &'static str,
    upper_case: &'static str,
    postal_code: &'static str,
    postal_code_examples: &'static str,
    city_name: &'static str,
    dependent_locality_name: &'static str,
    region_name: &'static str,
    postal_code_name: &'static str,
    regions: &'static str,
    region_names: &'static str,
    region_latin_names: &'static str,
    region_postal_codes: &'static str,
}

/// A region of a country.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[schemars(rename = "AddressRegion")]
pub struct Region {
    /// How an address names it, and how it is stored.
    pub key: &'static str,
    /// Its name in the country's language.
    pub name: &'static str,
    /// Its name in Latin letters, where the other has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latin_name: Option<&'static str>,
    /// What its postal codes begin with, as a regular expression.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code_prefix: Option<&'static str>,
}

impl Rules {
    /// The rules of a country; there are some for every country of ISO 3166-1.
    pub fn of(country: &Country) -> Option<Self> {
        let code = country.as_str();
        let line = TABLE.lines().find(|line| {
            line.strip_prefix(code)
                .is_some_and(|rest| rest.starts_with('\t'))
        })?;
        let mut columns = line.split('\t');
        let mut column = || columns.next().unwrap_or_default();
        Some(Self {
            country: column(),
            format: column(),
            latin_format: column(),
            required: column(),
            upper_case: column(),
            postal_code: column(),
            postal_code_examples: column(),
            city_name: column(),
            dependent_locality_name: column(),
            region_name: column(),
            postal_code_name: column(),
            regions: column(),
            region_names: column(),
            region_latin_names: column(),
            region_postal_codes: column(),
        })
    }

    /// The country's code.
    pub fn country(&self) -> &'static str {
        self.country
    }

    /// Whether its addresses have this part.
    pub fn has(&self, part: Part) -> bool {
        [self.format, self.latin_format]
            .into_iter()
            .flat_map(pieces)
            .any(|piece| piece == Piece::Part(part))
    }

    /// Whether its addresses must have this part. Nothing is sent to nobody or nowhere.
    pub fn requires(&self, part: Part) -> bool {
        matches!(part, Part::Name | Part::Lines) || self.required.contains(part.letter())
    }

    /// Whether this part is written in capitals. No country's postal codes have small letters.
    pub fn capitalises(&self, part: Part) -> bool {
        part == Part::PostalCode || self.upper_case.contains(part.letter())
    }

    /// A text in the country's capitals.
    pub fn capitals(&self, text: &str) -> String {
        // Turkish and Azerbaijani have two letters i (Unicode, SpecialCasing.txt).
        if matches!(self.country, "TR" | "AZ") {
            return text.replace('i', "İ").to_uppercase();
        }
        text.to_uppercase()
    }

    /// Its regions, where its addresses name them and there is a list.
    pub fn regions(&self) -> impl Iterator<Item = Region> {
        let count = match self.regions {
            "" => 0,
            _ if !self.has(Part::Region) => 0,
            keys => keys.split('~').count(),
        };
        let mut names = self.region_names.split('~');
        let mut latin_names = self.region_latin_names.split('~');
        let mut prefixes = self.region_postal_codes.split('~');
        let keys = self.regions.split('~').take(count);
        keys.map(move |key| {
            let given = |text: Option<&'static str>| text.filter(|text| !text.is_empty());
            Region {
                key,
                name: given(names.next()).unwrap_or(key),
                latin_name: given(latin_names.next()),
                postal_code_prefix: given(prefixes.next()),
            }
        })
    }

    /// The region that a text means: by its key, its name or its Latin name, in any case.
    pub fn region(&self, text: &str) -> Option<Region> {
        let wanted = folded(text);
        let is = |name: &str| folded(name) == wanted;
        let by = |named: &dyn Fn(&Region) -> bool| self.regions().find(named);
        by(&|region| is(region.key))
            .or_else(|| by(&|region| is(region.name)))
            .or_else(|| by(&|region| region.latin_name.is_some_and(is)))
    }

    /// Whether a postal code has the country's form.
    ///
    /// # Errors
    /// `internal` where the data's pattern is none.
    pub fn takes_postal_code(&self, code: &str) -> Result<bool, Problem> {
        match self.postal_code {
            "" => Ok(true),
            pattern => matches(&format!("^(?:{pattern})$"), code),
        }
    }

    /// What its postal codes look like.
    pub fn postal_code_examples(&self) -> impl Iterator<Item = &'static str> {
        let examples = self.postal_code_examples.split(',');
        examples.filter(|example| !example.is_empty())
    }

    /// The lines of an address, in the country's script or in Latin letters.
    pub fn lines(&self, latin: bool) -> impl Iterator<Item = Vec<Piece>> {
        let format = match self.latin_format {
            "" => self.format,
            latin_format if latin => latin_format,
            _ => self.format,
        };
        format.split("%n").map(|line| pieces(line).collect())
    }

    /// The rules as the API shows them.
    pub fn view(&self, country: Country) -> AddressRules {
        let fields = |what: &dyn Fn(Part) -> bool| -> Vec<&'static str> {
            let parts = Part::ALL.into_iter().filter(|part| what(*part));
            parts.flat_map(Part::fields).copied().collect()
        };
        let required = Part::ALL.into_iter().filter(|part| self.requires(*part));
        AddressRules {
            country,
            fields: fields(&|part| self.has(part)),
            required: required.map(Part::field).collect(),
            upper_case: fields(&|part| self.has(part) && self.capitalises(part)),
            format: template(self.format),
            latin_format: (!self.latin_format.is_empty()).then(|| template(self.latin_format)),
            names: Names {
                city: self.city_name,
                dependent_locality: self.dependent_locality_name,
                region: self.region_name,
                postal_code: self.postal_code_name,
            },
            postal_code: (!self.postal_code.is_empty()).then(|| PostalCodeRule {
                pattern: self.postal_code,
                examples: self.postal_code_examples().collect(),
            }),
            regions: self.regions().collect(),
        }
    }
}

impl Region {
    /// Whether a postal code is one of its own, as far as that is known.
    ///
    /// # Errors
    /// `internal` where the data's pattern is none.
    pub fn takes_postal_code(&self, code: &str) -> Result<bool, Problem> {
        match self.postal_code_prefix {
            None => Ok(true),
            Some(prefix) => matches(&format!("^(?:{prefix})"), code),
        }
    }
}

/// A text without its case, and with one letter i: İstanbul is written istanbul as well.
fn folded(text: &str) -> String {
    let plain = |c| match c {
        'ı' => Some('i'),
        // The dot that is left of a small İ.
        '\u{307}' => None,
        c => Some(c),
    };
    text.to_lowercase().chars().filter_map(plain).collect()
}

fn matches(pattern: &str, text: &str) -> Result<bool, Problem> {
    let pattern = Regex::new(pattern).map_err(Problem::internal)?;
    Ok(pattern.is_match(text))
}

/// The pieces of a format: `%Z %C` is the postal code, a space, the town. Line breaks (`%n`) are left out.
fn pieces(format: &'static str) -> impl Iterator<Item = Piece> {
    let mut rest = format;
    std::iter::from_fn(move || {
        loop {
            if rest.is_empty() {
                return None;
            }
            let Some(marked) = rest.strip_prefix('%') else {
                let (text, behind) = rest.split_at(rest.find('%').unwrap_or(rest.len()));
                rest = behind;
                return Some(Piece::Text(text));
            };
            let letter = marked.chars().next()?;
            rest = &marked[letter.len_utf8()..];
            if let Some(part) = Part::of(letter) {
                return Some(Piece::Part(part));
            }
        }
    })
}

/// `{postal_code} {city}`, a line each.
fn template(format: &'static str) -> Vec<String> {
    let shown = |piece| match piece {
        Piece::Part(Part::Lines) => "{lines}".to_owned(),
        Piece::Part(part) => format!("{{{}}}", part.field()),
        Piece::Text(text) => text.to_owned(),
    };
    let lines = format.split("%n");
    lines
        .map(|line| pieces(line).map(shown).collect())
        .collect()
}

/// What a country's addresses look like: for the form that asks for one.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
pub struct AddressRules {
    /// The country.
    pub country: Country,
    /// The fields that its addresses can have; others are refused.
    pub fields: Vec<&'static str>,
    /// The fields that they must have.
    pub required: Vec<&'static str>,
    /// The fields that are kept in capitals.
    pub upper_case: Vec<&'static str>,
    /// The lines of an address, with its fields in braces; `{lines}` are `line1` to `line3`.
    pub format: Vec<String>,
    /// The lines where it is written in Latin letters, if they differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latin_format: Option<Vec<String>>,
    /// What the country calls its fields.
    pub names: Names,
    /// The form of its postal codes, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<PostalCodeRule>,
    /// Its regions; empty where any text may name one.
    pub regions: Vec<Region>,
}

/// What a country calls the fields of an address.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[schemars(rename = "AddressFieldNames")]
pub struct Names {
    /// `city`, `district`, `post_town` or `suburb`.
    pub city: &'static str,
    /// `district`, `neighborhood`, `suburb`, `townland` or `village_township`.
    pub dependent_locality: &'static str,
    /// `area`, `county`, `department`, `district`, `do_si`, `emirate`, `island`, `oblast`, `parish`, `prefecture`,
    /// `province` or `state`.
    pub region: &'static str,
    /// `eircode`, `pin`, `postal` or `zip`.
    pub postal_code: &'static str,
}

/// The form of a country's postal codes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
pub struct PostalCodeRule {
    /// A regular expression that the whole code matches.
    pub pattern: &'static str,
    /// What they look like.
    pub examples: Vec<&'static str>,
}

/// The rules of the country that a path names, in any case.
///
/// # Errors
/// `country_unknown`.
pub fn rules_of(code: &str) -> Result<AddressRules, Problem> {
    let country: Option<Country> = code.to_ascii_uppercase().parse().ok();
    let country = country.ok_or(Code::CountryUnknown)?;
    let rules = Rules::of(&country).ok_or(Code::CountryUnknown)?;
    Ok(rules.view(country))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> impl Iterator<Item = Rules> {
        let codes = TABLE.lines().skip(1).map(|line| &line[..2]);
        codes.map(|code| Rules::of(&code.parse().unwrap()).unwrap())
    }

    #[test]
    fn other_data_are_another_revision() {
        assert_eq!((REVISION, TABLE.len()), (1, 59_530), "raise the revision");
    }

    #[test]
    fn every_country_has_rules_that_hold_together() {
        assert_eq!(all().count(), 249);
        for rules in all() {
            let country = rules.country;
            for part in Part::ALL {
                assert!(
                    !rules.requires(part) || rules.has(part),
                    "{country} {part:?}"
                );
            }
            for latin in [false, true] {
                let places: Vec<Piece> = rules.lines(latin).flatten().collect();
                assert!(places.contains(&Piece::Part(Part::Name)), "{country}");
                assert!(places.contains(&Piece::Part(Part::Lines)), "{country}");
            }
            assert!(
                rules.has(Part::Region) || rules.regions().next().is_none(),
                "{country}"
            );
        }
    }

    #[test]
    fn every_pattern_can_be_read_and_takes_its_own_examples() {
        for rules in all() {
            let country = rules.country;
            assert!(rules.takes_postal_code("").is_ok(), "{country}");
            for example in rules.postal_code_examples() {
                assert!(
                    rules.takes_postal_code(example).unwrap(),
                    "{country} {example}"
                );
            }
            for region in rules.regions() {
                assert!(
                    region.takes_postal_code("").is_ok(),
                    "{country} {}",
                    region.key
                );
                let found = rules.region(region.key).unwrap();
                assert_eq!(found, region, "{country}");
            }
        }
    }

    #[test]
    fn a_region_is_known_by_key_and_by_name() {
        let rules = |code: &str| Rules::of(&code.parse().unwrap()).unwrap();
        for text in ["CA", "ca", "California", "CALIFORNIA"] {
            assert_eq!(rules("US").region(text).unwrap().key, "CA");
        }
        for text in ["東京都", "Tokyo"] {
            assert_eq!(rules("JP").region(text).unwrap().key, "東京都");
        }
        assert_eq!(rules("US").region("Bavaria"), None);
        assert_eq!(rules("DE").regions().count(), 0);
    }

    #[test]
    fn a_form_learns_what_to_ask_for() {
        let rules = rules_of("us").unwrap();
        assert_eq!(rules.country.as_str(), "US");
        assert_eq!(
            rules.required,
            ["name", "line1", "city", "region", "postal_code"]
        );
        assert_eq!(rules.format[3], "{city}, {region} {postal_code}");
        assert_eq!(
            (rules.names.region, rules.names.postal_code),
            ("state", "zip")
        );
        assert_eq!(rules.regions.len(), 62);
        assert_eq!(rules_of("XX").unwrap_err().code(), Code::CountryUnknown);
        assert_eq!(
            rules_of("GERMANY").unwrap_err().code(),
            Code::CountryUnknown
        );
    }
}
