//! The shop window: for each filter that a published product is found by, one entry with what the window
//! shows of it, so that any one filter, in any order, is one query.

use std::collections::BTreeSet;

use dynamo::{Item, Key, Query, table::Position};
use kernel::{Line, Locale, Localized, Money, ProductId, SellerId, page::Limit};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    product::{Category, Product, Tag, Title},
    words::{slug, words},
};

/// A product is found by at most this many words.
const MOST_WORDS: usize = 12;
/// An answer examines at most this many entries.
pub(crate) const MOST_EXAMINED: usize = 1_000;
/// How many are examined at a time where filters combine.
pub(crate) const STRETCH: usize = 100;

/// One entry of the shop window.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// The filter that it is found by: `all`, `category#shirts`, `tag#linen`, `word#oak`.
    pub filter: String,
    /// The product.
    pub product_id: ProductId,
    /// Who sells it.
    pub seller_id: SellerId,
    /// What it is called, by language.
    pub title: Localized<Title>,
    /// Where it belongs.
    pub category: Category,
    /// What it is also found by.
    pub tags: Vec<Tag>,
    /// The words that it is found by.
    pub words: BTreeSet<String>,
    /// The price of its cheapest variant.
    pub price: Money,
    /// How many variants it has.
    pub variant_count: u32,
    /// The title that it is sorted by.
    pub sort_title: String,
}

impl Item for Entry {
    const KIND: &'static str = "listing";

    fn key(&self) -> Key {
        Key::new(&self.filter, self.product_id.to_string())
    }

    fn indexes(&self) -> Vec<(&'static str, String, String)> {
        vec![
            ("by-price", self.filter.clone(), self.by_price()),
            ("by-title", self.filter.clone(), self.by_title()),
        ]
    }
}

impl Entry {
    /// All entries of a product: none unless it is in the shop.
    pub fn of(product: &Product) -> Vec<Self> {
        let Some(price) = product.lowest_price().filter(|_| product.is_in_shop()) else {
            return Vec::new();
        };
        let title = product
            .title
            .pick([])
            .map(ToString::to_string)
            .unwrap_or_default();
        let found_by = words(
            std::iter::once(title.as_str())
                .chain([product.category.as_str()])
                .chain(product.tags.iter().map(Tag::as_str)),
            MOST_WORDS,
        );
        let mut filters = vec![
            "all".to_owned(),
            format!("category#{}", slug(&product.category)),
        ];
        filters.extend(product.tags.iter().map(|tag| format!("tag#{}", slug(tag))));
        filters.extend(found_by.iter().map(|word| format!("word#{word}")));
        let entry = |filter| Self {
            filter,
            product_id: product.product_id,
            seller_id: product.seller_id,
            title: product.title.clone(),
            category: product.category.clone(),
            tags: product.tags.clone(),
            words: found_by.clone(),
            price,
            variant_count: u32::try_from(product.variants.len()).unwrap_or(u32::MAX),
            sort_title: slug(&title),
        };
        filters.into_iter().map(entry).collect()
    }

    fn by_price(&self) -> String {
        // Padded, so that text sorts as numbers do; the id tells equal prices apart.
        format!("{:016}#{}", self.price.amount(), self.product_id)
    }

    fn by_title(&self) -> String {
        format!("{}#{}", self.sort_title, self.product_id)
    }

    /// Where a list in this order goes on after this entry.
    pub(crate) fn position(&self, sort: Sort) -> Position {
        let mut position = Position::from([
            ("pk".to_owned(), self.filter.clone()),
            ("sk".to_owned(), self.product_id.to_string()),
        ]);
        let (index, key) = match sort {
            Sort::Newest => return position,
            Sort::Price | Sort::PriceDescending => ("by_price", self.by_price()),
            Sort::Title => ("by_title", self.by_title()),
        };
        position.insert(format!("{index}_pk"), self.filter.clone());
        position.insert(format!("{index}_sk"), key);
        position
    }

    /// How it is shown to someone who reads these languages.
    pub(crate) fn card(&self, locales: &[Locale]) -> ProductCard {
        ProductCard {
            id: self.product_id,
            seller_id: self.seller_id,
            title: self
                .title
                .pick(locales)
                .map(ToString::to_string)
                .unwrap_or_default(),
            category: self.category.clone(),
            tags: self.tags.clone(),
            price: self.price,
            variant_count: self.variant_count,
        }
    }
}

