//! What happens to accounts. No names, no addresses: those are read from the customer service's views.

use kernel::{CustomerId, InvitationId, Role, SessionId, Timestamp, TokenId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{example_customer, example_id, example_time};
use crate::Event;

/// What a customer may do has been changed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct CustomerRolesChanged {
    /// Whose roles.
    pub customer_id: CustomerId,
    /// The roles now.
    pub roles: Vec<Role>,
}

impl Event for CustomerRolesChanged {
    const TYPE: &'static str = "customer.roles-changed.v1";
    const AGGREGATE: &'static str = "customer";
    fn aggregate_id(&self) -> String {
        self.customer_id.to_string()
    }
    fn example() -> Self {
        Self {
            customer_id: example_customer(),
            roles: vec![Role::Customer, Role::Seller],
        }
    }
}

macro_rules! whose_account {
    ($($(#[$doc:meta])* $name:ident = $event:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
        pub struct $name {
            /// Whose account.
            pub customer_id: CustomerId,
        }

        impl Event for $name {
            const TYPE: &'static str = $event;
            const AGGREGATE: &'static str = "customer";
            fn aggregate_id(&self) -> String {
                self.customer_id.to_string()
            }
            fn example() -> Self {
                Self {
                    customer_id: example_customer(),
                }
            }
        }
    )*};
}

whose_account! {
    /// Someone has made an account.
    CustomerRegistered = "customer.registered.v1";
    /// An account cannot be used any more.
    CustomerBlocked = "customer.blocked.v1";
    /// An account can be used again.
    CustomerUnblocked = "customer.unblocked.v1";
    /// A log-in to an account needs a second factor from now on.
    CustomerSecondFactorEnabled = "customer.second-factor-enabled.v1";
    /// A log-in to an account needs the password alone again.
    CustomerSecondFactorDisabled = "customer.second-factor-disabled.v1";
    /// The owner of an account has shown that it reads the mail to its address.
    CustomerEmailVerified = "customer.email-verified.v1";
    /// An account has another password.
    CustomerPasswordChanged = "customer.password-changed.v1";
    /// An account that was about to be closed stays.
    CustomerReopened = "customer.reopened.v1";
    /// An account is closed for good: what was known of the person is gone.
    CustomerClosed = "customer.closed.v1";
}

macro_rules! token_made {
    ($($(#[$doc:meta])* $name:ident = $event:literal;)*) => {$(
        $(#[$doc])*
        ///
        /// The token follows from its id and a key of the stage (see [`crate::one_time`]); the id alone is worth
        /// nothing.
        #[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
        pub struct $name {
            /// Whose account.
            pub customer_id: CustomerId,
            /// Which token.
            pub token_id: TokenId,
        }

        impl Event for $name {
            const TYPE: &'static str = $event;
            const AGGREGATE: &'static str = "customer";
            fn aggregate_id(&self) -> String {
                self.customer_id.to_string()
            }
            fn example() -> Self {
                Self {
                    customer_id: example_customer(),
                    token_id: example_id(6),
                }
            }
        }
    )*};
}

token_made! {
    /// An address is to be verified, by a token that goes to it.
    CustomerEmailVerificationRequested = "customer.email-verification-requested.v1";
    /// A password is to be reset, by a token that goes to the account's address.
    CustomerPasswordResetRequested = "customer.password-reset-requested.v1";
    /// An account is to have another address, by a token that goes to the new one.
    CustomerEmailChangeRequested = "customer.email-change-requested.v1";
    /// An account has another address, by this token. The former one is told.
    CustomerEmailChanged = "customer.email-changed.v1";
}

/// An account is about to be closed, and nobody logs in to it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct CustomerClosing {
    /// Whose account.
    pub customer_id: CustomerId,
    /// Which token keeps it (see [`crate::one_time`]).
    pub token_id: TokenId,
    /// When it is closed for good.
    pub due_at: Timestamp,
}

impl Event for CustomerClosing {
    const TYPE: &'static str = "customer.closing.v1";
    const AGGREGATE: &'static str = "customer";
    fn aggregate_id(&self) -> String {
        self.customer_id.to_string()
    }
    fn example() -> Self {
        Self {
            customer_id: example_customer(),
            token_id: example_id(6),
            due_at: example_time(),
        }
    }
}

/// A refresh token that had been exchanged was presented again, and the session is over: someone has stolen it,
/// or has been robbed of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct SessionTokenReused {
    /// The session.
    pub session_id: SessionId,
    /// Whose it was.
    pub customer_id: CustomerId,
}

impl Event for SessionTokenReused {
    const TYPE: &'static str = "session.token-reused.v1";
    const AGGREGATE: &'static str = "session";
    fn aggregate_id(&self) -> String {
        self.session_id.to_string()
    }
    fn example() -> Self {
        Self {
            session_id: example_id(7),
            customer_id: example_customer(),
        }
    }
}

/// Someone is invited to become an admin. The token that accepts the invitation follows from its id, who invites and
/// a key of the stage (see [`crate::one_time`]); the ids alone are worth nothing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct CustomerAdminInvited {
    /// Which invitation.
    pub invitation_id: InvitationId,
    /// The super admin who invites.
    pub invited_by: CustomerId,
}

impl Event for CustomerAdminInvited {
    const TYPE: &'static str = "customer.admin-invited.v1";
    const AGGREGATE: &'static str = "invitation";
    fn aggregate_id(&self) -> String {
        self.invitation_id.to_string()
    }
    fn example() -> Self {
        Self {
            invitation_id: example_id(13),
            invited_by: example_customer(),
        }
    }
}
