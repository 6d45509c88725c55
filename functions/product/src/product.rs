//! A product and its variants: what makes them, what changes them, how they are shown. Pure.

use std::collections::{BTreeMap, BTreeSet};

use contracts::events::{ProductOffer, VariantOffer};
use kernel::{
    Currency, Id, Line, Locale, Localized, Money, Owned, Paragraphs, Problem, ProductId, SellerId,
    Timestamp, VariantId,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::words::{Sku, slug};

/// A product has at most this many variants: they are written, with the product's place in the shop window, in
/// one transaction of 100 actions.
pub const MOST_VARIANTS: usize = 60;
/// A product has at most this many tags.
pub const MOST_TAGS: usize = 10;
/// A variant has at most this many options.
const MOST_OPTIONS: usize = 5;

/// What a product is called.
pub type Title = Line<1, 200>;
/// What is said of it.
pub type Description = Paragraphs<0, 10_000>;
/// Where it belongs.
pub type Category = Line<1, 60>;
/// What it is also found by.
pub type Tag = Line<1, 40>;
/// An option's name or value.
pub type OptionText = Line<1, 80>;

/// Whether a product is in the shop.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "ProductStatus")]
pub enum Status {
    /// Only its seller sees it.
    Draft,
    /// Everyone sees it.
    Published,
}

/// A product.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Product {
    /// Its id.
    pub product_id: ProductId,
    /// Who sells it.
    pub seller_id: SellerId,
    /// What the seller's own systems call it; unique for its seller and never changed.
    pub handle: String,
    /// What it is called, by language.
    pub title: Localized<Title>,
    /// What is said of it, by language.
    pub description: Localized<Description>,
    /// Where it belongs.
    pub category: Category,
    /// What it is also found by.
    pub tags: Vec<Tag>,
    /// Whether its seller has it in the shop.
    pub status: Status,
    /// Whether it is kept out of the shop all the same, because its seller does not sell at present.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hidden: bool,
    /// What of it can be bought.
    pub variants: Vec<Variant>,
}

/// What of a product is stocked, priced and bought.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Variant {
    /// Its id, made of its seller and its SKU.
    pub id: VariantId,
    /// The seller's own name for it; never changed.
    pub sku: Sku,
    /// What it is called beside its product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Title>,
    /// What tells it from its siblings.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, String>,
    /// The price of one.
    pub price: Money,
}

/// The id of the variant that a seller calls by this SKU.
pub fn variant_id(seller: SellerId, sku: &Sku) -> VariantId {
    VariantId::named(&format!("{seller} {sku}"))
}

/// What a seller says of a product.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductInput {
    /// What it is called.
    pub title: Title,
    /// What is said of it.
    #[serde(default = "nothing")]
    pub description: Description,
    /// Where it belongs.
    pub category: Category,
    /// What it is also found by, at most 10.
    #[serde(default)]
    #[schemars(length(max = 10))]
    pub tags: Vec<Tag>,
    /// What of it can be bought, 1 to 60.
    #[schemars(length(min = 1, max = 60))]
    pub variants: Vec<VariantInput>,
}

fn nothing() -> Description {
    // Empty text is within its bounds; the alternative to this line is an Option that means the same.
    Description::try_from(String::new()).unwrap_or_else(|_| unreachable!("0 characters are enough"))
}

/// What a seller says of a variant.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VariantInput {
    /// The seller's own name for it; made of the product's handle and the options where it is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<Sku>,
    /// What it is called beside its product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Title>,
    /// What tells it from its siblings, at most 5.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<OptionText, OptionText>,
    /// The price of one.
    pub price: Money,
}

/// Who makes a product, and by what rules of the stage.
#[derive(Clone, Debug)]
pub struct Terms {
    /// Who sells it.
    pub seller: SellerId,
    /// The language that its text is in.
    pub locale: Locale,
    /// The currency that its prices are in.
    pub currency: Currency,
}

