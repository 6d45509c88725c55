//! What happens to the catalogue.

use std::collections::BTreeMap;

use kernel::{ImportId, Line, Locale, Localized, Money, ProductId, SellerId, VariantId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{example_id, example_price, example_product, example_seller, example_variant};
use crate::Event;

/// A variant as others show it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct VariantOffer {
    /// The variant.
    pub variant_id: VariantId,
    /// The seller's own name for it.
    pub sku: String,
    /// What tells it from its siblings: `{"size": "M"}`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, String>,
    /// The price of one.
    pub price: Money,
}

/// A product as others show it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ProductOffer {
    /// The product.
    pub product_id: ProductId,
    /// Who sells it.
    pub seller_id: SellerId,
    /// Its title, by language.
    pub title: Localized<Line<1, 200>>,
    /// Whether it is in the shop.
    pub published: bool,
    /// All its variants, 1 to 100.
    pub variants: Vec<VariantOffer>,
}

fn example_offer() -> ProductOffer {
    #[expect(clippy::unwrap_used, reason = "a constant that a test reads")]
    let title = "Linen shirt".parse().unwrap();
    ProductOffer {
        product_id: example_product(),
        seller_id: example_seller(),
        title: Localized::new(Locale::en(), title),
        published: true,
        variants: vec![VariantOffer {
            variant_id: example_variant(),
            sku: "linen-shirt-m".to_owned(),
            options: BTreeMap::from([("size".to_owned(), "M".to_owned())]),
            price: example_price(),
        }],
    }
}

macro_rules! product_events {
    ($($(#[$doc:meta])* $name:ident = $type:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        pub struct $name(
            /// The product as it is now.
            pub ProductOffer,
        );

        impl Event for $name {
            const TYPE: &'static str = $type;
            const AGGREGATE: &'static str = "product";
            fn aggregate_id(&self) -> String {
                self.0.product_id.to_string()
            }
            fn seller(&self) -> Option<SellerId> {
                Some(self.0.seller_id)
            }
            fn example() -> Self {
                Self(example_offer())
            }
        }
    )*};
}

product_events! {
    /// A product has come into the shop.
    ProductPublished = "product.published.v1";
    /// A product has been added as a draft, or changed.
    ProductUpdated = "product.updated.v1";
}

/// The opening stock of a variant that an import brought.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct OpeningStock {
    /// The variant.
    pub variant_id: VariantId,
    /// How many pieces there are.
    pub quantity: u32,
}

/// An import has added a product: its variants are to be stocked.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ProductImported {
    /// The import.
    pub import_id: ImportId,
    /// The product.
    pub product_id: ProductId,
    /// Who sells it.
    pub seller_id: SellerId,
    /// What there is of each of its variants, 1 to 100.
    pub stock: Vec<OpeningStock>,
}

impl Event for ProductImported {
    const TYPE: &'static str = "product.imported.v1";
    const AGGREGATE: &'static str = "product";
    fn aggregate_id(&self) -> String {
        self.product_id.to_string()
    }
    fn seller(&self) -> Option<SellerId> {
        Some(self.seller_id)
    }
    fn example() -> Self {
        Self {
            import_id: example_id(10),
            product_id: example_product(),
            seller_id: example_seller(),
            stock: vec![OpeningStock {
                variant_id: example_variant(),
                quantity: 25,
            }],
        }
    }
}
