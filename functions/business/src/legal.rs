//! What a business is called, what it is, and where.

use kernel::Line;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Country;

/// The name in the register or, of a sole trader, of the person.
pub type LegalName = Line<1, 200>;

/// The number in the commercial register, as the register writes it.
pub type RegistrationNumber = Line<1, 60>;

/// What kind of business it is by law.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LegalForm {
    /// One person who trades in their own name: Einzelunternehmen, entreprise individuelle.
    SoleTrader,
    /// Persons who trade together and are liable without a limit: OHG, SNC, general partnership.
    Partnership,
    /// A partnership in which some are liable with what they have put in: KG, SCS, LP.
    LimitedPartnership,
    /// A company with few owners: `GmbH`, SARL, BV, Ltd, LLC.
    PrivateLimitedCompany,
    /// A company with shares for anyone: AG, SA, NV, plc, Inc.
    PublicLimitedCompany,
    /// A cooperative: eG, SCOP.
    Cooperative,
    /// An association or club: e.V., association loi 1901.
    Association,
    /// A foundation or trust.
    Foundation,
    /// A part of the state.
    PublicBody,
    /// Anything else.
    Other,
}

/// The registered seat.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "RegisteredAddress")]
pub struct Address {
    /// Street and number, or what stands for them.
    pub line1: Line<1, 200>,
    /// More of the same: a building, a floor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line2: Option<Line<1, 200>>,
    /// The town.
    pub city: Line<1, 100>,
    /// A state or province, where addresses have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Line<1, 100>>,
    /// The postal code, as the country writes it, where it has them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<Line<1, 20>>,
    /// The country.
    pub country: Country,
}