impl Product {
    /// A draft of what a seller says.
    ///
    /// # Errors
    /// `validation_failed`, with the place.
    pub fn draft(
        id: ProductId,
        handle: Option<String>,
        input: ProductInput,
        terms: &Terms,
    ) -> Result<Self, Problem> {
        let handle = handle.unwrap_or_else(|| {
            let made: String = slug(&input.title).chars().take(100).collect();
            let tail = id.uuid().simple().to_string();
            // Two products may have one title: the end of the id tells them apart.
            format!("{made}-{}", &tail[24..])
                .trim_start_matches('-')
                .to_owned()
        });
        let variants = variants(&handle, input.variants, &[], terms)?;
        Ok(Self {
            product_id: id,
            seller_id: terms.seller,
            handle,
            title: Localized::new(terms.locale.clone(), input.title),
            description: Localized::new(terms.locale.clone(), input.description),
            category: input.category,
            tags: tags(input.tags)?,
            status: Status::Draft,
            hidden: false,
            variants,
        })
    }

    /// The product as its seller now says it. Variants are known by their SKUs; the ids of those that stay, stay.
    ///
    /// # Errors
    /// `validation_failed`, with the place.
    pub fn change(&self, input: ProductInput, terms: &Terms) -> Result<Self, Problem> {
        let mut next = self.clone();
        next.title.set(terms.locale.clone(), input.title);
        next.description
            .set(terms.locale.clone(), input.description);
        next.category = input.category;
        next.tags = tags(input.tags)?;
        next.variants = variants(&self.handle, input.variants, &self.variants, terms)?;
        Ok(next)
    }

    /// The same in the shop.
    pub fn publish(&self) -> Self {
        Self {
            status: Status::Published,
            ..self.clone()
        }
    }

    /// The same while its seller does not sell, or does again.
    pub fn hide(&self, hidden: bool) -> Self {
        Self {
            hidden,
            ..self.clone()
        }
    }

    /// What its seller would have to say to get it as it is.
    ///
    /// # Errors
    /// An internal problem where what is stored would not be accepted any more.
    pub fn input(&self, locale: &Locale) -> Result<ProductInput, Problem> {
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let option = |(name, value): (&String, &String)| {
            Some((
                name.parse::<OptionText>().ok()?,
                value.parse::<OptionText>().ok()?,
            ))
        };
        Ok(ProductInput {
            title: text(self.title.pick([locale]).map(Title::as_str))
                .parse()
                .map_err(Problem::internal)?,
            description: text(self.description.pick([locale]).map(Description::as_str))
                .parse()
                .map_err(Problem::internal)?,
            category: self.category.clone(),
            tags: self.tags.clone(),
            variants: self
                .variants
                .iter()
                .map(|variant| VariantInput {
                    sku: Some(variant.sku.clone()),
                    title: variant.title.clone(),
                    options: variant.options.iter().filter_map(option).collect(),
                    price: variant.price,
                })
                .collect(),
        })
    }

    /// Whether its seller has it in the shop.
    pub fn is_published(&self) -> bool {
        self.status == Status::Published
    }

    /// Whether everyone sees it.
    pub fn is_in_shop(&self) -> bool {
        self.is_published() && !self.hidden
    }

    /// The price of its cheapest variant.
    pub fn lowest_price(&self) -> Option<Money> {
        self.variants
            .iter()
            .map(|variant| variant.price)
            .min_by_key(|price| price.amount())
    }

    /// What others are told of it.
    pub fn offer(&self) -> ProductOffer {
        let variants = self.variants.iter().map(|variant| VariantOffer {
            variant_id: variant.id,
            sku: variant.sku.to_string(),
            options: variant.options.clone(),
            price: variant.price,
        });
        ProductOffer {
            product_id: self.product_id,
            seller_id: self.seller_id,
            title: self.title.clone(),
            published: self.is_in_shop(),
            variants: variants.collect(),
        }
    }