/// A product in the shop window.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
pub struct ProductCard {
    /// The product.
    pub id: ProductId,
    /// Who sells it.
    pub seller_id: SellerId,
    /// What it is called, in the caller's language where there is one.
    pub title: String,
    /// Where it belongs.
    pub category: Category,
    /// What it is also found by.
    pub tags: Vec<Tag>,
    /// The price of its cheapest variant.
    pub price: Money,
    /// How many variants it has.
    pub variant_count: u32,
}

/// The order of a list.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub enum Sort {
    /// The latest first.
    #[default]
    #[serde(rename = "newest")]
    Newest,
    /// The cheapest first.
    #[serde(rename = "price")]
    Price,
    /// The dearest first.
    #[serde(rename = "-price")]
    PriceDescending,
    /// By title, A to Z.
    #[serde(rename = "title")]
    Title,
}

/// What is looked for in the shop window.
#[derive(Clone, PartialEq, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductFilter {
    /// How many at most.
    #[serde(default)]
    pub limit: Limit,
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// Only of this category.
    pub category: Option<Line<1, 60>>,
    /// Only with this tag.
    pub tag: Option<Line<1, 40>>,
    /// Only with all of these words in title, category or tags.
    pub q: Option<Line<1, 100>>,
    /// In this order.
    #[serde(default)]
    pub sort: Sort,
}

/// A filter as it is carried out: one index is read, the rest is looked at.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Plan {
    base: String,
    category: Option<String>,
    tag: Option<String>,
    words: BTreeSet<String>,
    pub(crate) sort: Sort,
}

impl ProductFilter {
    /// The plan: words are the rarest, then tags, then categories.
    pub(crate) fn plan(&self) -> Plan {
        let category = self.category.as_deref().map(slug);
        let tag = self.tag.as_deref().map(slug);
        let words = words(self.q.as_deref(), MOST_WORDS);
        // The longest word is the rarest, as a rule.
        let word = words.iter().max_by_key(|word| word.len());
        let base = match (word, &tag, &category, &self.q) {
            (Some(word), ..) => format!("word#{word}"),
            // Nothing is found by a text without a word.
            (None, _, _, Some(_)) => "word#".to_owned(),
            (None, Some(tag), ..) => format!("tag#{tag}"),
            (None, None, Some(category), _) => format!("category#{category}"),
            (None, None, None, None) => "all".to_owned(),
        };
        Plan {
            base,
            category,
            tag,
            words,
            sort: self.sort,
        }
    }
}

impl Plan {
    /// What names the list: its cursors are good for it alone.
    pub(crate) fn scope(&self) -> String {
        format!("products {self:?}")
    }

    /// Whether one index answers all of it.
    pub(crate) fn is_plain(&self) -> bool {
        usize::from(self.category.is_some()) + usize::from(self.tag.is_some()) + self.words.len()
            <= 1
    }

    pub(crate) fn fits(&self, entry: &Entry) -> bool {
        let fits =
            |wanted: &Option<String>, has: &dyn Fn(&str) -> bool| wanted.as_deref().is_none_or(has);
        fits(&self.category, &|wanted| slug(&entry.category) == wanted)
            && fits(&self.tag, &|wanted| {
                entry.tags.iter().any(|tag| slug(tag) == wanted)
            })
            && self.words.is_subset(&entry.words)
    }

    pub(crate) fn query(&self, limit: usize) -> Query {
        let query = match self.sort {
            Sort::Newest => Query::table(&self.base).descending(),
            Sort::Price => Query::index("by-price", &self.base),
            Sort::PriceDescending => Query::index("by-price", &self.base).descending(),
            Sort::Title => Query::index("by-title", &self.base),
        };
        query.limit(limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(text: &str) -> ProductFilter {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn one_filter_is_one_index() {
        for (text, base) in [
            ("{}", "all"),
            (r#"{"category":"Home & Garden"}"#, "category#home-garden"),
            (r#"{"tag":"Oak"}"#, "tag#oak"),
            (r#"{"q":"oak tables"}"#, "word#tables"),
            (r#"{"q":"!"}"#, "word#"),
        ] {
            assert_eq!(filter(text).plan().base, base, "{text}");
        }
        assert!(filter(r#"{"tag":"oak"}"#).plan().is_plain());
        assert!(
            !filter(r#"{"tag":"oak","category":"tables"}"#)
                .plan()
                .is_plain()
        );
        assert!(!filter(r#"{"q":"oak tables"}"#).plan().is_plain());
    }

    #[test]
    fn cursors_of_other_filters_are_other_lists() {
        let (a, b) = (
            filter(r#"{"tag":"oak"}"#).plan(),
            filter(r#"{"tag":"oak","sort":"price"}"#).plan(),
        );
        assert_ne!(a.scope(), b.scope());
    }
}
