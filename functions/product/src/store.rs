//! The tables `products` and `listings`:
//!
//! | item | key | |
//! |---|---|---|
//! | `product` | `product#<id>` / `product` | |
//! | `variant` | `variant#<id>` / `variant` | whose it is; also the claim on its SKU, which its id is made of |
//! | `seller-product` | `seller#<seller>` / `product#<id>` | what a seller has, for what is done to all of it |
//! | `standing` | `seller#<seller>` / `standing` | whether what it has is kept out of the shop |
//! | `handle` | `handle#<seller>#<handle>` / `handle` | a handle is its seller's once |
//! | `listing` | `<filter>` / `<product id>` | an entry of the shop window |

use std::collections::{HashMap, HashSet};

use contracts::events::{ProductPublished, ProductUpdated};
use dynamo::{
    Command, Commands, Cursors, Intent, Item, Key, Query, Stored, Table, table::Position,
};
use kernel::{
    Code, Currency, Locale, Page, Permission, Problem, ProductId, Reply, SellerId, VariantId,
};
use lambda::{
    Platform,
    http::{Incoming, Outcome},
};
use serde::{Deserialize, Serialize};

use crate::{
    listing::{Entry, MOST_EXAMINED, ProductCard, ProductFilter, STRETCH},
    product::{Product, ProductView, Terms},
    standing::Standing,
};

/// So many products of a seller are read at once, where something is done to all of them.
const HIDDEN_AT_ONCE: usize = 25;
/// A transaction has at most this many actions.
const MOST_ACTIONS: usize = 100;

impl Item for Product {
    const KIND: &'static str = "product";

    fn key(&self) -> Key {
        product_key(self.product_id)
    }
}

fn product_key(id: ProductId) -> Key {
    Key::new(format!("product#{id}"), "product")
}

/// Whose a variant is: what the view `variant-owner` shows, and the claim on its SKU.
#[expect(clippy::struct_field_names, reason = "the view names them so")]
#[derive(Clone, Serialize, Deserialize)]
struct VariantClaim {
    variant_id: VariantId,
    product_id: ProductId,
    seller_id: SellerId,
}

impl Item for VariantClaim {
    const KIND: &'static str = "variant";

    fn key(&self) -> Key {
        Key::new(format!("variant#{}", self.variant_id), "variant")
    }
}

/// A product in the run of all that its seller has.
#[derive(Clone, Serialize, Deserialize)]
struct SellerProduct {
    seller_id: SellerId,
    product_id: ProductId,
}

const PRODUCTS: &str = "product#";

fn run_of(seller: SellerId) -> String {
    format!("seller#{seller}")
}

impl Item for SellerProduct {
    const KIND: &'static str = "seller-product";

    fn key(&self) -> Key {
        Key::new(
            run_of(self.seller_id),
            format!("{PRODUCTS}{}", self.product_id),
        )
    }
}

fn standing_key(seller: SellerId) -> Key {
    Key::new(run_of(seller), "standing")
}

impl Item for Standing {
    const KIND: &'static str = "standing";

    fn key(&self) -> Key {
        standing_key(self.seller_id)
    }
}

/// Whose a handle is.
#[derive(Clone, Serialize, Deserialize)]
struct HandleClaim {
    seller_id: SellerId,
    handle: String,
    product_id: ProductId,
}

fn handle_key(seller: SellerId, handle: &str) -> Key {
    Key::new(format!("handle#{seller}#{handle}"), "handle")
}

impl Item for HandleClaim {
    const KIND: &'static str = "handle";

    fn key(&self) -> Key {
        handle_key(self.seller_id, &self.handle)
    }
}

/// The catalogue, as the service's functions read and write it.
#[derive(Clone, Debug)]
pub struct Catalogue {
    products: Table,
    listings: Table,
    commands: Commands,
    cursors: Option<Cursors>,
    locale: Locale,
    currency: Currency,
}

