//! An address as its customer writes it, and how it becomes one that its country's post can read.

use contracts::views::PostalAddress;
use kernel::{Code, Country, Line, Phone, Problem, UnknownCountry};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::rules::{Part, Rules};

/// What a customer calls an address: Home, Work.
pub type Label = Line<1, 50>;

/// An address as it is written. Its texts are checked together and not one by one, so that whoever fills in a form
/// learns of all that is wrong at once; an empty text is as good as none.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddressInput {
    /// What the customer calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 50))]
    pub label: Option<String>,
    /// Who receives what is sent there.
    #[schemars(required, length(min = 1, max = 200))]
    pub name: Option<String>,
    /// The company that they receive it at.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 200))]
    pub company: Option<String>,
    /// Street and number, or what stands for them.
    #[schemars(required, length(min = 1, max = 200))]
    pub line1: Option<String>,
    /// More of the same: a flat, a floor, a building.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 200))]
    pub line2: Option<String>,
    /// And more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 200))]
    pub line3: Option<String>,
    /// The town.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 100))]
    pub city: Option<String>,
    /// A part of the town.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 100))]
    pub dependent_locality: Option<String>,
    /// A state, province or prefecture, by its key or its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 100))]
    pub region: Option<String>,
    /// The postal code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 20))]
    pub postal_code: Option<String>,
    /// What some countries sort mail by beside the postal code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 20))]
    pub sorting_code: Option<String>,
    /// The country: ISO 3166-1 alpha-2.
    #[schemars(required, extend("pattern" = "^[A-Za-z]{2}$", "examples" = ["NL"]))]
    pub country: Option<String>,
    /// Whom the carrier may call, in the international form: +4930123456.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 50))]
    pub phone: Option<String>,
}

impl AddressInput {
    /// What a customer would write to get this address.
    pub fn of(label: Option<&Label>, postal: &PostalAddress) -> Self {
        let text = |text: &dyn ToString| Some(text.to_string());
        Self {
            label: label.and_then(|label| text(label)),
            name: text(&postal.name),
            company: postal.company.as_ref().map(ToString::to_string),
            line1: text(&postal.line1),
            line2: postal.line2.as_ref().map(ToString::to_string),
            line3: postal.line3.as_ref().map(ToString::to_string),
            city: postal.city.as_ref().map(ToString::to_string),
            dependent_locality: postal.dependent_locality.as_ref().map(ToString::to_string),
            region: postal.region.as_ref().map(ToString::to_string),
            postal_code: postal.postal_code.as_ref().map(ToString::to_string),
            sorting_code: postal.sorting_code.as_ref().map(ToString::to_string),
            country: text(&postal.country),
            phone: postal.phone.as_ref().map(ToString::to_string),
        }
    }

    /// The label and the address that it is, in its country's form.
    ///
    /// # Errors
    /// `validation_failed` with everything that is wrong.
    pub fn check(&self) -> Result<(Option<Label>, PostalAddress), Problem> {
        let mut desk = Desk::default();
        let country = desk.country(self.country.as_deref());
        desk.rules = country.as_ref().and_then(Rules::of);

        let label = desk.text("/label", self.label.as_deref());
        let phone = desk.phone(self.phone.as_deref());
        let name = desk.part(Part::Name, self.name.as_deref());
        let company = desk.part(Part::Company, self.company.as_deref());
        let line1 = desk.part(Part::Lines, self.line1.as_deref());
        let line2 = desk.line("/line2", self.line2.as_deref());
        let line3 = desk.line("/line3", self.line3.as_deref());
        let city = desk.part(Part::City, self.city.as_deref());
        let dependent = desk.part(Part::DependentLocality, self.dependent_locality.as_deref());
        let region = desk.part(Part::Region, self.region.as_deref());
        let postal_code = self.postal_code.as_deref().map(narrow);
        let postal_code = desk.part(Part::PostalCode, postal_code.as_deref());
        let sorting_code = desk.part(Part::SortingCode, self.sorting_code.as_deref());
        let region = desk.place(region, postal_code.as_ref())?;

        match (country, name, line1) {
            (Some(country), Some(name), Some(line1)) if desk.wrong.is_empty() => Ok((
                label,
                PostalAddress {
                    name,
                    company,
                    line1,
                    line2,
                    line3,
                    city,
                    dependent_locality: dependent,
                    region,
                    postal_code,
                    sorting_code,
                    country,
                    phone,
                },
            )),
            _ => Err(desk.refusal()),
        }
    }
}