    /// How it is shown to someone who reads these languages.
    pub fn view(
        self,
        locales: &[Locale],
        created_at: Timestamp,
        updated_at: Timestamp,
    ) -> ProductView {
        let variants = self.variants.into_iter().map(|variant| VariantView {
            id: variant.id,
            sku: variant.sku,
            title: variant.title,
            options: variant.options,
            price: variant.price,
        });
        ProductView {
            id: self.product_id,
            seller_id: self.seller_id,
            handle: self.handle,
            title: self
                .title
                .pick(locales)
                .map(ToString::to_string)
                .unwrap_or_default(),
            description: self
                .description
                .pick(locales)
                .map(ToString::to_string)
                .unwrap_or_default(),
            category: self.category,
            tags: self.tags,
            status: self.status,
            hidden: self.hidden,
            variants: variants.collect(),
            created_at,
            updated_at,
        }
    }
}

impl Owned for Product {
    fn of_seller(&self, seller: SellerId) -> bool {
        self.seller_id == seller
    }
}

fn tags(tags: Vec<Tag>) -> Result<Vec<Tag>, Problem> {
    if tags.len() > MOST_TAGS {
        return Err(Problem::invalid(
            "/tags",
            format!("at most {MOST_TAGS} tags"),
        ));
    }
    let mut seen = BTreeSet::new();
    Ok(tags
        .into_iter()
        .filter(|tag| seen.insert(slug(tag)))
        .collect())
}

fn variants(
    handle: &str,
    inputs: Vec<VariantInput>,
    known: &[Variant],
    terms: &Terms,
) -> Result<Vec<Variant>, Problem> {
    if inputs.is_empty() || inputs.len() > MOST_VARIANTS {
        let detail = format!("a product has 1 to {MOST_VARIANTS} variants");
        return Err(Problem::invalid("/variants", detail));
    }
    let given: BTreeSet<Sku> = inputs
        .iter()
        .filter_map(|input| input.sku.clone())
        .collect();
    let (mut taken, mut combinations) = (BTreeSet::new(), BTreeSet::new());
    let mut variants = Vec::with_capacity(inputs.len());
    for (i, input) in inputs.into_iter().enumerate() {
        let place = |field: &str| format!("/variants/{i}/{field}");
        if input.price.currency() != terms.currency {
            let detail = format!("prices are in {} here", terms.currency);
            return Err(Problem::invalid(place("price/currency"), detail));
        }
        if input.options.len() > MOST_OPTIONS {
            return Err(Problem::invalid(
                place("options"),
                format!("at most {MOST_OPTIONS} options"),
            ));
        }
        let options: BTreeMap<String, String> = input
            .options
            .into_iter()
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect();
        if !options.is_empty() && !combinations.insert(options.clone()) {
            return Err(Problem::invalid(
                place("options"),
                "another variant has the same options",
            ));
        }
        let sku = match input.sku {
            Some(sku) if taken.contains(&sku) => {
                return Err(Problem::invalid(
                    place("sku"),
                    "another variant has this SKU",
                ));
            }
            Some(sku) => sku,
            None => {
                // A variant that is known by its options keeps its SKU, whatever it would be called today.
                let same = known.iter().find(|variant| variant.options == options);
                let made = same.map_or_else(
                    || Sku::made_of(handle, options.values().map(String::as_str)),
                    |variant| variant.sku.clone(),
                );
                let free = |sku: &Sku| !taken.contains(sku) && !given.contains(sku);
                let numbered = (2..=MOST_VARIANTS + 1).map(|number| made.numbered(number));
                std::iter::once(made.clone())
                    .chain(numbered)
                    .find(free)
                    .unwrap_or(made)
            }
        };
        taken.insert(sku.clone());
        let id = variant_id(terms.seller, &sku);
        variants.push(Variant {
            id,
            sku,
            title: input.title,
            options,
            price: input.price,
        });
    }
    Ok(variants)
}

