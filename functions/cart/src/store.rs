//! The tables of cart: the only place of the service that names DynamoDB.

use contracts::{
    events::{OrderPlaced, ProductOffer},
    views::StockLevel,
};
use dynamo::{Command, Commands, Db, Intent, Stored, Table};
use kernel::{Currency, Locale, Problem, Reply, VariantId};
use lambda::{
    Platform,
    http::{self, Incoming, Outcome},
};

use crate::{
    cart::{Cart, CartView, MergeNotice, MergedCart},
    offer::{Listed, Listing, Offer},
    shopper::{Owner, Shopper},
};

/// How many offers one transaction writes: it takes 100 items, and two are the command record and the
/// product's progress.
const OFFERS_AT_ONCE: usize = 98;

/// How many items one read takes.
const READ_AT_ONCE: usize = 100;

/// Carts, and the offers that they are filled from.
#[derive(Debug)]
#[expect(clippy::struct_field_names, reason = "each table goes by its own name")]
pub struct Carts {
    db: Db,
    carts: Table,
    offers: Table,
    commands: Commands,
    currency: Currency,
    locale: Locale,
}

/// A shopper's cart, which may not have been written yet.
#[derive(Debug)]
pub struct Basket {
    /// The cart as it is now.
    pub cart: Cart,
    stored: Option<Stored<Cart>>,
}

