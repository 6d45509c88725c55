//! The market that every simulation begins in: two sellers, their goods, and shoppers with a full cart.

use faults::{
    Person, World,
    journey::{credit::give, guests::Guest},
    offer, seller, seller_and_admin, shopper,
};
use testkit::{FrozenStage, Stage};

use crate::variant::{Buyer, Goods, Variant};

/// Who and what there is.
#[derive(Debug, Clone)]
pub struct Cast {
    /// Gives money back.
    pub admin: Person,
    /// Who sells lamps and wicks.
    pub lamps: Person,
    /// Who sells rugs.
    pub rugs: Person,
    /// Who buys.
    pub shopper: Person,
    /// Who buys the same at the same time.
    pub rival: Person,
    /// Who buys without an account.
    pub guest: Guest,
    goods: [String; 3],
}

impl Cast {
    /// The variant's id.
    pub fn goods(&self, goods: Goods) -> &str {
        &self.goods[goods as usize]
    }

    /// The account that a buyer has, or takes the order into.
    pub fn account(&self, buyer: Buyer) -> &Person {
        match buyer {
            Buyer::Rival => &self.rival,
            Buyer::Shopper | Buyer::Again | Buyer::Guest => &self.shopper,
        }
    }
}

/// The market, before anyone has ordered.
pub struct Market {
    stage: Stage,
    cast: Cast,
}

impl Market {
    /// Opens it.
    pub async fn open() -> Self {
        let mut world = World::new(7);
        let (lamps, admin) = seller_and_admin(&mut world, "lamps").await;
        let rugs = seller(&mut world, "rugs").await;
        let buyer = shopper(&mut world, "shopper").await;
        let rival = shopper(&mut world, "rival").await;
        let mut goods = [String::new(), String::new(), String::new()];
        for (goods, (seller, title, pieces)) in goods.iter_mut().zip([
            (&lamps, "Lamp", Goods::Lamp.pieces()),
            (&lamps, "Wick", Goods::Wick.pieces()),
            (&rugs, "Rug", Goods::Rug.pieces()),
        ]) {
            *goods = offer(&mut world, seller, title, pieces).await;
        }
        world.settle().await;
        Self {
            cast: Cast {
                admin,
                lamps,
                rugs,
                shopper: buyer,
                rival,
                guest: Guest::new("passer-by"),
                goods,
            },
            stage: world.stage,
        }
    }

    /// The same market with the carts of a variant full: what each simulation of it begins with.
    pub async fn ready_for(&self, variant: &Variant) -> Ready {
        let mut cast = self.cast.clone();
        let mut world = World::over(self.stage.fork(11));
        for (setting, value) in variant.settings {
            world.set(setting, value);
        }
        let [given, _] = variant.credit;
        if given > 0 {
            give(&mut world, &cast.admin, &cast.shopper, given).await;
        }
        for (goods, pieces) in variant.cart {
            let id = cast.goods(*goods).to_owned();
            for buyer in variant.buyers {
                match buyer {
                    Buyer::Guest => cast.guest.add(&mut world, &id, *pieces).await,
                    // The cart is filled when it is empty again.
                    Buyer::Again => {}
                    Buyer::Shopper | Buyer::Rival => {
                        let person = cast.account(*buyer);
                        let key = format!("add {goods:?}");
                        let added = person.add(&mut world, &id, *pieces, &key).await;
                        assert_eq!(added.status, 200, "{}", added.text);
                    }
                }
            }
        }
        world.settle().await;
        Ready {
            stage: world.stage.freeze(),
            cast,
        }
    }
}

/// A market with full carts.
pub struct Ready {
    pub(crate) stage: FrozenStage,
    pub(crate) cast: Cast,
}