/// Where an address is read, and what was wrong with it so far.
#[derive(Default)]
struct Desk {
    rules: Option<Rules>,
    wrong: Vec<(String, String)>,
}

impl Desk {
    fn say(&mut self, pointer: impl Into<String>, detail: impl ToString) {
        self.wrong.push((pointer.into(), detail.to_string()));
    }

    fn country(&mut self, said: Option<&str>) -> Option<Country> {
        let Some(code) = given(said) else {
            self.say("/country", UnknownCountry);
            return None;
        };
        let country = code.to_ascii_uppercase().parse();
        country.map_err(|error| self.say("/country", error)).ok()
    }

    fn phone(&mut self, said: Option<&str>) -> Option<Phone> {
        let phone = given(said)?.parse();
        phone.map_err(|error| self.say("/phone", error)).ok()
    }

    fn text<const MAX: usize>(
        &mut self,
        pointer: &str,
        said: Option<&str>,
    ) -> Option<Line<1, MAX>> {
        let text = given(said)?.parse();
        text.map_err(|error| self.say(pointer, error)).ok()
    }

    /// A part of the address as the country writes it.
    fn part<const MAX: usize>(&mut self, part: Part, said: Option<&str>) -> Option<Line<1, MAX>> {
        let pointer = format!("/{}", part.field());
        let Some(rules) = self.rules else {
            if given(said).is_none() && matches!(part, Part::Name | Part::Lines) {
                self.say(pointer, "every address needs one");
                return None;
            }
            return self.text(&pointer, said);
        };
        let country = rules.country();
        if given(said).is_none() && rules.requires(part) {
            self.say(pointer, format!("an address in {country} needs one"));
            return None;
        }
        if given(said).is_some() && !rules.has(part) {
            self.say(pointer, format!("an address in {country} has none"));
            return None;
        }
        self.written(part, &pointer, said)
    }

    /// Another of the lines.
    fn line<const MAX: usize>(
        &mut self,
        pointer: &str,
        said: Option<&str>,
    ) -> Option<Line<1, MAX>> {
        self.written(Part::Lines, pointer, said)
    }

    fn written<const MAX: usize>(
        &mut self,
        part: Part,
        pointer: &str,
        said: Option<&str>,
    ) -> Option<Line<1, MAX>> {
        match self.rules.filter(|rules| rules.capitalises(part)) {
            Some(rules) => self.text(pointer, said.map(|text| rules.capitals(text)).as_deref()),
            None => self.text(pointer, said),
        }
    }

    /// The region by its key, and whether it and the postal code go with each other and with the country.
    fn place<const MAX: usize, const LONGEST: usize>(
        &mut self,
        said: Option<Line<1, MAX>>,
        code: Option<&Line<1, LONGEST>>,
    ) -> Result<Option<Line<1, MAX>>, Problem> {
        let Some(rules) = self.rules else {
            return Ok(said);
        };
        let country = rules.country();
        let listed = rules.regions().next().is_some();
        let region = said.as_deref().and_then(|text| rules.region(text));
        if listed && said.is_some() && region.is_none() {
            self.say(
                "/region",
                format!("no region of {country}; GET /v1/address-rules/{country} lists them"),
            );
        }
        if let Some(code) = code {
            if !rules.takes_postal_code(code)? {
                let examples: Vec<_> = rules.postal_code_examples().take(2).collect();
                let examples = examples.join(" or ");
                self.say("/postal_code", format!("expected one such as {examples}"));
            } else if let Some(region) = region
                && !region.takes_postal_code(code)?
            {
                self.say("/postal_code", format!("it is not one of {}", region.name));
            }
        }
        let key = region.map(|region| region.key.parse());
        let key = key.transpose().map_err(Problem::internal)?;
        Ok(key.or(said))
    }

    fn refusal(self) -> Problem {
        let problem = Problem::new(Code::ValidationFailed);
        let wrong = self.wrong.into_iter();
        wrong.fold(problem, |problem, (pointer, detail)| {
            problem.error(pointer, detail)
        })
    }
}

/// A text that says something.
fn given(said: Option<&str>) -> Option<&str> {
    said.map(str::trim).filter(|text| !text.is_empty())
}

/// The same with the wide digits, letters and hyphens that East Asian keyboards write (Unicode, U+FF01 to U+FF5E) as
/// plain ones.
fn narrow(text: &str) -> String {
    let plain = |c| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        c => c,
    };
    text.chars().map(plain).collect()
}

#[cfg(test)]
mod tests;