impl Catalogue {
    /// Over the platform that the function was given.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        Self::open(platform)
    }

    pub(crate) fn open(platform: &'static Platform) -> Result<Self, Problem> {
        Ok(Self {
            products: platform.table("product", "products"),
            listings: platform.table("product", "listings"),
            commands: platform.commands("product"),
            // A job has no cursors, and no key for them.
            cursors: platform
                .optional("CURSOR_KEY")
                .map(|key| Cursors::new(key.as_bytes())),
            locale: platform.locale()?,
            currency: platform.currency()?,
        })
    }

    /// By what rules a seller makes products here.
    pub fn terms(&self, seller: SellerId) -> Terms {
        Terms {
            seller,
            locale: self.locale.clone(),
            currency: self.currency,
        }
    }

    /// The product that a request names, if its caller may see it: everyone what is in the shop, its seller and
    /// admins the rest.
    ///
    /// # Errors
    /// `product_not_found`, whether there is none or it is out of sight.
    pub async fn seen(&self, request: &Incoming) -> Result<Stored<Product>, Problem> {
        let id = request.path("id", Code::ProductNotFound)?;
        let found = self.products.get::<Product>(&product_key(id)).await?;
        let may_see = |product: &Product| {
            product.is_in_shop() || request.reaches_by(Permission::ProductUpdate, product)
        };
        found
            .filter(|product| may_see(product))
            .ok_or_else(|| Code::ProductNotFound.into())
    }

    /// The product that a request names, if its caller may change it.
    ///
    /// # Errors
    /// `product_not_found`, whether there is none or it is out of reach.
    pub async fn reached(&self, request: &Incoming) -> Result<Stored<Product>, Problem> {
        let id = request.path("id", Code::ProductNotFound)?;
        let found = self.products.get(&product_key(id)).await?;
        request.reach(found, Code::ProductNotFound)
    }

    /// How a product is shown to the caller of a request.
    pub fn show(&self, product: Stored<Product>, request: &Incoming) -> ProductView {
        let (created_at, updated_at) = (product.created_at, product.updated_at);
        let languages = self.languages(request);
        product.value.view(&languages, created_at, updated_at)
    }

    /// How a product is shown that this request has just written.
    pub fn show_written(
        &self,
        product: &Product,
        before: Option<&Stored<Product>>,
        request: &Incoming,
    ) -> ProductView {
        let created_at = before.map_or(request.now, |before| before.created_at);
        let languages = self.languages(request);
        product.clone().view(&languages, created_at, request.now)
    }

    fn languages(&self, request: &Incoming) -> Vec<Locale> {
        let mut languages = request.locales();
        languages.push(self.locale.clone());
        languages
    }

    /// Writes a new product.
    ///
    /// # Errors
    /// `sku_taken`, `handle_taken`, `seller_suspended`.
    pub async fn add(
        &self,
        product: &Product,
        intent: &Intent,
        reply: Reply<ProductView>,
    ) -> Outcome<ProductView> {
        let mut command = self.commands.begin(intent);
        self.insert(&mut command, product);
        command.commit(reply).await
    }

    /// Writes what a request has made of a product.
    ///
    /// # Errors
    /// `sku_taken`.
    pub async fn change(
        &self,
        read: &Stored<Product>,
        next: &Product,
        action: &str,
        intent: &Intent,
        reply: Reply<ProductView>,
    ) -> Outcome<ProductView> {
        let mut command = self.commands.begin(intent);
        self.replace(&mut command, read, next, action).await?;
        command.commit(reply).await
    }

    /// Adds to a command what writes a new product, in the shop or not.
    pub(crate) fn insert(&self, command: &mut Command, product: &Product) {
        let handle = HandleClaim {
            seller_id: product.seller_id,
            handle: product.handle.clone(),
            product_id: product.product_id,
        };
        command
            .insert(&self.products, &handle)
            .or(Code::HandleTaken);
        // Who is on the way out of the shop adds nothing that those who hide its products would miss.
        command
            .forbid(&self.products, &standing_key(product.seller_id), "hidden")
            .or(Code::SellerSuspended);
        command.insert(&self.products, product);
        let listed = SellerProduct {
            seller_id: product.seller_id,
            product_id: product.product_id,
        };
        command.insert(&self.products, &listed);
        for claim in claims(product) {
            command.insert(&self.products, &claim).or(Code::SkuTaken);
        }
        for entry in Entry::of(product) {
            command.insert(&self.listings, &entry);
        }
        announce(command, 1, product, product.is_in_shop());
        command.audit("product.create", product.product_id);
    }

    /// Adds to a command what makes one product of another: the product, the claims on its new SKUs, and its
    /// entries in the shop window.
    pub(crate) async fn replace(
        &self,
        command: &mut Command,
        read: &Stored<Product>,
        next: &Product,
        action: &str,
    ) -> Result<(), Problem> {
        let (before, after) = (Entry::of(&read.value), Entry::of(next));
        let known: HashSet<VariantId> = read.variants.iter().map(|variant| variant.id).collect();
        let new: Vec<_> = claims(next)
            .into_iter()
            .filter(|claim| !known.contains(&claim.variant_id))
            .collect();
        // A SKU that this product had before is still its own.
        let keys = new.iter().map(Item::key).collect();
        let claimed = self.products.get_many::<VariantClaim>(keys).await?;
        let claimed: HashMap<VariantId, ProductId> = claimed
            .into_iter()
            .map(|claim| (claim.variant_id, claim.product_id))
            .collect();

        let mut actions = 2 + new.len();
        command.update(&self.products, read, next);
        for claim in new {
            match claimed.get(&claim.variant_id) {
                None => {
                    command.insert(&self.products, &claim).or(Code::SkuTaken);
                }
                Some(product) if *product == next.product_id => {}
                Some(_) => return Err(Code::SkuTaken.into()),
            }
        }
        let listed = self.listed(&before).await?;
        for entry in &after {
            let there = listed.iter().find(|stored| stored.filter == entry.filter);
            if there.is_none_or(|stored| stored.value != *entry) {
                actions += 1;
                command.save(&self.listings, there, entry);
            }
        }
        for gone in &listed {
            if !after.iter().any(|entry| entry.filter == gone.filter) {
                actions += 1;
                command.delete(&self.listings, gone);
            }
        }
        if actions > MOST_ACTIONS - 3 {
            let detail = "too many variants are added at once: add them in two steps";
            return Err(Problem::invalid("/variants", detail));
        }
        announce(
            command,
            read.rev + 1,
            next,
            next.is_in_shop() && !read.is_in_shop(),
        );
        command.audit(action, next.product_id);
        Ok(())
    }

    async fn listed(&self, entries: &[Entry]) -> Result<Vec<Stored<Entry>>, Problem> {
        self.listings
            .get_many(entries.iter().map(Item::key).collect())
            .await
    }

    /// The product that a seller calls by this handle.
    pub(crate) async fn by_handle(
        &self,
        seller: SellerId,
        handle: &str,
    ) -> Result<Option<Stored<Product>>, Problem> {
        let claim = self
            .products
            .get::<HandleClaim>(&handle_key(seller, handle))
            .await?;
        let Some(claim) = claim else { return Ok(None) };
        self.products.get(&product_key(claim.product_id)).await
    }

    /// Whether what a seller has is kept out of the shop, if anyone ever said so.
    pub(crate) async fn standing(
        &self,
        seller: SellerId,
    ) -> Result<Option<Stored<Standing>>, Problem> {
        self.products.get(&standing_key(seller)).await
    }

    /// Keeps where a seller stands from now on.
    pub(crate) async fn stand(
        &self,
        before: Option<&Stored<Standing>>,
        next: &Standing,
        intent: &Intent,
    ) -> Result<(), Problem> {
        let mut command = self.commands.begin(intent);
        command.save(&self.products, before, next);
        command.audit("product.follow-seller", next.seller_id);
        command.settle().await?;
        Ok(())
    }

    /// A stretch of what a seller has, from a position on; in no order, with where it goes on.
    pub(crate) async fn of_seller(
        &self,
        seller: SellerId,
        after: Option<Position>,
    ) -> Result<(Vec<Stored<Product>>, Option<Position>), Problem> {
        let run = Query::table(run_of(seller))
            .starting_with(PRODUCTS)
            .limit(HIDDEN_AT_ONCE);
        let (listed, next) = self.products.walk::<SellerProduct>(run, after).await?;
        let keys = listed.iter().map(|listed| product_key(listed.product_id));
        Ok((self.products.get_many(keys.collect()).await?, next))
    }

    /// Hides a product or shows it, as its seller stands.
    ///
    /// # Errors
    /// Contention where the seller stands elsewhere by now, or the product has changed.
    pub(crate) async fn follow(
        &self,
        standing: &Stored<Standing>,
        product: &Stored<Product>,
        intent: &Intent,
    ) -> Result<(), Problem> {
        let (next, action) = if standing.hidden {
            (product.hide(true), "product.hide")
        } else {
            (product.hide(false), "product.show")
        };
        let mut command = self.commands.begin(intent);
        command.require(&self.products, standing);
        self.replace(&mut command, product, &next, action).await?;
        command.settle().await?;
        Ok(())
    }

    pub(crate) fn begin(&self, intent: &Intent) -> Command {
        self.commands.begin(intent)
    }

    /// A page of the shop window. Where filters combine it examines a thousand entries at most, and may be
    /// short, or even empty, with more to come.
    pub async fn list(
        &self,
        filter: &ProductFilter,
        request: &Incoming,
    ) -> Result<Page<ProductCard>, Problem> {
        let cursors = self
            .cursors
            .as_ref()
            .ok_or_else(|| Problem::internal("no cursor key"))?;
        let plan = filter.plan();
        let scope = plan.scope();
        let mut after: Option<Position> = filter
            .cursor
            .as_deref()
            .map(|cursor| cursors.open(&scope, cursor))
            .transpose()?;
        let languages = self.languages(request);
        let limit = filter.limit.get();
        let stretch = if plan.is_plain() {
            limit
        } else {
            STRETCH.max(limit)
        };

        let mut cards = Vec::new();
        let mut examined = 0;
        while examined < MOST_EXAMINED {
            let query = plan.query(stretch);
            let (entries, next) = self.listings.walk::<Entry>(query, after).await?;
            examined += stretch;
            after = next;
            let mut entries = entries.into_iter().peekable();
            while let Some(entry) = entries.next() {
                if plan.fits(&entry) {
                    cards.push(entry.card(&languages));
                }
                // The page ends in the middle of a stretch: the next one begins behind its last entry.
                if cards.len() == limit && entries.peek().is_some() {
                    after = Some(entry.position(plan.sort));
                    break;
                }
            }
            if cards.len() == limit || after.is_none() {
                break;
            }
        }
        let next = after
            .map(|position| cursors.seal(&scope, &position))
            .transpose()?;
        Ok(Page::new(cards, next))
    }
}

fn claims(product: &Product) -> Vec<VariantClaim> {
    let claim = |variant_id| VariantClaim {
        variant_id,
        product_id: product.product_id,
        seller_id: product.seller_id,
    };
    product
        .variants
        .iter()
        .map(|variant| claim(variant.id))
        .collect()
}

fn announce(command: &mut Command, rev: u64, product: &Product, comes_into_the_shop: bool) {
    if comes_into_the_shop {
        command.publish(rev, &ProductPublished(product.offer()));
    } else {
        command.publish(rev, &ProductUpdated(product.offer()));
    }
}
