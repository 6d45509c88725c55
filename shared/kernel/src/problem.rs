//! Everything that Souk refuses, in one catalogue: RFC 9457 problems with a stable `code`.

use std::{error::Error, fmt, num::NonZeroU32, time::Duration};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $status:literal $code:literal $title:literal;)*) => {
        /// Why something is refused. Codes are stable: clients decide by them.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Code {
            $(#[doc = $title] $(#[$doc])* $variant,)*
        }

        impl Code {
            /// The whole catalogue.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The stable name.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// The HTTP status that it is answered with.
            pub fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)* }
            }

            /// A sentence for people; the same for every occurrence.
            pub fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }
        }
    };
}

codes! {
    // What is wrong with the request itself.
    InvalidJson = 400 "invalid_json" "The body is not valid JSON.";
    InvalidParameter = 400 "invalid_parameter" "A parameter of the path, the query or a header is not valid.";
    InvalidCursor = 400 "invalid_cursor" "The cursor was not made by this list, or the list was asked for differently.";
    IdempotencyKeyRequired = 400 "idempotency_key_required" "This request needs an Idempotency-Key header.";
    WebhookInvalid = 400 "webhook_invalid" "The message is not signed as its provider signs, or too late.";
    InvalidIdempotencyKey = 400 "invalid_idempotency_key" "An Idempotency-Key is 1 to 255 printable ASCII characters.";
    ValidationFailed = 422 "validation_failed" "A value in the request is not valid.";
    IdempotencyKeyReused = 422 "idempotency_key_reused" "This Idempotency-Key was used for another request.";
    InvalidToken = 422 "invalid_token" "The token is not valid any more, or never was.";
    PayloadTooLarge = 413 "payload_too_large" "The body is larger than this request takes.";
    UnsupportedMediaType = 415 "unsupported_media_type" "The body is of a type that this request does not take.";

    // Who is asking.
    Unauthenticated = 401 "unauthenticated" "A valid access token is needed.";
    InvalidCredentials = 401 "invalid_credentials" "E-mail and password do not match an account.";
    InvalidRefreshToken = 401 "invalid_refresh_token" "The refresh token is not valid any more.";
    SecondFactorRequired = 401 "second_factor_required" "The password is right, and a code of the second factor is needed beside it.";
    InvalidSecondFactor = 401 "invalid_second_factor" "The code is not right, or was used before.";
    /// RFC 9470: the caller is who it says to be, and this needs more proof of it.
    StepUpRequired = 401 "step_up_required" "This needs your second factor, given in the last ten minutes.";
    Forbidden = 403 "forbidden" "Your roles do not allow this.";
    /// What would change how someone is logged in to, or what someone may do: no API key does that.
    PersonRequired = 403 "person_required" "This needs someone who has logged in; API keys cannot do it.";

    // What is asked for.
    RouteNotFound = 404 "route_not_found" "There is nothing at this path.";
    MethodNotAllowed = 405 "method_not_allowed" "This path does not take this method.";
    CustomerNotFound = 404 "customer_not_found" "There is no such customer.";
    SessionNotFound = 404 "session_not_found" "There is no such session.";
    SellerNotFound = 404 "seller_not_found" "There is no such seller.";
    StaffNotFound = 404 "staff_not_found" "Nobody of this id works for the seller.";
    InvitationNotFound = 404 "invitation_not_found" "There is no such invitation.";
    AddressNotFound = 404 "address_not_found" "There is no such address.";
    /// On an address it is a `validation_failed` at `/country`.
    CountryUnknown = 404 "country_unknown" "There are no address rules for this country.";
    ApiKeyNotFound = 404 "api_key_not_found" "There is no such API key.";
    SecondFactorNotFound = 404 "second_factor_not_found" "The account has no second factor.";
    ProductNotFound = 404 "product_not_found" "There is no such product.";
    VariantNotFound = 404 "variant_not_found" "There is no such variant.";
    ImportNotFound = 404 "import_not_found" "There is no such import.";
    CartLineNotFound = 404 "cart_line_not_found" "The cart has no such line.";
    CartNotFound = 404 "cart_not_found" "There is no such cart.";
    OrderNotFound = 404 "order_not_found" "There is no such order.";
    OrderDocumentNotFound = 404 "order_document_not_found" "The order has no such document.";
    ReturnNotFound = 404 "return_not_found" "The order has no such return.";
    PaymentNotFound = 404 "payment_not_found" "There is no such payment.";
    DisputeNotFound = 404 "dispute_not_found" "There is no such dispute.";
    LedgerAccountNotFound = 404 "ledger_account_not_found" "There is no such account in the ledger.";
    PayoutNotFound = 404 "payout_not_found" "There is no such payout.";
    RoleNotFound = 404 "role_not_found" "There is no such role.";
    BusinessNotFound = 404 "business_not_found" "There is no such business.";
    BusinessDocumentNotFound = 404 "business_document_not_found" "The business has no such document.";
    AuditExportNotFound = 404 "audit_export_not_found" "There is no such export of the audit log.";
    BankAccountNotFound = 404 "bank_account_not_found" "The business has no bank account.";

    // What stands against it.
    Conflict = 409 "conflict" "Others were changing the same thing; try again.";
    IdempotencyInFlight = 409 "idempotency_in_flight" "The first request with this Idempotency-Key is still running.";
    CustomerNotActive = 409 "customer_not_active" "The account is blocked, or about to be closed.";
    EmailTaken = 409 "email_taken" "There is an account with this e-mail.";
    SellerExists = 409 "seller_exists" "You have applied to sell already.";
    SellerStepRefused = 409 "seller_step_refused" "The state of the seller does not allow this.";
    SellerSuspended = 409 "seller_suspended" "The seller does not sell at present.";
    WorksElsewhere = 409 "works_elsewhere" "You work for a seller already, or are one.";
    OwnerStays = 409 "owner_stays" "The owner of a seller always is its owner.";
    AddressBookFull = 409 "address_book_full" "The address book holds as many addresses as it can.";
    ApiKeysFull = 409 "api_keys_full" "The account has as many API keys as it can have.";
    ApiKeyNameTaken = 409 "api_key_name_taken" "Another API key of the account has this name.";
    SecondFactorEnrolled = 409 "second_factor_enrolled" "The account has a second factor already.";
    SkuTaken = 409 "sku_taken" "This seller has another variant with this SKU.";
    HandleTaken = 409 "handle_taken" "This seller has another product with this handle.";
    ProductNotPublishable = 409 "product_not_publishable" "The product cannot be published as it is.";
    CartEmpty = 409 "cart_empty" "The cart is empty.";
    CartAlreadyOrdered = 409 "cart_already_ordered" "This cart has been ordered.";
    CartFull = 409 "cart_full" "The cart has as many lines as an order can have.";
    StockTooLow = 409 "stock_too_low" "Fewer pieces are available than this takes away.";
    OrderNotCancellable = 409 "order_not_cancellable" "The order cannot be cancelled any more.";
    OrderNotAcceptable = 409 "order_not_acceptable" "The order, or the part of it, cannot be accepted or rejected any more.";
    OrderNotShippable = 409 "order_not_shippable" "The order cannot be shipped in its state.";
    OrderNotDeliverable = 409 "order_not_deliverable" "No parcel of the order is on its way.";
    OrderNotReturnable = 409 "order_not_returnable" "Nothing of the order is shipped.";
    ReturnWindowOver = 409 "return_window_over" "The time in which it could be sent back is over.";
    ReturnStepRefused = 409 "return_step_refused" "The return does not take this step where it stands.";
    TooManyReturns = 409 "too_many_returns" "The order has as many returns as it can have.";
    TooManyNotes = 409 "too_many_notes" "The order has as many notes as it can have.";
    ChargeNotWaiting = 409 "charge_not_waiting" "The charge does not wait for what its customer does.";
    PaymentAttemptRefused = 409 "payment_attempt_refused" "The payment does not wait for another method, or not any more.";
    RefundExceedsCaptured = 409 "refund_exceeds_captured" "So much was not captured of the payment, or is given back or disputed already.";
    TooManyRefunds = 409 "too_many_refunds" "The payment has as many refunds as it can have.";
    DisputeStepRefused = 409 "dispute_step_refused" "The dispute is answered or decided already.";
    DisputeDeadlineOver = 409 "dispute_deadline_over" "The time in which the dispute could be answered is over.";
    ChargeNotDisputable = 409 "charge_not_disputable" "So much of the charge was not captured, or is given back or disputed already.";
    BusinessIncomplete = 409 "business_incomplete" "The business lacks what a review needs.";
    BusinessStepNotPossible = 409 "business_step_not_possible" "The business does not take this step where it stands.";
    BusinessDocumentsFull = 409 "business_documents_full" "The business has as many documents as it can have.";
    ReviewNotYours = 409 "review_not_yours" "Only who has started the review of a business ends it.";
    SuperAdminExists = 409 "super_admin_exists" "There is a super admin already.";
    LastSuperAdmin = 409 "last_super_admin" "The last super admin cannot be removed.";
    BuiltInRole = 409 "built_in_role" "Built-in roles are not changed, deleted or assigned this way.";
    RoleNameTaken = 409 "role_name_taken" "Another role has this name.";
    RoleCycle = 409 "role_cycle" "The role would inherit from itself.";
    RoleTooDeep = 409 "role_too_deep" "Roles would inherit from each other over too many levels.";
    RoleInUse = 409 "role_in_use" "Someone has this role, or another role inherits from it.";
    TooManyRoles = 409 "too_many_roles" "These would be more custom roles than there can be.";
    TooManyAllowances = 409 "too_many_allowances" "These would be more allowances than one role or customer can have.";
    PreconditionFailed = 412 "precondition_failed" "It has been changed since the version in If-Match.";
    PreconditionRequired = 428 "precondition_required" "This request needs an If-Match header.";
    TooManyRequests = 429 "too_many_requests" "Too many requests; try again later.";

    // What is our fault.
    Internal = 500 "internal" "Something went wrong on our side.";
    Unavailable = 503 "unavailable" "Part of the platform does not answer; try again.";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One wrong value in a request.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct FieldError {
    /// Where: a JSON pointer into the body (RFC 6901), or the parameter's name.
    pub pointer: String,
    /// What is wrong with it.
    pub detail: String,
}

type Cause = Box<dyn Error + Send + Sync>;

/// A refusal: its code, what the caller may know about it, and apart from that the inner cause, which
/// only the log sees.
#[derive(Debug)]
pub struct Problem {
    code: Code,
    detail: Option<String>,
    errors: Vec<FieldError>,
    retry: bool,
    allowed: Option<String>,
    /// In seconds.
    retry_after: Option<NonZeroU32>,
    cause: Option<Cause>,
}

impl Problem {
    /// A problem with this code.
    pub fn new(code: Code) -> Self {
        Self {
            code,
            detail: None,
            errors: Vec::new(),
            retry: false,
            allowed: None,
            retry_after: None,
            cause: None,
        }
    }

    /// A wrong value at `pointer`.
    pub fn invalid(pointer: impl Into<String>, detail: impl fmt::Display) -> Self {
        Self::new(Code::ValidationFailed).error(pointer, detail)
    }

    /// Someone else changed the same thing in between: read again and decide again. The edge does so a few
    /// times before it answers `conflict`.
    pub fn contention() -> Self {
        Self {
            retry: true,
            ..Self::new(Code::Conflict)
        }
    }

    /// A path that does not take the method, with those that it takes: `GET, PATCH`.
    pub fn method_not_allowed(allowed: impl Into<String>) -> Self {
        Self {
            allowed: Some(allowed.into()),
            ..Self::new(Code::MethodNotAllowed)
        }
    }

    /// More requests than are borne; the next one may come after `wait`.
    pub fn too_many_requests(wait: Duration) -> Self {
        Self {
            // Whole seconds, and none too few.
            retry_after: u32::try_from(wait.as_millis().div_ceil(1_000))
                .ok()
                .and_then(NonZeroU32::new),
            ..Self::new(Code::TooManyRequests)
        }
    }

    /// Our fault, with the cause for the log.
    pub fn internal(cause: impl Into<Cause>) -> Self {
        Self {
            cause: Some(cause.into()),
            ..Self::new(Code::Internal)
        }
    }

    /// A backend does not answer, with the cause for the log.
    pub fn unavailable(cause: impl Into<Cause>) -> Self {
        Self {
            cause: Some(cause.into()),
            ..Self::new(Code::Unavailable)
        }
    }

    /// With a sentence about this occurrence, which the caller sees.
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// With one more wrong value.
    pub fn error(mut self, pointer: impl Into<String>, detail: impl fmt::Display) -> Self {
        self.errors.push(FieldError {
            pointer: pointer.into(),
            detail: detail.to_string(),
        });
        self
    }

    /// The methods that the path takes, where the method was the problem.
    pub fn allowed(&self) -> Option<&str> {
        self.allowed.as_deref()
    }

    /// After how many seconds the same request may be made again, where that is known.
    pub fn retry_after(&self) -> Option<u32> {
        self.retry_after.map(NonZeroU32::get)
    }

    /// Its code.
    pub fn code(&self) -> Code {
        self.code
    }

    /// Whether deciding again on fresh state may help.
    pub fn is_contention(&self) -> bool {
        self.retry
    }

    /// Whether it is our fault, so that the same request may succeed later.
    pub fn is_ours(&self) -> bool {
        self.code.status() >= 500
    }

    /// The inner cause and its own causes, outermost first: for the log alone.
    pub fn causes(&self) -> String {
        let mut text = String::new();
        let mut next = self
            .cause
            .as_deref()
            .map(|cause| cause as &(dyn Error + 'static));
        while let Some(cause) = next {
            if !text.is_empty() {
                text.push_str(": ");
            }
            text.push_str(&cause.to_string());
            next = cause.source();
        }
        text
    }

    /// The body that RFC 9457 asks for, and no inner cause.
    pub fn body(&self, request_id: &str) -> ProblemBody {
        ProblemBody {
            r#type: format!("urn:souk:problem:{}", self.code),
            title: self.code.title().to_owned(),
            status: self.code.status(),
            code: self.code.name().to_owned(),
            detail: self.detail.clone(),
            request_id: request_id.to_owned(),
            errors: self.errors.clone(),
        }
    }
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.name())?;
        self.detail
            .iter()
            .try_for_each(|detail| write!(f, ": {detail}"))?;
        self.errors
            .iter()
            .try_for_each(|error| write!(f, "; {}: {}", error.pointer, error.detail))
    }
}

impl Error for Problem {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

/// `application/problem+json` (RFC 9457) with Souk's own members.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ProblemBody {
    /// The code as a URN.
    pub r#type: String,
    /// A sentence for people; the same for every occurrence of the code.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// The stable code.
    pub code: String,
    /// What is special about this occurrence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What to tell support.
    pub request_id: String,
    /// The wrong values, each with its place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_their_status_is_an_error() {
        let mut names: Vec<_> = Code::ALL.iter().map(|code| code.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Code::ALL.len());
        assert!(
            Code::ALL
                .iter()
                .all(|code| (400..600).contains(&code.status()))
        );
    }

    #[test]
    fn the_caller_never_sees_the_cause() {
        let problem = Problem::internal("table souk-orders is on fire");
        let body = serde_json::to_string(&problem.body("req-1")).unwrap();
        assert!(!body.contains("fire"));
        assert!(!problem.to_string().contains("fire"));
        assert!(problem.causes().contains("fire"));
    }
}