/// A product as it is shown.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Product")]
pub struct ProductView {
    /// Its id.
    pub id: ProductId,
    /// Who sells it.
    pub seller_id: SellerId,
    /// What the seller's own systems call it.
    pub handle: String,
    /// What it is called, in the caller's language where there is one.
    pub title: String,
    /// What is said of it.
    pub description: String,
    /// Where it belongs.
    pub category: Category,
    /// What it is also found by.
    pub tags: Vec<Tag>,
    /// Whether it is in the shop.
    pub status: Status,
    /// Whether it is kept out of the shop all the same, because its seller does not sell at present.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hidden: bool,
    /// What of it can be bought.
    pub variants: Vec<VariantView>,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// A variant as it is shown.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Variant")]
pub struct VariantView {
    /// Its id: the key for stock, carts and orders.
    pub id: VariantId,
    /// The seller's own name for it.
    pub sku: Sku,
    /// What it is called beside its product.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<Title>,
    /// What tells it from its siblings.
    pub options: BTreeMap<String, String>,
    /// The price of one.
    pub price: Money,
}

#[cfg(test)]
mod tests {
    use kernel::Ids;
    use serde_json::json;

    use super::*;

    fn terms() -> Terms {
        let seller = Ids::seeded(1).fresh(Timestamp::from_second(1));
        Terms {
            seller,
            locale: Locale::en(),
            currency: Currency::EUR,
        }
    }

    fn input(variants: serde_json::Value) -> ProductInput {
        serde_json::from_value(json!({
            "title": "Linen shirt", "category": "Shirts", "tags": ["Linen", "linen", "Summer"],
            "variants": variants,
        }))
        .unwrap()
    }

    fn price() -> serde_json::Value {
        json!({ "amount": 1999, "currency": "EUR" })
    }

    fn draft(variants: serde_json::Value) -> Result<Product, Problem> {
        let id = Ids::seeded(2).fresh(Timestamp::from_second(1));
        Product::draft(
            id,
            Some("linen-shirt".to_owned()),
            input(variants),
            &terms(),
        )
    }

    #[test]
    fn skus_are_made_where_missing_and_differ() {
        let product = draft(json!([
            { "options": { "size": "M" }, "price": price() },
            { "options": { "size": "L" }, "price": price() },
            { "sku": "linen-shirt-xl", "options": { "size": "S" }, "price": price() },
            { "options": { "size": "XL" }, "price": price() },
        ]))
        .unwrap();
        let skus: Vec<&str> = product
            .variants
            .iter()
            .map(|variant| variant.sku.as_str())
            .collect();
        assert_eq!(
            skus,
            [
                "linen-shirt-m",
                "linen-shirt-l",
                "linen-shirt-xl",
                "linen-shirt-xl-2"
            ]
        );
        assert_eq!(
            product.tags.len(),
            2,
            "a tag counts once, however it is written"
        );
    }

    #[test]
    fn one_sku_and_one_choice_of_options_are_one_variants() {
        let same_sku = json!([{ "sku": "A", "price": price() }, { "sku": "A", "price": price() }]);
        assert!(draft(same_sku).is_err());
        let same = json!({ "options": { "size": "M" }, "price": price() });
        assert!(draft(json!([same, same])).is_err());
        assert!(draft(json!([])).is_err());
        assert!(draft(json!([{ "price": { "amount": 1, "currency": "USD" } }])).is_err());
    }

    #[test]
    fn what_stays_keeps_its_id_and_its_sku() {
        let product = draft(json!([{ "options": { "size": "M" }, "price": price() }])).unwrap();
        let mut said = product.input(&Locale::en()).unwrap();
        assert_eq!(product.change(said.clone(), &terms()).unwrap(), product);

        said.variants[0].sku = None;
        said.title = "Cotton shirt".parse().unwrap();
        let changed = product.change(said, &terms()).unwrap();
        assert_eq!(changed.variants[0].id, product.variants[0].id);
        assert_eq!(changed.handle, product.handle);
    }

    #[test]
    fn a_variants_id_is_its_sellers_and_its_skus() {
        let (one, other): (SellerId, SellerId) = (
            Ids::seeded(1).fresh(Timestamp::from_second(1)),
            Ids::seeded(2).fresh(Timestamp::from_second(1)),
        );
        let (a, b): (Sku, Sku) = ("a".parse().unwrap(), "b".parse().unwrap());
        assert_eq!(variant_id(one, &a), variant_id(one, &a));
        assert_ne!(variant_id(one, &a), variant_id(one, &b));
        assert_ne!(variant_id(one, &a), variant_id(other, &a));
    }
}
