//! What can be bought: a projection of what the catalogue and the warehouse have said.

use std::collections::BTreeMap;

use contracts::events::{ProductOffer, VariantOffer};
use dynamo::{Item, Key};
use kernel::{Line, Locale, Localized, Money, ProductId, SellerId, VariantId};
use serde::{Deserialize, Serialize};

/// What a variant is offered as. Item `offer#<variant id>` / `offer`.
///
/// Its two halves come from two services in no order: either may be there without the other.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Offer {
    /// The variant.
    pub variant_id: VariantId,
    /// How many pieces could be bought when the warehouse was last asked.
    pub available: u32,
    /// What the catalogue says of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listing: Option<Listing>,
}

/// What the catalogue says of a variant.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Listing {
    /// The product that it is a variant of.
    pub product_id: ProductId,
    /// Who sells it.
    pub seller_id: SellerId,
    /// The seller's own name for it.
    pub sku: String,
    /// What the product is called, by language.
    pub title: Localized<Line<1, 200>>,
    /// What tells it from its siblings.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, String>,
    /// The price of one.
    pub price: Money,
    /// Whether it is in the shop.
    pub published: bool,
}

impl Listing {
    /// A variant of a product, as the catalogue says it now.
    pub fn of(product: &ProductOffer, variant: &VariantOffer) -> Self {
        Self {
            product_id: product.product_id,
            seller_id: product.seller_id,
            sku: variant.sku.clone(),
            title: product.title.clone(),
            options: variant.options.clone(),
            price: variant.price,
            published: product.published,
        }
    }

    /// What it is called, in the first of these languages that it has: `Linen shirt (M, white)`.
    pub fn shown_title(&self, locales: &[Locale]) -> String {
        let title = self.title.pick(locales).map_or("", Line::as_str);
        if self.options.is_empty() {
            return title.to_owned();
        }
        let options: Vec<&str> = self.options.values().map(String::as_str).collect();
        format!("{title} ({})", options.join(", "))
    }
}

impl Offer {
    /// A variant of which nothing is known yet.
    pub fn unknown(variant_id: VariantId) -> Self {
        Self {
            variant_id,
            available: 0,
            listing: None,
        }
    }

    /// What the catalogue says, if the variant is in the shop.
    pub fn in_shop(&self) -> Option<&Listing> {
        self.listing.as_ref().filter(|listing| listing.published)
    }

    /// Whether so many pieces can be bought.
    pub fn has(&self, pieces: u32) -> bool {
        self.in_shop().is_some() && self.available >= pieces
    }

    /// With what the catalogue says now.
    pub fn listed(&self, listing: Listing) -> Self {
        Self {
            listing: Some(listing),
            ..self.clone()
        }
    }

    /// Out of the shop, because its product has no such variant any more.
    pub fn withdrawn(&self) -> Self {
        let mut offer = self.clone();
        if let Some(listing) = &mut offer.listing {
            listing.published = false;
        }
        offer
    }

    /// With what the warehouse says now.
    pub fn stocked(&self, available: u32) -> Self {
        Self {
            available,
            ..self.clone()
        }
    }

    /// The key of a variant's offer.
    pub fn key_of(variant: VariantId) -> Key {
        Key::new(format!("offer#{variant}"), "offer")
    }
}

impl Item for Offer {
    const KIND: &'static str = "offer";

    fn key(&self) -> Key {
        Self::key_of(self.variant_id)
    }
}

/// How far the offers of a product have followed the catalogue. Item `product#<product id>` / `product`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Listed {
    /// The product.
    pub product_id: ProductId,
    /// The revision of the product that its offers show, or are on their way to show.
    pub revision: u64,
    /// Whether all of them show it.
    pub complete: bool,
    /// Every variant that may have an offer in the shop.
    pub variants: Vec<VariantId>,
}

impl Listed {
    /// Whether this revision of the product is no news.
    pub fn knows(&self, revision: u64) -> bool {
        self.revision > revision || (self.revision == revision && self.complete)
    }

    /// The key of a product's progress.
    pub fn key_of(product: ProductId) -> Key {
        Key::new(format!("product#{product}"), "product")
    }
}

impl Item for Listed {
    const KIND: &'static str = "listed";

    fn key(&self) -> Key {
        Self::key_of(self.product_id)
    }
}

#[cfg(test)]
mod tests {
    use contracts::{Event, events::ProductPublished};

    use super::*;

    fn offer() -> Offer {
        let product = ProductPublished::example().0;
        let variant = &product.variants[0];
        Offer::unknown(variant.variant_id).listed(Listing::of(&product, variant))
    }

    #[test]
    fn a_title_shows_what_tells_a_variant_from_its_siblings() {
        let mut listing = offer().listing.unwrap();
        assert_eq!(listing.shown_title(&[Locale::en()]), "Linen shirt (M)");
        listing.options.insert("color".into(), "white".into());
        assert_eq!(listing.shown_title(&[]), "Linen shirt (white, M)");
        listing.options.clear();
        assert_eq!(listing.shown_title(&[]), "Linen shirt");
    }

    #[test]
    fn what_is_out_of_the_shop_cannot_be_bought_however_much_there_is() {
        let offer = offer().stocked(9);
        assert!(offer.has(9) && !offer.has(10));
        assert!(!offer.withdrawn().has(1));
        assert!(!Offer::unknown(offer.variant_id).stocked(9).has(1));
    }

    #[test]
    fn an_older_revision_is_no_news_and_an_unfinished_one_is() {
        let listed = |complete| Listed {
            product_id: ProductPublished::example().0.product_id,
            revision: 3,
            complete,
            variants: Vec::new(),
        };
        assert!(listed(true).knows(2) && listed(true).knows(3) && !listed(true).knows(4));
        assert!(listed(false).knows(2) && !listed(false).knows(3));
    }
}