impl Carts {
    /// With the tables of the stage.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        Ok(Self {
            db: platform.db.clone(),
            carts: platform.table("cart", "carts"),
            offers: platform.table("cart", "offers"),
            commands: platform.commands("cart"),
            currency: platform.currency()?,
            locale: platform.locale()?,
        })
    }

    /// The languages to show titles in: the caller's, then the stack's.
    pub fn locales(&self, request: &Incoming) -> Vec<Locale> {
        let mut locales = request.locales();
        locales.push(self.locale.clone());
        locales
    }

    /// The shopper's cart; nothing is read for a guest who is new here.
    pub async fn basket(&self, shopper: &Shopper, request: &Incoming) -> Result<Basket, Problem> {
        let stored = if shopper.is_new() {
            None
        } else {
            self.carts.get(&Cart::key_of(shopper.owner())).await?
        };
        Ok(basket(shopper, stored, request))
    }

    /// The shopper's cart and the offer of a variant, in one round trip.
    pub async fn basket_and_offer(
        &self,
        shopper: &Shopper,
        variant: VariantId,
        request: &Incoming,
    ) -> Result<(Basket, Option<Offer>), Problem> {
        let key = Cart::key_of(shopper.owner());
        let offer = (self.offers.clone(), Offer::key_of(variant));
        let (cart, offer) = self.carts.get_both::<Cart, Offer>((&key, &offer)).await?;
        Ok((
            basket(shopper, cart, request),
            offer.map(|offer| offer.value),
        ))
    }

    /// A customer's cart and the guest's that is to go into it, in one round trip.
    pub async fn baskets(
        &self,
        [customer, guest]: [&Shopper; 2],
        request: &Incoming,
    ) -> Result<[Basket; 2], Problem> {
        let first = Cart::key_of(customer.owner());
        let second = (self.carts.clone(), Cart::key_of(guest.owner()));
        let (own, other) = self.carts.get_both::<Cart, Cart>((&first, &second)).await?;
        Ok([
            basket(customer, own, request),
            basket(guest, other, request),
        ])
    }

    /// What the lines of a cart are offered as now.
    pub async fn offers(&self, cart: &Cart) -> Result<Vec<Offer>, Problem> {
        let offers = self.stored_offers(&cart.variants()).await?;
        Ok(offers.into_iter().map(|offer| offer.value).collect())
    }

    /// The reply to a new guest's first request, if this is the same one again: who has no token yet has no
    /// cart, unless this very request has made it.
    pub async fn earlier(
        &self,
        shopper: &Shopper,
        basket: &Basket,
        request: &Incoming,
    ) -> Result<Option<Reply<CartView>>, Problem> {
        if !shopper.is_new() || basket.stored.is_none() {
            return Ok(None);
        }
        let earlier = self.commands.replay(request.intent()).await?;
        earlier.map(|reply| hand_over(shopper, reply)).transpose()
    }

    /// Shows a cart that has not changed.
    pub fn show(&self, shopper: &Shopper, basket: &Basket) -> Outcome<CartView> {
        http::ok(&basket.cart.view(self.currency, shopper.cart_token())?)
    }

    /// Whether a look prolongs the time of a cart that has not changed.
    pub fn prolongs(
        &self,
        shopper: &Shopper,
        basket: &Basket,
        request: &Incoming,
    ) -> Result<bool, Problem> {
        let until = shopper.keeps_until(request)?;
        Ok(basket.cart.is_to_prolong(request.now, until))
    }

    /// Keeps a cart that has changed, and shows it; refused as contention if another change came first.
    pub async fn keep(
        &self,
        shopper: &Shopper,
        basket: Basket,
        action: &str,
        request: &Incoming,
    ) -> Outcome<CartView> {
        let mut command = self.commands.begin(&shopper.intent(request)?);
        let cart = self.save(&mut command, shopper, basket, request)?;
        // The reply is kept for its replay, and the token must not be: it is handed over afterwards.
        let reply = http::ok(&cart.view(self.currency, None)?)?;
        command.audit(action, cart.id());
        hand_over(shopper, command.commit(reply).await?)
    }

    /// Keeps two carts of which one went into the other, and shows that; refused as contention if either was changed
    /// first: of two merges of one guest's cart, the second finds it empty.
    pub async fn keep_merged(
        &self,
        [customer, guest]: [&Shopper; 2],
        [basket, emptied]: [Basket; 2],
        notices: Vec<MergeNotice>,
        request: &Incoming,
    ) -> Outcome<MergedCart> {
        let mut command = self.commands.begin(request.intent());
        let kept = self.save(&mut command, customer, basket, request)?;
        self.save(&mut command, guest, emptied, request)?;
        command.audit("cart.merge", kept.id());
        let cart = kept.view(self.currency, None)?;
        command
            .commit(http::ok(&MergedCart { cart, notices })?)
            .await
    }

    /// Shows a cart that nothing went into: the same request again gets the first one's answer.
    pub async fn keep_unmerged(&self, basket: &Basket, request: &Incoming) -> Outcome<MergedCart> {
        let shown = MergedCart {
            cart: basket.cart.view(self.currency, None)?,
            notices: Vec::new(),
        };
        let command = self.commands.begin(request.intent());
        command.commit(http::ok(&shown)?).await
    }

    fn save(
        &self,
        command: &mut Command,
        shopper: &Shopper,
        basket: Basket,
        request: &Incoming,
    ) -> Result<Cart, Problem> {
        let until = shopper.keeps_until(request)?;
        let cart = basket.cart.kept(request.now, until);
        command.save(&self.carts, basket.stored.as_ref(), &cart);
        Ok(cart)
    }

    /// Takes what was ordered out of the cart that it was ordered from, once an order: the watchdog may place it again with
    /// a fresh event, and by then the customer may have put the same things in anew. What has gone into a customer's
    /// cart by then leaves that one.
    pub async fn take_out(&self, order: &OrderPlaced, intent: &Intent) -> Result<(), Problem> {
        let mut command = self.commands.begin(&Intent {
            key: order.order_id.to_string(),
            ..intent.clone()
        });
        let owner = owner_of(order).ok_or_else(|| Problem::internal("an order of nobody"))?;
        if let Some(stored) = self.carts.get::<Cart>(&Cart::key_of(&owner)).await? {
            let mut cart = stored.value.clone();
            let (id, version, lines) = (order.cart_id, order.cart_version, &order.lines);
            if let Some((customer, shifts)) = cart.take_out_of_merged(id, version, lines) {
                command.update(&self.carts, &stored, &cart);
                let owner = Owner::Customer(customer);
                let merged = self.carts.get::<Cart>(&Cart::key_of(&owner)).await?;
                if let Some(stored) = merged {
                    let mut cart = stored.value.clone();
                    if cart.shift(&shifts) {
                        command.update(&self.carts, &stored, &cart);
                        command.audit("cart.empty", cart.id());
                    }
                }
            } else if cart.take_out(id, version, lines) {
                command.update(&self.carts, &stored, &cart);
                command.audit("cart.empty", cart.id());
            }
        }
        command.settle().await?;
        Ok(())
    }

    /// Offers the variants of a product as the catalogue has them at this revision, and withdraws those that
    /// it has no more. An older revision changes nothing.
    ///
    /// Offers and the product's progress are written together. A product of more than 98 changed variants
    /// takes several steps: the first notes all of its variants, old and new, so that a newer revision that
    /// comes in between knows what to withdraw, and makes the steps that are left fail.
    pub async fn list(
        &self,
        product: &ProductOffer,
        revision: u64,
        intent: &Intent,
    ) -> Result<(), Problem> {
        loop {
            let key = Listed::key_of(product.product_id);
            let listed = self.offers.get::<Listed>(&key).await?;
            if listed.as_ref().is_some_and(|listed| listed.knows(revision)) {
                return Ok(());
            }
            let mut variants: Vec<VariantId> =
                listed.iter().flat_map(|l| l.variants.clone()).collect();
            variants.extend(product.variants.iter().map(|variant| variant.variant_id));
            variants.sort_unstable();
            variants.dedup();

            let mut changes = self.changes(product, &variants).await?;
            let left = changes.split_off(changes.len().min(OFFERS_AT_ONCE));
            let complete = left.is_empty();
            if complete {
                variants = product.variants.iter().map(|v| v.variant_id).collect();
            }
            let next = Listed {
                product_id: product.product_id,
                revision,
                complete,
                variants,
            };
            // Each step raises the progress's revision, and is named by the one that it starts from.
            let step = listed.as_ref().map_or(0, |listed| listed.rev);
            let mut command = self.commands.begin(&Intent {
                key: format!("{}.{step}", intent.key),
                ..intent.clone()
            });
            command.save(&self.offers, listed.as_ref(), &next);
            for (stored, offer) in &changes {
                command.save(&self.offers, stored.as_ref(), offer);
            }
            command.audit("offer.list", product.product_id);
            command.settle().await?;
            if complete {
                return Ok(());
            }
        }
    }

    /// The offers of these variants that differ from what the product says, with what they are to be.
    async fn changes(
        &self,
        product: &ProductOffer,
        variants: &[VariantId],
    ) -> Result<Vec<(Option<Stored<Offer>>, Offer)>, Problem> {
        let mut offers = self.stored_offers(variants).await?;
        let mut changes = Vec::new();
        for variant in variants {
            let place = offers.iter().position(|offer| offer.variant_id == *variant);
            let stored = place.map(|place| offers.swap_remove(place));
            let now = stored
                .as_ref()
                .map_or_else(|| Offer::unknown(*variant), |stored| stored.value.clone());
            let said = product
                .variants
                .iter()
                .find(|said| said.variant_id == *variant);
            let next = match said {
                Some(said) => now.listed(Listing::of(product, said)),
                None => now.withdrawn(),
            };
            if next != now {
                changes.push((stored, next));
            }
        }
        Ok(changes)
    }

    /// Asks the warehouse how much there is of these variants, and keeps what it says.
    ///
    /// The offers are read before the warehouse is asked, and written in any case: if another asks in between,
    /// one of the two writes is refused, and asks again. So what was seen last is what stays.
    pub async fn restock(&self, variants: &[VariantId], intent: &Intent) -> Result<(), Problem> {
        let offers = self.stored_offers(variants).await?;
        // One by one: the emulator does not see which attributes a batch asks for, and refuses it.
        let mut levels = Vec::with_capacity(variants.len());
        for variant in variants {
            levels.extend(self.level(*variant).await?);
        }
        let mut command = self.commands.begin(intent);
        for level in levels {
            let offer = offers
                .iter()
                .find(|offer| offer.variant_id == level.variant_id);
            let now = offer.map_or_else(
                || Offer::unknown(level.variant_id),
                |offer| offer.value.clone(),
            );
            command.save(&self.offers, offer, &now.stocked(level.available));
        }
        command.settle().await?;
        Ok(())
    }

    /// What there is of a variant in all shards of its stock.
    async fn level(&self, variant: VariantId) -> Result<Option<StockLevel>, Problem> {
        let Some(first) = self.db.view::<StockLevel>(&(variant, 0)).await? else {
            return Ok(None);
        };
        let others = self.db.views_at_once::<StockLevel>(&first.others()).await?;
        let others = others.into_iter().flatten().map(|level| level.available);
        Ok(Some(StockLevel {
            available: others.fold(first.available, u32::saturating_add),
            ..first
        }))
    }

    async fn stored_offers(&self, variants: &[VariantId]) -> Result<Vec<Stored<Offer>>, Problem> {
        let mut offers = Vec::with_capacity(variants.len());
        for variants in variants.chunks(READ_AT_ONCE) {
            let keys = variants.iter().map(|variant| Offer::key_of(*variant));
            offers.extend(self.offers.get_many(keys.collect()).await?);
        }
        Ok(offers)
    }
}

fn basket(shopper: &Shopper, stored: Option<Stored<Cart>>, request: &Incoming) -> Basket {
    let cart = match &stored {
        Some(stored) => stored.at(request.now, shopper.owner()),
        None => Cart::empty(shopper.owner()),
    };
    Basket { cart, stored }
}

/// Whose cart was ordered. A guest's stays a guest's, whoever has claimed the order since.
fn owner_of(order: &OrderPlaced) -> Option<Owner> {
    let guest = order.guest_cart.map(Owner::Guest);
    guest.or(order.buyer.customer().map(Owner::Customer))
}

/// The same reply with the token of a guest who had none.
fn hand_over(shopper: &Shopper, mut reply: Reply<CartView>) -> Result<Reply<CartView>, Problem> {
    if shopper.is_new() {
        let mut view: CartView = serde_json::from_slice(&reply.body).map_err(Problem::internal)?;
        view.cart_token = shopper.cart_token();
        reply.body = serde_json::to_vec(&view).map_err(Problem::internal)?;
    }
    Ok(reply)
}
