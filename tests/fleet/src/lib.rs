//! Every function of the platform in one process, for tests.
//! Rendered by `cargo stack render` from functions/*/service.toml; change it there.

#[path = "../../../functions/customer/src/bin/accept-admin-invitation.rs"]
mod accept_admin_invitation;
#[path = "../../../functions/seller/src/bin/accept-invitation.rs"]
mod accept_invitation;
#[path = "../../../functions/order/src/bin/accept-reservation-on-stock-reserved.rs"]
mod accept_reservation_on_stock_reserved;
#[path = "../../../functions/address/src/bin/add-address.rs"]
mod add_address;
#[path = "../../../functions/cart/src/bin/add-cart-item.rs"]
mod add_cart_item;
#[path = "../../../functions/seller/src/bin/apply-as-seller.rs"]
mod apply_as_seller;
#[path = "../../../functions/seller/src/bin/approve-seller.rs"]
mod approve_seller;
#[path = "../../../functions/role/src/bin/assign-role.rs"]
mod assign_role;
#[path = "../../../functions/business/src/bin/attach-business-document.rs"]
mod attach_business_document;
#[path = "../../../functions/payment/src/bin/authorize-payment-on-order-stock-reserved.rs"]
mod authorize_payment_on_order_stock_reserved;
#[path = "../../../functions/customer/src/bin/block-customer.rs"]
mod block_customer;
#[path = "../../../functions/order/src/bin/cancel-guest-order.rs"]
mod cancel_guest_order;
#[path = "../../../functions/order/src/bin/cancel-order.rs"]
mod cancel_order;
#[path = "../../../functions/order/src/bin/cancel-order-on-payment-declined.rs"]
mod cancel_order_on_payment_declined;
#[path = "../../../functions/order/src/bin/cancel-order-on-reservation-expired.rs"]
mod cancel_order_on_reservation_expired;
#[path = "../../../functions/order/src/bin/cancel-order-on-stock-refused.rs"]
mod cancel_order_on_stock_refused;
#[path = "../../../functions/payment/src/bin/capture-payment-on-order-shipped.rs"]
mod capture_payment_on_order_shipped;
#[path = "../../../functions/address/src/bin/change-address.rs"]
mod change_address;
#[path = "../../../functions/customer/src/bin/change-allowances-on-role-assignments-changed.rs"]
mod change_allowances_on_role_assignments_changed;
#[path = "../../../functions/customer/src/bin/change-api-key.rs"]
mod change_api_key;
#[path = "../../../functions/cart/src/bin/change-cart-item.rs"]
mod change_cart_item;
#[path = "../../../functions/customer/src/bin/change-customer-roles.rs"]
mod change_customer_roles;
#[path = "../../../functions/customer/src/bin/change-own-password.rs"]
mod change_own_password;
#[path = "../../../functions/customer/src/bin/change-own-profile.rs"]
mod change_own_profile;
#[path = "../../../functions/role/src/bin/change-role.rs"]
mod change_role;
#[path = "../../../functions/customer/src/bin/change-staff-on-seller-staff-changed.rs"]
mod change_staff_on_seller_staff_changed;
#[path = "../../../functions/seller/src/bin/change-staff-role.rs"]
mod change_staff_role;
#[path = "../../../functions/gateway/src/bin/check-health.rs"]
mod check_health;
#[path = "../../../functions/order/src/bin/claim-guest-orders.rs"]
mod claim_guest_orders;
#[path = "../../../functions/order/src/bin/claim-order.rs"]
mod claim_order;
#[path = "../../../functions/customer/src/bin/close-due-accounts.rs"]
mod close_due_accounts;
#[path = "../../../functions/customer/src/bin/close-own-account.rs"]
mod close_own_account;
#[path = "../../../functions/seller/src/bin/close-seller.rs"]
mod close_seller;
#[path = "../../../functions/inventory/src/bin/commit-stock-on-order-shipped.rs"]
mod commit_stock_on_order_shipped;
#[path = "../../../functions/customer/src/bin/confirm-email-change.rs"]
mod confirm_email_change;
#[path = "../../../functions/order/src/bin/confirm-order-on-payment-authorized.rs"]
mod confirm_order_on_payment_authorized;
#[path = "../../../functions/customer/src/bin/confirm-second-factor.rs"]
mod confirm_second_factor;
#[path = "../../../functions/customer/src/bin/create-api-key.rs"]
mod create_api_key;
#[path = "../../../functions/customer/src/bin/create-first-admin.rs"]
mod create_first_admin;
#[path = "../../../functions/product/src/bin/create-product.rs"]
mod create_product;
#[path = "../../../functions/role/src/bin/create-role.rs"]
mod create_role;
#[path = "../../../functions/role/src/bin/delete-role.rs"]
mod delete_role;
#[path = "../../../functions/customer/src/bin/disable-second-factor.rs"]
mod disable_second_factor;
#[path = "../../../functions/seller/src/bin/dismiss-staff-on-seller-closed.rs"]
mod dismiss_staff_on_seller_closed;
#[path = "../../../functions/notification/src/bin/email-customer-on-order-cancelled.rs"]
mod email_customer_on_order_cancelled;
#[path = "../../../functions/notification/src/bin/email-customer-on-order-confirmed.rs"]
mod email_customer_on_order_confirmed;
#[path = "../../../functions/notification/src/bin/email-customer-on-order-shipped.rs"]
mod email_customer_on_order_shipped;
#[path = "../../../functions/notification/src/bin/email-link-on-account-closing.rs"]
mod email_link_on_account_closing;
#[path = "../../../functions/notification/src/bin/email-link-on-admin-invited.rs"]
mod email_link_on_admin_invited;
#[path = "../../../functions/notification/src/bin/email-link-on-email-change-requested.rs"]
mod email_link_on_email_change_requested;
#[path = "../../../functions/notification/src/bin/email-link-on-guest-link-requested.rs"]
mod email_link_on_guest_link_requested;
#[path = "../../../functions/notification/src/bin/email-link-on-password-reset-requested.rs"]
mod email_link_on_password_reset_requested;
#[path = "../../../functions/notification/src/bin/email-link-on-staff-invited.rs"]
mod email_link_on_staff_invited;
#[path = "../../../functions/notification/src/bin/email-link-on-verification-requested.rs"]
mod email_link_on_verification_requested;
#[path = "../../../functions/notification/src/bin/email-notice-on-email-changed.rs"]
mod email_notice_on_email_changed;
#[path = "../../../functions/notification/src/bin/email-notice-on-password-changed.rs"]
mod email_notice_on_password_changed;
#[path = "../../../functions/notification/src/bin/email-notice-on-token-reused.rs"]
mod email_notice_on_token_reused;
#[path = "../../../functions/cart/src/bin/empty-cart-on-order-placed.rs"]
mod empty_cart_on_order_placed;
#[path = "../../../functions/customer/src/bin/enrol-second-factor.rs"]
mod enrol_second_factor;
#[path = "../../../functions/business/src/bin/expire-business-documents.rs"]
mod expire_business_documents;
#[path = "../../../functions/inventory/src/bin/expire-reservations.rs"]
mod expire_reservations;
#[path = "../../../functions/admin/src/bin/export-audit-log.rs"]
mod export_audit_log;
#[path = "../../../functions/order/src/bin/find-guest-orders-on-email-verified.rs"]
mod find_guest_orders_on_email_verified;
#[path = "../../../functions/address/src/bin/get-address.rs"]
mod get_address;
#[path = "../../../functions/address/src/bin/get-address-rules.rs"]
mod get_address_rules;
#[path = "../../../functions/admin/src/bin/get-audit-export.rs"]
mod get_audit_export;
#[path = "../../../functions/admin/src/bin/get-audit-keys.rs"]
mod get_audit_keys;
#[path = "../../../functions/business/src/bin/get-business.rs"]
mod get_business;
#[path = "../../../functions/cart/src/bin/get-cart.rs"]
mod get_cart;
#[path = "../../../functions/customer/src/bin/get-customer.rs"]
mod get_customer;
#[path = "../../../functions/gateway/src/bin/get-docs.rs"]
mod get_docs;
#[path = "../../../functions/order/src/bin/get-guest-order.rs"]
mod get_guest_order;
#[path = "../../../functions/gateway/src/bin/get-jwks.rs"]
mod get_jwks;
#[path = "../../../functions/gateway/src/bin/get-openapi.rs"]
mod get_openapi;
#[path = "../../../functions/order/src/bin/get-order.rs"]
mod get_order;
#[path = "../../../functions/role/src/bin/get-own-permissions.rs"]
mod get_own_permissions;
#[path = "../../../functions/customer/src/bin/get-own-profile.rs"]
mod get_own_profile;
#[path = "../../../functions/payment/src/bin/get-payment.rs"]
mod get_payment;
#[path = "../../../functions/product/src/bin/get-product.rs"]
mod get_product;
#[path = "../../../functions/product/src/bin/get-product-import.rs"]
mod get_product_import;
#[path = "../../../functions/role/src/bin/get-role.rs"]
mod get_role;
#[path = "../../../functions/customer/src/bin/get-second-factor.rs"]
mod get_second_factor;
#[path = "../../../functions/seller/src/bin/get-seller.rs"]
mod get_seller;
#[path = "../../../functions/seller/src/bin/get-seller-page.rs"]
mod get_seller_page;
#[path = "../../../functions/inventory/src/bin/get-stock.rs"]
mod get_stock;
#[path = "../../../functions/customer/src/bin/grant-seller-role-on-seller-approved.rs"]
mod grant_seller_role_on_seller_approved;
#[path = "../../../functions/payment/src/bin/hand-payment-over-on-order-claimed.rs"]
mod hand_payment_over_on_order_claimed;
#[path = "../../../functions/product/src/bin/hide-or-show-products.rs"]
mod hide_or_show_products;
#[path = "../../../functions/product/src/bin/hide-products-on-seller-suspended.rs"]
mod hide_products_on_seller_suspended;
#[path = "../../../functions/customer/src/bin/impersonate-customer.rs"]
mod impersonate_customer;
#[path = "../../../functions/product/src/bin/import-products.rs"]
mod import_products;
#[path = "../../../functions/customer/src/bin/invite-admin.rs"]
mod invite_admin;
#[path = "../../../functions/seller/src/bin/invite-staff.rs"]
mod invite_staff;
#[path = "../../../functions/address/src/bin/list-addresses.rs"]
mod list_addresses;
#[path = "../../../functions/customer/src/bin/list-admin-invitations.rs"]
mod list_admin_invitations;
#[path = "../../../functions/customer/src/bin/list-api-keys.rs"]
mod list_api_keys;
#[path = "../../../functions/admin/src/bin/list-audit-entries.rs"]
mod list_audit_entries;
#[path = "../../../functions/business/src/bin/list-business-documents.rs"]
mod list_business_documents;
#[path = "../../../functions/business/src/bin/list-businesses-to-review.rs"]
mod list_businesses_to_review;
#[path = "../../../functions/role/src/bin/list-customer-roles.rs"]
mod list_customer_roles;
#[path = "../../../functions/customer/src/bin/list-customer-security-events.rs"]
mod list_customer_security_events;
#[path = "../../../functions/customer/src/bin/list-customers.rs"]
mod list_customers;
#[path = "../../../functions/seller/src/bin/list-invitations.rs"]
mod list_invitations;
#[path = "../../../functions/order/src/bin/list-order-for-sellers-on-order-placed.rs"]
mod list_order_for_sellers_on_order_placed;
#[path = "../../../functions/order/src/bin/list-orders.rs"]
mod list_orders;
#[path = "../../../functions/customer/src/bin/list-own-security-events.rs"]
mod list_own_security_events;
#[path = "../../../functions/customer/src/bin/list-own-sessions.rs"]
mod list_own_sessions;
#[path = "../../../functions/role/src/bin/list-permissions.rs"]
mod list_permissions;
#[path = "../../../functions/product/src/bin/list-products.rs"]
mod list_products;
#[path = "../../../functions/role/src/bin/list-role-holders.rs"]
mod list_role_holders;
#[path = "../../../functions/role/src/bin/list-roles.rs"]
mod list_roles;
#[path = "../../../functions/seller/src/bin/list-sellers.rs"]
mod list_sellers;
#[path = "../../../functions/seller/src/bin/list-staff.rs"]
mod list_staff;
#[path = "../../../functions/customer/src/bin/log-in.rs"]
mod log_in;
#[path = "../../../functions/customer/src/bin/log-out.rs"]
mod log_out;
#[path = "../../../functions/customer/src/bin/log-out-customer.rs"]
mod log_out_customer;
#[path = "../../../functions/order/src/bin/place-guest-order.rs"]
mod place_guest_order;
#[path = "../../../functions/order/src/bin/place-order.rs"]
mod place_order;
#[path = "../../../functions/product/src/bin/publish-product.rs"]
mod publish_product;
#[path = "../../../functions/inventory/src/bin/receive-stock.rs"]
mod receive_stock;
#[path = "../../../functions/customer/src/bin/refresh-session.rs"]
mod refresh_session;
#[path = "../../../functions/gateway/src/bin/refuse-unknown-route.rs"]
mod refuse_unknown_route;
#[path = "../../../functions/business/src/bin/register-business.rs"]
mod register_business;
#[path = "../../../functions/customer/src/bin/register-customer.rs"]
mod register_customer;
#[path = "../../../functions/seller/src/bin/reinstate-seller.rs"]
mod reinstate_seller;
#[path = "../../../functions/business/src/bin/reject-business.rs"]
mod reject_business;
#[path = "../../../functions/seller/src/bin/reject-seller.rs"]
mod reject_seller;
#[path = "../../../functions/address/src/bin/relay-address-events.rs"]
mod relay_address_events;
#[path = "../../../functions/admin/src/bin/relay-admin-events.rs"]
mod relay_admin_events;
#[path = "../../../functions/business/src/bin/relay-business-events.rs"]
mod relay_business_events;
#[path = "../../../functions/cart/src/bin/relay-cart-events.rs"]
mod relay_cart_events;
#[path = "../../../functions/customer/src/bin/relay-customer-events.rs"]
mod relay_customer_events;
#[path = "../../../functions/inventory/src/bin/relay-inventory-events.rs"]
mod relay_inventory_events;
#[path = "../../../functions/notification/src/bin/relay-notification-events.rs"]
mod relay_notification_events;
#[path = "../../../functions/order/src/bin/relay-order-events.rs"]
mod relay_order_events;
#[path = "../../../functions/payment/src/bin/relay-payment-events.rs"]
mod relay_payment_events;
#[path = "../../../functions/product/src/bin/relay-product-events.rs"]
mod relay_product_events;
#[path = "../../../functions/role/src/bin/relay-role-events.rs"]
mod relay_role_events;
#[path = "../../../functions/seller/src/bin/relay-seller-events.rs"]
mod relay_seller_events;
#[path = "../../../functions/inventory/src/bin/release-stock-on-order-cancelled.rs"]
mod release_stock_on_order_cancelled;
#[path = "../../../functions/address/src/bin/remove-address.rs"]
mod remove_address;
#[path = "../../../functions/business/src/bin/remove-business-document.rs"]
mod remove_business_document;
#[path = "../../../functions/cart/src/bin/remove-cart-item.rs"]
mod remove_cart_item;
#[path = "../../../functions/seller/src/bin/remove-staff.rs"]
mod remove_staff;
#[path = "../../../functions/customer/src/bin/renew-recovery-codes.rs"]
mod renew_recovery_codes;
#[path = "../../../functions/customer/src/bin/reopen-account.rs"]
mod reopen_account;
#[path = "../../../functions/customer/src/bin/request-email-change.rs"]
mod request_email_change;
#[path = "../../../functions/order/src/bin/request-guest-order-link.rs"]
mod request_guest_order_link;
#[path = "../../../functions/customer/src/bin/request-password-reset.rs"]
mod request_password_reset;
#[path = "../../../functions/customer/src/bin/resend-email-verification.rs"]
mod resend_email_verification;
#[path = "../../../functions/inventory/src/bin/reserve-stock-on-order-placed.rs"]
mod reserve_stock_on_order_placed;
#[path = "../../../functions/customer/src/bin/reset-customer-second-factor.rs"]
mod reset_customer_second_factor;
#[path = "../../../functions/customer/src/bin/reset-password.rs"]
mod reset_password;
#[path = "../../../functions/business/src/bin/reveal-bank-account.rs"]
mod reveal_bank_account;
#[path = "../../../functions/customer/src/bin/revoke-admin-invitation.rs"]
mod revoke_admin_invitation;
#[path = "../../../functions/customer/src/bin/revoke-api-key.rs"]
mod revoke_api_key;
#[path = "../../../functions/seller/src/bin/revoke-invitation.rs"]
mod revoke_invitation;
#[path = "../../../functions/customer/src/bin/revoke-own-session.rs"]
mod revoke_own_session;
#[path = "../../../functions/role/src/bin/revoke-role.rs"]
mod revoke_role;
#[path = "../../../functions/customer/src/bin/rotate-api-key.rs"]
mod rotate_api_key;
#[path = "../../../functions/product/src/bin/run-product-import.rs"]
mod run_product_import;
#[path = "../../../functions/address/src/bin/set-default-address.rs"]
mod set_default_address;
#[path = "../../../functions/order/src/bin/ship-order.rs"]
mod ship_order;
#[path = "../../../functions/product/src/bin/show-products-on-seller-reinstated.rs"]
mod show_products_on_seller_reinstated;
#[path = "../../../functions/admin/src/bin/sign-audit-checkpoints.rs"]
mod sign_audit_checkpoints;
#[path = "../../../functions/role/src/bin/spread-role-on-role-changed.rs"]
mod spread_role_on_role_changed;
#[path = "../../../functions/business/src/bin/start-business-document-upload.rs"]
mod start_business_document_upload;
#[path = "../../../functions/business/src/bin/start-business-review.rs"]
mod start_business_review;
#[path = "../../../functions/product/src/bin/start-import-upload.rs"]
mod start_import_upload;
#[path = "../../../functions/customer/src/bin/step-up-session.rs"]
mod step_up_session;
#[path = "../../../functions/inventory/src/bin/stock-variants-on-product-imported.rs"]
mod stock_variants_on_product_imported;
#[path = "../../../functions/business/src/bin/submit-business.rs"]
mod submit_business;
#[path = "../../../functions/seller/src/bin/suspend-seller.rs"]
mod suspend_seller;
#[path = "../../../functions/role/src/bin/tell-role-holders.rs"]
mod tell_role_holders;
#[path = "../../../functions/customer/src/bin/unblock-customer.rs"]
mod unblock_customer;
#[path = "../../../functions/cart/src/bin/update-offers-on-product-changed.rs"]
mod update_offers_on_product_changed;
#[path = "../../../functions/cart/src/bin/update-offers-on-stock-changed.rs"]
mod update_offers_on_stock_changed;
#[path = "../../../functions/product/src/bin/update-product.rs"]
mod update_product;
#[path = "../../../functions/seller/src/bin/update-seller.rs"]
mod update_seller;
#[path = "../../../functions/admin/src/bin/verify-audit-chain.rs"]
mod verify_audit_chain;
#[path = "../../../functions/business/src/bin/verify-business.rs"]
mod verify_business;
#[path = "../../../functions/customer/src/bin/verify-email.rs"]
mod verify_email;
#[path = "../../../functions/payment/src/bin/void-payment-on-order-cancelled.rs"]
mod void_payment_on_order_cancelled;
#[path = "../../../functions/order/src/bin/watch-stuck-orders.rs"]
mod watch_stuck_orders;
#[path = "../../../functions/customer/src/bin/withdraw-seller-role-on-seller-closed.rs"]
mod withdraw_seller_role_on_seller_closed;
#[path = "../../../functions/admin/src/bin/write-audit-export-on-audit-export-scheduled.rs"]
mod write_audit_export_on_audit_export_scheduled;

/// A function's `main`.
pub type Main = fn() -> lambda::Exit;

/// Each function's name and its `main`.
#[rustfmt::skip]
pub const FLEET: &[(&str, Main)] = &[
    ("accept-admin-invitation", accept_admin_invitation::main),
    ("accept-invitation", accept_invitation::main),
    ("accept-reservation-on-stock-reserved", accept_reservation_on_stock_reserved::main),
    ("add-address", add_address::main),
    ("add-cart-item", add_cart_item::main),
    ("apply-as-seller", apply_as_seller::main),
    ("approve-seller", approve_seller::main),
    ("assign-role", assign_role::main),
    ("attach-business-document", attach_business_document::main),
    ("authorize-payment-on-order-stock-reserved", authorize_payment_on_order_stock_reserved::main),
    ("block-customer", block_customer::main),
    ("cancel-guest-order", cancel_guest_order::main),
    ("cancel-order", cancel_order::main),
    ("cancel-order-on-payment-declined", cancel_order_on_payment_declined::main),
    ("cancel-order-on-reservation-expired", cancel_order_on_reservation_expired::main),
    ("cancel-order-on-stock-refused", cancel_order_on_stock_refused::main),
    ("capture-payment-on-order-shipped", capture_payment_on_order_shipped::main),
    ("change-address", change_address::main),
    ("change-allowances-on-role-assignments-changed", change_allowances_on_role_assignments_changed::main),
    ("change-api-key", change_api_key::main),
    ("change-cart-item", change_cart_item::main),
    ("change-customer-roles", change_customer_roles::main),
    ("change-own-password", change_own_password::main),
    ("change-own-profile", change_own_profile::main),
    ("change-role", change_role::main),
    ("change-staff-on-seller-staff-changed", change_staff_on_seller_staff_changed::main),
    ("change-staff-role", change_staff_role::main),
    ("check-health", check_health::main),
    ("claim-guest-orders", claim_guest_orders::main),
    ("claim-order", claim_order::main),
    ("close-due-accounts", close_due_accounts::main),
    ("close-own-account", close_own_account::main),
    ("close-seller", close_seller::main),
    ("commit-stock-on-order-shipped", commit_stock_on_order_shipped::main),
    ("confirm-email-change", confirm_email_change::main),
    ("confirm-order-on-payment-authorized", confirm_order_on_payment_authorized::main),
    ("confirm-second-factor", confirm_second_factor::main),
    ("create-api-key", create_api_key::main),
    ("create-first-admin", create_first_admin::main),
    ("create-product", create_product::main),
    ("create-role", create_role::main),
    ("delete-role", delete_role::main),
    ("disable-second-factor", disable_second_factor::main),
    ("dismiss-staff-on-seller-closed", dismiss_staff_on_seller_closed::main),
    ("email-customer-on-order-cancelled", email_customer_on_order_cancelled::main),
    ("email-customer-on-order-confirmed", email_customer_on_order_confirmed::main),
    ("email-customer-on-order-shipped", email_customer_on_order_shipped::main),
    ("email-link-on-account-closing", email_link_on_account_closing::main),
    ("email-link-on-admin-invited", email_link_on_admin_invited::main),
    ("email-link-on-email-change-requested", email_link_on_email_change_requested::main),
    ("email-link-on-guest-link-requested", email_link_on_guest_link_requested::main),
    ("email-link-on-password-reset-requested", email_link_on_password_reset_requested::main),
    ("email-link-on-staff-invited", email_link_on_staff_invited::main),
    ("email-link-on-verification-requested", email_link_on_verification_requested::main),
    ("email-notice-on-email-changed", email_notice_on_email_changed::main),
    ("email-notice-on-password-changed", email_notice_on_password_changed::main),
    ("email-notice-on-token-reused", email_notice_on_token_reused::main),
    ("empty-cart-on-order-placed", empty_cart_on_order_placed::main),
    ("enrol-second-factor", enrol_second_factor::main),
    ("expire-business-documents", expire_business_documents::main),
    ("expire-reservations", expire_reservations::main),
    ("export-audit-log", export_audit_log::main),
    ("find-guest-orders-on-email-verified", find_guest_orders_on_email_verified::main),
    ("get-address", get_address::main),
    ("get-address-rules", get_address_rules::main),
    ("get-audit-export", get_audit_export::main),
    ("get-audit-keys", get_audit_keys::main),
    ("get-business", get_business::main),
    ("get-cart", get_cart::main),
    ("get-customer", get_customer::main),
    ("get-docs", get_docs::main),
    ("get-guest-order", get_guest_order::main),
    ("get-jwks", get_jwks::main),
    ("get-openapi", get_openapi::main),
    ("get-order", get_order::main),
    ("get-own-permissions", get_own_permissions::main),
    ("get-own-profile", get_own_profile::main),
    ("get-payment", get_payment::main),
    ("get-product", get_product::main),
    ("get-product-import", get_product_import::main),
    ("get-role", get_role::main),
    ("get-second-factor", get_second_factor::main),
    ("get-seller", get_seller::main),
    ("get-seller-page", get_seller_page::main),
    ("get-stock", get_stock::main),
    ("grant-seller-role-on-seller-approved", grant_seller_role_on_seller_approved::main),
    ("hand-payment-over-on-order-claimed", hand_payment_over_on_order_claimed::main),
    ("hide-or-show-products", hide_or_show_products::main),
    ("hide-products-on-seller-suspended", hide_products_on_seller_suspended::main),
    ("impersonate-customer", impersonate_customer::main),
    ("import-products", import_products::main),
    ("invite-admin", invite_admin::main),
    ("invite-staff", invite_staff::main),
    ("list-addresses", list_addresses::main),
    ("list-admin-invitations", list_admin_invitations::main),
    ("list-api-keys", list_api_keys::main),
    ("list-audit-entries", list_audit_entries::main),
    ("list-business-documents", list_business_documents::main),
    ("list-businesses-to-review", list_businesses_to_review::main),
    ("list-customer-roles", list_customer_roles::main),
    ("list-customer-security-events", list_customer_security_events::main),
    ("list-customers", list_customers::main),
    ("list-invitations", list_invitations::main),
    ("list-order-for-sellers-on-order-placed", list_order_for_sellers_on_order_placed::main),
    ("list-orders", list_orders::main),
    ("list-own-security-events", list_own_security_events::main),
    ("list-own-sessions", list_own_sessions::main),
    ("list-permissions", list_permissions::main),
    ("list-products", list_products::main),
    ("list-role-holders", list_role_holders::main),
    ("list-roles", list_roles::main),
    ("list-sellers", list_sellers::main),
    ("list-staff", list_staff::main),
    ("log-in", log_in::main),
    ("log-out", log_out::main),
    ("log-out-customer", log_out_customer::main),
    ("place-guest-order", place_guest_order::main),
    ("place-order", place_order::main),
    ("publish-product", publish_product::main),
    ("receive-stock", receive_stock::main),
    ("refresh-session", refresh_session::main),
    ("refuse-unknown-route", refuse_unknown_route::main),
    ("register-business", register_business::main),
    ("register-customer", register_customer::main),
    ("reinstate-seller", reinstate_seller::main),
    ("reject-business", reject_business::main),
    ("reject-seller", reject_seller::main),
    ("relay-address-events", relay_address_events::main),
    ("relay-admin-events", relay_admin_events::main),
    ("relay-business-events", relay_business_events::main),
    ("relay-cart-events", relay_cart_events::main),
    ("relay-customer-events", relay_customer_events::main),
    ("relay-inventory-events", relay_inventory_events::main),
    ("relay-notification-events", relay_notification_events::main),
    ("relay-order-events", relay_order_events::main),
    ("relay-payment-events", relay_payment_events::main),
    ("relay-product-events", relay_product_events::main),
    ("relay-role-events", relay_role_events::main),
    ("relay-seller-events", relay_seller_events::main),
    ("release-stock-on-order-cancelled", release_stock_on_order_cancelled::main),
    ("remove-address", remove_address::main),
    ("remove-business-document", remove_business_document::main),
    ("remove-cart-item", remove_cart_item::main),
    ("remove-staff", remove_staff::main),
    ("renew-recovery-codes", renew_recovery_codes::main),
    ("reopen-account", reopen_account::main),
    ("request-email-change", request_email_change::main),
    ("request-guest-order-link", request_guest_order_link::main),
    ("request-password-reset", request_password_reset::main),
    ("resend-email-verification", resend_email_verification::main),
    ("reserve-stock-on-order-placed", reserve_stock_on_order_placed::main),
    ("reset-customer-second-factor", reset_customer_second_factor::main),
    ("reset-password", reset_password::main),
    ("reveal-bank-account", reveal_bank_account::main),
    ("revoke-admin-invitation", revoke_admin_invitation::main),
    ("revoke-api-key", revoke_api_key::main),
    ("revoke-invitation", revoke_invitation::main),
    ("revoke-own-session", revoke_own_session::main),
    ("revoke-role", revoke_role::main),
    ("rotate-api-key", rotate_api_key::main),
    ("run-product-import", run_product_import::main),
    ("set-default-address", set_default_address::main),
    ("ship-order", ship_order::main),
    ("show-products-on-seller-reinstated", show_products_on_seller_reinstated::main),
    ("sign-audit-checkpoints", sign_audit_checkpoints::main),
    ("spread-role-on-role-changed", spread_role_on_role_changed::main),
    ("start-business-document-upload", start_business_document_upload::main),
    ("start-business-review", start_business_review::main),
    ("start-import-upload", start_import_upload::main),
    ("step-up-session", step_up_session::main),
    ("stock-variants-on-product-imported", stock_variants_on_product_imported::main),
    ("submit-business", submit_business::main),
    ("suspend-seller", suspend_seller::main),
    ("tell-role-holders", tell_role_holders::main),
    ("unblock-customer", unblock_customer::main),
    ("update-offers-on-product-changed", update_offers_on_product_changed::main),
    ("update-offers-on-stock-changed", update_offers_on_stock_changed::main),
    ("update-product", update_product::main),
    ("update-seller", update_seller::main),
    ("verify-audit-chain", verify_audit_chain::main),
    ("verify-business", verify_business::main),
    ("verify-email", verify_email::main),
    ("void-payment-on-order-cancelled", void_payment_on_order_cancelled::main),
    ("watch-stuck-orders", watch_stuck_orders::main),
    ("withdraw-seller-role-on-seller-closed", withdraw_seller_role_on_seller_closed::main),
    ("write-audit-export-on-audit-export-scheduled", write_audit_export_on_audit_export_scheduled::main),
];

/// What each function is told at stage `local`, but for keys, queues' URLs and the values of secrets.
#[rustfmt::skip]
pub const SETTINGS: &[(&str, &[(&str, &str)])] = &[
    (
        "accept-admin-invitation",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "accept-admin-invitation"),
            ("ROUTE", "POST /v1/admin/invitations/accept"),
            ("ALLOW", "admin:join@own"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "1024"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("STEP_UP", "true"),
            ("SECOND_FACTOR", "optional"),
            ("WARM_UP", "dynamodb"),
            ("SECRET_ONE_TIME_TOKEN_KEY", "/souk/local/one-time-token-key"),
        ],
    ),
    (
        "accept-invitation",
        &[
            ("STAGE", "local"),
            ("SERVICE", "seller"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "accept-invitation"),
            ("ROUTE", "POST /v1/staff-invitations/accept"),
            ("ALLOW", "staff:join@own"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "1024"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
            ("SECRET_ONE_TIME_TOKEN_KEY", "/souk/local/one-time-token-key"),
        ],
    ),
    (
        "accept-reservation-on-stock-reserved",
        &[
            ("STAGE", "local"),
            ("SERVICE", "order"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "accept-reservation-on-stock-reserved"),
        ],
    ),
    (
        "add-address",
        &[
            ("STAGE", "local"),
            ("SERVICE", "address"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "add-address"),
            ("ROUTE", "POST /v1/addresses"),
            ("ALLOW", "address:change@own"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "8192"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "add-cart-item",
        &[
            ("STAGE", "local"),
            ("SERVICE", "cart"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "add-cart-item"),
            ("ROUTE", "POST /v1/cart/items"),
            ("ALLOW", "public"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "4096"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "apply-as-seller",
        &[
            ("STAGE", "local"),
            ("SERVICE", "seller"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "apply-as-seller"),
            ("ROUTE", "POST /v1/sellers"),
            ("ALLOW", "seller:apply@own"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "32768"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "approve-seller",
        &[
            ("STAGE", "local"),
            ("SERVICE", "seller"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "approve-seller"),
            ("ROUTE", "POST /v1/sellers/{id}/approve"),
            ("ALLOW", "seller:approve@any"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "1024"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "assign-role",
        &[
            ("STAGE", "local"),
            ("SERVICE", "role"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "assign-role"),
            ("ROUTE", "PUT /v1/customers/{id}/custom-roles/{role_id}"),
            ("ALLOW", "role:assign@any"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "1024"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("STEP_UP", "true"),
            ("SECOND_FACTOR", "optional"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "attach-business-document",
        &[
            ("STAGE", "local"),
            ("SERVICE", "business"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "attach-business-document"),
            ("BUCKET_BUSINESS_ARRIVALS", "local-souk-business-arrivals-000000000000"),
            ("BUCKET_BUSINESS_DOCUMENTS", "local-souk-business-documents-000000000000"),
        ],
    ),
    (
        "authorize-payment-on-order-stock-reserved",
        &[
            ("STAGE", "local"),
            ("SERVICE", "payment"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "authorize-payment-on-order-stock-reserved"),
        ],
    ),
    (
        "block-customer",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "block-customer"),
            ("ROUTE", "POST /v1/customers/{id}/block"),
            ("ALLOW", "customer:block@any"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "4096"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "cancel-guest-order",
        &[
            ("STAGE", "local"),
            ("SERVICE", "order"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "cancel-guest-order"),
            ("ROUTE", "POST /v1/guest-orders/{id}/cancel"),
            ("ALLOW", "public"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "1024"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
            ("SECRET_GUEST_ORDER_KEY", "/souk/local/guest-order-key"),
        ],
    ),
    (
        "cancel-order",
        &[
            ("STAGE", "local"),
            ("SERVICE", "order"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "cancel-order"),
            ("ROUTE", "POST /v1/orders/{id}/cancel"),
            ("ALLOW", "order:cancel@own"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "1024"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "cancel-order-on-payment-declined",
        &[
            ("STAGE", "local"),
            ("SERVICE", "order"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "cancel-order-on-payment-declined"),
        ],
    ),
    (
        "cancel-order-on-reservation-expired",
        &[
            ("STAGE", "local"),
            ("SERVICE", "order"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "cancel-order-on-reservation-expired"),
        ],
    ),
    (
        "cancel-order-on-stock-refused",
        &[
            ("STAGE", "local"),
            ("SERVICE", "order"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "cancel-order-on-stock-refused"),
        ],
    ),
    (
        "capture-payment-on-order-shipped",
        &[
            ("STAGE", "local"),
            ("SERVICE", "payment"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "capture-payment-on-order-shipped"),
        ],
    ),
    (
        "change-address",
        &[
            ("STAGE", "local"),
            ("SERVICE", "address"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "change-address"),
            ("ROUTE", "PATCH /v1/addresses/{id}"),
            ("ALLOW", "address:change@own"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "8192"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "change-allowances-on-role-assignments-changed",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "change-allowances-on-role-assignments-changed"),
        ],
    ),
    (
        "change-api-key",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "change-api-key"),
            ("ROUTE", "PATCH /v1/customers/me/api-keys/{id}"),
            ("ALLOW", "api-key:manage@own"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "16384"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("STEP_UP", "true"),
            ("SECOND_FACTOR", "optional"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "change-cart-item",
        &[
            ("STAGE", "local"),
            ("SERVICE", "cart"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "change-cart-item"),
            ("ROUTE", "PATCH /v1/cart/items/{variant_id}"),
            ("ALLOW", "public"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "4096"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "change-customer-roles",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "change-customer-roles"),
            ("ROUTE", "PUT /v1/customers/{id}/roles"),
            ("ALLOW", "role:assign@any"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "4096"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("STEP_UP", "true"),
            ("SECOND_FACTOR", "optional"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "change-own-password",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "change-own-password"),
            ("ROUTE", "PUT /v1/customers/me/password"),
            ("ALLOW", "password:change@own"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "4096"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("RATE", "password"),
            ("RATE_FACTOR", "10000"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "change-own-profile",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "change-own-profile"),
            ("ROUTE", "PATCH /v1/customers/me"),
            ("ALLOW", "profile:change@own"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "4096"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "change-role",
        &[
            ("STAGE", "local"),
            ("SERVICE", "role"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "change-role"),
            ("ROUTE", "PATCH /v1/roles/{id}"),
            ("ALLOW", "role:manage@any"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "16384"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "change-staff-on-seller-staff-changed",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "change-staff-on-seller-staff-changed"),
        ],
    ),
    (
        "change-staff-role",
        &[
            ("STAGE", "local"),
            ("SERVICE", "seller"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "change-staff-role"),
            ("ROUTE", "PUT /v1/sellers/{id}/staff/{customer_id}"),
            ("ALLOW", "staff:manage@seller"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "1024"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "check-health",
        &[
            ("STAGE", "local"),
            ("SERVICE", "gateway"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "check-health"),
            ("ROUTE", "GET /v1/health"),
            ("ALLOW", "public"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "65536"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("RATE", "expensive-read"),
            ("RATE_FACTOR", "10000"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "claim-guest-orders",
        &[
            ("STAGE", "local"),
            ("SERVICE", "order"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "claim-guest-orders"),
        ],
    ),
    (
        "claim-order",
        &[
            ("STAGE", "local"),
            ("SERVICE", "order"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "claim-order"),
            ("ROUTE", "POST /v1/orders/{id}/claim"),
            ("ALLOW", "order:claim@own"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "1024"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
            ("SECRET_GUEST_ORDER_KEY", "/souk/local/guest-order-key"),
        ],
    ),
    (
        "close-due-accounts",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "close-due-accounts"),
        ],
    ),
    (
        "close-own-account",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "close-own-account"),
            ("ROUTE", "POST /v1/customers/me/close"),
            ("ALLOW", "account:close@own"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "4096"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("RATE", "password"),
            ("RATE_FACTOR", "10000"),
            ("WARM_UP", "dynamodb"),
            ("ACCOUNT_GRACE_SECONDS", "2592000"),
        ],
    ),
    (
        "close-seller",
        &[
            ("STAGE", "local"),
            ("SERVICE", "seller"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "close-seller"),
            ("ROUTE", "POST /v1/sellers/{id}/close"),
            ("ALLOW", "seller:close@own"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "1024"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "commit-stock-on-order-shipped",
        &[
            ("STAGE", "local"),
            ("SERVICE", "inventory"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "commit-stock-on-order-shipped"),
        ],
    ),
    (
        "confirm-email-change",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "confirm-email-change"),
            ("ROUTE", "POST /v1/auth/email-changes"),
            ("ALLOW", "public"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "1024"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
            ("SECRET_ONE_TIME_TOKEN_KEY", "/souk/local/one-time-token-key"),
        ],
    ),
    (
        "confirm-order-on-payment-authorized",
        &[
            ("STAGE", "local"),
            ("SERVICE", "order"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "confirm-order-on-payment-authorized"),
        ],
    ),
    (
        "confirm-second-factor",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "confirm-second-factor"),
            ("ROUTE", "POST /v1/customers/me/second-factor/confirm"),
            ("ALLOW", "second-factor:change@own"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "4096"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
            ("SECRET_SECOND_FACTOR_KEY", "/souk/local/second-factor-key"),
        ],
    ),
    (
        "create-api-key",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "create-api-key"),
            ("ROUTE", "POST /v1/customers/me/api-keys"),
            ("ALLOW", "api-key:manage@own"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "16384"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("STEP_UP", "true"),
            ("SECOND_FACTOR", "optional"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "create-first-admin",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "create-first-admin"),
        ],
    ),
    (
        "create-product",
        &[
            ("STAGE", "local"),
            ("SERVICE", "product"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "create-product"),
            ("ROUTE", "POST /v1/products"),
            ("ALLOW", "product:create@seller"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "65536"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "create-role",
        &[
            ("STAGE", "local"),
            ("SERVICE", "role"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "create-role"),
            ("ROUTE", "POST /v1/roles"),
            ("ALLOW", "role:manage@any"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "16384"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "delete-role",
        &[
            ("STAGE", "local"),
            ("SERVICE", "role"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "delete-role"),
            ("ROUTE", "DELETE /v1/roles/{id}"),
            ("ALLOW", "role:manage@any"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "1024"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
        ],
    ),
    (
        "disable-second-factor",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "disable-second-factor"),
            ("ROUTE", "DELETE /v1/customers/me/second-factor"),
            ("ALLOW", "second-factor:change@own"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "4096"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("STEP_UP", "true"),
            ("SECOND_FACTOR", "optional"),
            ("WARM_UP", "dynamodb"),
            ("SECRET_SECOND_FACTOR_KEY", "/souk/local/second-factor-key"),
        ],
    ),
    (
        "dismiss-staff-on-seller-closed",
        &[
            ("STAGE", "local"),
            ("SERVICE", "seller"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "dismiss-staff-on-seller-closed"),
        ],
    ),
    (
        "email-customer-on-order-cancelled",
        &[
            ("STAGE", "local"),
            ("SERVICE", "notification"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "email-customer-on-order-cancelled"),
            ("MAIL_FROM", "shop@souk.example"),
            ("SHOP_URL", "http://localhost:3000"),
        ],
    ),
    (
        "email-customer-on-order-confirmed",
        &[
            ("STAGE", "local"),
            ("SERVICE", "notification"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "email-customer-on-order-confirmed"),
            ("SECRET_GUEST_ORDER_KEY", "/souk/local/guest-order-key"),
            ("MAIL_FROM", "shop@souk.example"),
            ("SHOP_URL", "http://localhost:3000"),
        ],
    ),
    (
        "email-customer-on-order-shipped",
        &[
            ("STAGE", "local"),
            ("SERVICE", "notification"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "email-customer-on-order-shipped"),
            ("MAIL_FROM", "shop@souk.example"),
            ("SHOP_URL", "http://localhost:3000"),
        ],
    ),
    (
        "email-link-on-account-closing",
        &[
            ("STAGE", "local"),
            ("SERVICE", "notification"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "email-link-on-account-closing"),
            ("SECRET_ONE_TIME_TOKEN_KEY", "/souk/local/one-time-token-key"),
            ("MAIL_FROM", "shop@souk.example"),
            ("SHOP_URL", "http://localhost:3000"),
        ],
    ),
    (
        "email-link-on-admin-invited",
        &[
            ("STAGE", "local"),
            ("SERVICE", "notification"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "email-link-on-admin-invited"),
            ("SECRET_ONE_TIME_TOKEN_KEY", "/souk/local/one-time-token-key"),
            ("MAIL_FROM", "shop@souk.example"),
            ("SHOP_URL", "http://localhost:3000"),
        ],
    ),
    (
        "email-link-on-email-change-requested",
        &[
            ("STAGE", "local"),
            ("SERVICE", "notification"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "email-link-on-email-change-requested"),
            ("SECRET_ONE_TIME_TOKEN_KEY", "/souk/local/one-time-token-key"),
            ("MAIL_FROM", "shop@souk.example"),
            ("SHOP_URL", "http://localhost:3000"),
        ],
    ),
    (
        "email-link-on-guest-link-requested",
        &[
            ("STAGE", "local"),
            ("SERVICE", "notification"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "email-link-on-guest-link-requested"),
            ("SECRET_GUEST_ORDER_KEY", "/souk/local/guest-order-key"),
            ("MAIL_FROM", "shop@souk.example"),
            ("SHOP_URL", "http://localhost:3000"),
        ],
    ),
    (
        "email-link-on-password-reset-requested",
        &[
            ("STAGE", "local"),
            ("SERVICE", "notification"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "email-link-on-password-reset-requested"),
            ("SECRET_ONE_TIME_TOKEN_KEY", "/souk/local/one-time-token-key"),
            ("MAIL_FROM", "shop@souk.example"),
            ("SHOP_URL", "http://localhost:3000"),
        ],
    ),
    (
        "email-link-on-staff-invited",
        &[
            ("STAGE", "local"),
            ("SERVICE", "notification"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "email-link-on-staff-invited"),
            ("SECRET_ONE_TIME_TOKEN_KEY", "/souk/local/one-time-token-key"),
            ("MAIL_FROM", "shop@souk.example"),
            ("SHOP_URL", "http://localhost:3000"),
        ],
    ),
    (
        "email-link-on-verification-requested",
        &[
            ("STAGE", "local"),
            ("SERVICE", "notification"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "email-link-on-verification-requested"),
            ("SECRET_ONE_TIME_TOKEN_KEY", "/souk/local/one-time-token-key"),
            ("MAIL_FROM", "shop@souk.example"),
            ("SHOP_URL", "http://localhost:3000"),
        ],
    ),
    (
        "email-notice-on-email-changed",
        &[
            ("STAGE", "local"),
            ("SERVICE", "notification"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "email-notice-on-email-changed"),
            ("MAIL_FROM", "shop@souk.example"),
            ("SHOP_URL", "http://localhost:3000"),
        ],
    ),
    (
        "email-notice-on-password-changed",
        &[
            ("STAGE", "local"),
            ("SERVICE", "notification"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "email-notice-on-password-changed"),
            ("MAIL_FROM", "shop@souk.example"),
            ("SHOP_URL", "http://localhost:3000"),
        ],
    ),
    (
        "email-notice-on-token-reused",
        &[
            ("STAGE", "local"),
            ("SERVICE", "notification"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "email-notice-on-token-reused"),
            ("MAIL_FROM", "shop@souk.example"),
            ("SHOP_URL", "http://localhost:3000"),
        ],
    ),
    (
        "empty-cart-on-order-placed",
        &[
            ("STAGE", "local"),
            ("SERVICE", "cart"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "empty-cart-on-order-placed"),
        ],
    ),
    (
        "enrol-second-factor",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "enrol-second-factor"),
            ("ROUTE", "POST /v1/customers/me/second-factor"),
            ("ALLOW", "second-factor:change@own"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "4096"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("RATE", "password"),
            ("RATE_FACTOR", "10000"),
            ("WARM_UP", "dynamodb"),
            ("SECRET_SECOND_FACTOR_KEY", "/souk/local/second-factor-key"),
        ],
    ),
    (
        "expire-business-documents",
        &[
            ("STAGE", "local"),
            ("SERVICE", "business"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "expire-business-documents"),
            ("BUCKET_BUSINESS_DOCUMENTS", "local-souk-business-documents-000000000000"),
        ],
    ),
    (
        "expire-reservations",
        &[
            ("STAGE", "local"),
            ("SERVICE", "inventory"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "expire-reservations"),
        ],
    ),
    (
        "export-audit-log",
        &[
            ("STAGE", "local"),
            ("SERVICE", "admin"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "export-audit-log"),
            ("ROUTE", "POST /v1/audit/exports"),
            ("ALLOW", "audit:export@any"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "4096"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("STEP_UP", "true"),
            ("SECOND_FACTOR", "optional"),
            ("RATE", "import"),
            ("RATE_FACTOR", "10000"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "find-guest-orders-on-email-verified",
        &[
            ("STAGE", "local"),
            ("SERVICE", "order"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "find-guest-orders-on-email-verified"),
        ],
    ),
    (
        "get-address",
        &[
            ("STAGE", "local"),
            ("SERVICE", "address"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "get-address"),
            ("ROUTE", "GET /v1/addresses/{id}"),
            ("ALLOW", "address:read@own"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "65536"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "get-address-rules",
        &[
            ("STAGE", "local"),
            ("SERVICE", "address"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "get-address-rules"),
            ("ROUTE", "GET /v1/address-rules/{country}"),
            ("ALLOW", "public"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "65536"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
        ],
    ),
    (
        "get-audit-export",
        &[
            ("STAGE", "local"),
            ("SERVICE", "admin"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "get-audit-export"),
            ("ROUTE", "GET /v1/audit/exports/{id}"),
            ("ALLOW", "audit:export@any"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "65536"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
            ("BUCKET_AUDIT_EXPORTS", "local-souk-audit-exports-000000000000"),
        ],
    ),
    (
        "get-audit-keys",
        &[
            ("STAGE", "local"),
            ("SERVICE", "admin"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "get-audit-keys"),
            ("ROUTE", "GET /.well-known/audit-keys.json"),
            ("ALLOW", "public"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "65536"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
        ],
    ),
    (
        "get-business",
        &[
            ("STAGE", "local"),
            ("SERVICE", "business"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "get-business"),
            ("ROUTE", "GET /v1/sellers/{id}/business"),
            ("ALLOW", "business:read@seller"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "65536"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "get-cart",
        &[
            ("STAGE", "local"),
            ("SERVICE", "cart"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "get-cart"),
            ("ROUTE", "GET /v1/cart"),
            ("ALLOW", "public"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "65536"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "get-customer",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "get-customer"),
            ("ROUTE", "GET /v1/customers/{id}"),
            ("ALLOW", "customer:read@any"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "65536"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "get-docs",
        &[
            ("STAGE", "local"),
            ("SERVICE", "gateway"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "get-docs"),
            ("ROUTE", "GET /docs"),
            ("ALLOW", "public"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "65536"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
        ],
    ),
    (
        "get-guest-order",
        &[
            ("STAGE", "local"),
            ("SERVICE", "order"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "get-guest-order"),
            ("ROUTE", "GET /v1/guest-orders/{id}"),
            ("ALLOW", "public"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "65536"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
            ("SECRET_GUEST_ORDER_KEY", "/souk/local/guest-order-key"),
        ],
    ),
    (
        "get-jwks",
        &[
            ("STAGE", "local"),
            ("SERVICE", "gateway"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "get-jwks"),
            ("ROUTE", "GET /.well-known/jwks.json"),
            ("ALLOW", "public"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "65536"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
        ],
    ),
    (
        "get-openapi",
        &[
            ("STAGE", "local"),
            ("SERVICE", "gateway"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "get-openapi"),
            ("ROUTE", "GET /v1/openapi.json"),
            ("ALLOW", "public"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "65536"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
        ],
    ),
    (
        "get-order",
        &[
            ("STAGE", "local"),
            ("SERVICE", "order"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "get-order"),
            ("ROUTE", "GET /v1/orders/{id}"),
            ("ALLOW", "order:read@own"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "65536"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "get-own-permissions",
        &[
            ("STAGE", "local"),
            ("SERVICE", "role"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "get-own-permissions"),
            ("ROUTE", "GET /v1/me/permissions"),
            ("ALLOW", "profile:read@own"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "65536"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "get-own-profile",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "get-own-profile"),
            ("ROUTE", "GET /v1/customers/me"),
            ("ALLOW", "profile:read@own"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "65536"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "get-payment",
        &[
            ("STAGE", "local"),
            ("SERVICE", "payment"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "get-payment"),
            ("ROUTE", "GET /v1/payments/{id}"),
            ("ALLOW", "payment:read@own"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "65536"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "get-product",
        &[
            ("STAGE", "local"),
            ("SERVICE", "product"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "get-product"),
            ("ROUTE", "GET /v1/products/{id}"),
            ("ALLOW", "public"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "65536"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "get-product-import",
        &[
            ("STAGE", "local"),
            ("SERVICE", "product"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "get-product-import"),
            ("ROUTE", "GET /v1/product-imports/{id}"),
            ("ALLOW", "product:import@seller"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "65536"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "get-role",
        &[
            ("STAGE", "local"),
            ("SERVICE", "role"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "get-role"),
            ("ROUTE", "GET /v1/roles/{id}"),
            ("ALLOW", "role:read@any"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "65536"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "get-second-factor",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "get-second-factor"),
            ("ROUTE", "GET /v1/customers/me/second-factor"),
            ("ALLOW", "second-factor:read@own"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "65536"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "get-seller",
        &[
            ("STAGE", "local"),
            ("SERVICE", "seller"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "get-seller"),
            ("ROUTE", "GET /v1/sellers/{id}"),
            ("ALLOW", "seller:read@own"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "65536"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "get-seller-page",
        &[
            ("STAGE", "local"),
            ("SERVICE", "seller"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "get-seller-page"),
            ("ROUTE", "GET /v1/sellers/{id}/page"),
            ("ALLOW", "public"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "65536"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "get-stock",
        &[
            ("STAGE", "local"),
            ("SERVICE", "inventory"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "get-stock"),
            ("ROUTE", "GET /v1/stock/{variant_id}"),
            ("ALLOW", "stock:read@seller"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "65536"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "grant-seller-role-on-seller-approved",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "grant-seller-role-on-seller-approved"),
        ],
    ),
    (
        "hand-payment-over-on-order-claimed",
        &[
            ("STAGE", "local"),
            ("SERVICE", "payment"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "hand-payment-over-on-order-claimed"),
        ],
    ),
    (
        "hide-or-show-products",
        &[
            ("STAGE", "local"),
            ("SERVICE", "product"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "hide-or-show-products"),
        ],
    ),
    (
        "hide-products-on-seller-suspended",
        &[
            ("STAGE", "local"),
            ("SERVICE", "product"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "hide-products-on-seller-suspended"),
        ],
    ),
    (
        "impersonate-customer",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "impersonate-customer"),
            ("ROUTE", "POST /v1/customers/{id}/impersonation"),
            ("ALLOW", "customer:impersonate@any"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "4096"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("STEP_UP", "true"),
            ("SECOND_FACTOR", "optional"),
            ("WARM_UP", "dynamodb"),
            ("SECRET_JWT_SIGNING_KEY", "/souk/local/jwt-signing-key"),
            ("ACCESS_TOKEN_SECONDS", "600"),
            ("REFRESH_TOKEN_SECONDS", "2592000"),
        ],
    ),
    (
        "import-products",
        &[
            ("STAGE", "local"),
            ("SERVICE", "product"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "import-products"),
            ("ROUTE", "POST /v1/product-imports"),
            ("ALLOW", "product:import@seller"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "4194304"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("RATE", "import"),
            ("RATE_FACTOR", "10000"),
            ("WARM_UP", "dynamodb"),
            ("BUCKET_IMPORTS", "local-souk-imports-000000000000"),
        ],
    ),
    (
        "invite-admin",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "invite-admin"),
            ("ROUTE", "POST /v1/admin/invitations"),
            ("ALLOW", "admin:invite@any"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "1024"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("STEP_UP", "true"),
            ("SECOND_FACTOR", "optional"),
            ("RATE", "reset"),
            ("RATE_FACTOR", "10000"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "invite-staff",
        &[
            ("STAGE", "local"),
            ("SERVICE", "seller"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "invite-staff"),
            ("ROUTE", "POST /v1/sellers/{id}/staff/invitations"),
            ("ALLOW", "staff:manage@seller"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "4096"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "list-addresses",
        &[
            ("STAGE", "local"),
            ("SERVICE", "address"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "list-addresses"),
            ("ROUTE", "GET /v1/addresses"),
            ("ALLOW", "address:read@own"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "65536"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "list-admin-invitations",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "list-admin-invitations"),
            ("ROUTE", "GET /v1/admin/invitations"),
            ("ALLOW", "admin:invite@any"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "65536"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "list-api-keys",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "list-api-keys"),
            ("ROUTE", "GET /v1/customers/me/api-keys"),
            ("ALLOW", "api-key:read@own"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "65536"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "list-audit-entries",
        &[
            ("STAGE", "local"),
            ("SERVICE", "admin"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "list-audit-entries"),
            ("ROUTE", "GET /v1/audit"),
            ("ALLOW", "audit:read@any"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "65536"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
            ("AUDITED_SERVICES", "address,admin,business,cart,customer,inventory,notification,order,payment,product,role,seller"),
        ],
    ),
    (
        "list-business-documents",
        &[
            ("STAGE", "local"),
            ("SERVICE", "business"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "list-business-documents"),
            ("ROUTE", "GET /v1/sellers/{id}/business/documents"),
            ("ALLOW", "business:read@seller"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "65536"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
            ("BUCKET_BUSINESS_DOCUMENTS", "local-souk-business-documents-000000000000"),
        ],
    ),
    (
        "list-businesses-to-review",
        &[
            ("STAGE", "local"),
            ("SERVICE", "business"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "list-businesses-to-review"),
            ("ROUTE", "GET /v1/businesses"),
            ("ALLOW", "business:review@any"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "65536"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "list-customer-roles",
        &[
            ("STAGE", "local"),
            ("SERVICE", "role"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "list-customer-roles"),
            ("ROUTE", "GET /v1/customers/{id}/custom-roles"),
            ("ALLOW", "role:read@any"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "65536"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "list-customer-security-events",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "list-customer-security-events"),
            ("ROUTE", "GET /v1/customers/{id}/security-events"),
            ("ALLOW", "customer:read@any"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "65536"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "list-customers",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "list-customers"),
            ("ROUTE", "GET /v1/customers"),
            ("ALLOW", "customer:read@any"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "65536"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "list-invitations",
        &[
            ("STAGE", "local"),
            ("SERVICE", "seller"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "list-invitations"),
            ("ROUTE", "GET /v1/sellers/{id}/staff/invitations"),
            ("ALLOW", "staff:manage@seller"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "65536"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "list-order-for-sellers-on-order-placed",
        &[
            ("STAGE", "local"),
            ("SERVICE", "order"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "list-order-for-sellers-on-order-placed"),
        ],
    ),
    (
        "list-orders",
        &[
            ("STAGE", "local"),
            ("SERVICE", "order"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "list-orders"),
            ("ROUTE", "GET /v1/orders"),
            ("ALLOW", "order:read@own"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "65536"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "list-own-security-events",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "list-own-security-events"),
            ("ROUTE", "GET /v1/customers/me/security-events"),
            ("ALLOW", "security-event:read@own"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "65536"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "list-own-sessions",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "list-own-sessions"),
            ("ROUTE", "GET /v1/customers/me/sessions"),
            ("ALLOW", "session:read@own"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "65536"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "list-permissions",
        &[
            ("STAGE", "local"),
            ("SERVICE", "role"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "list-permissions"),
            ("ROUTE", "GET /v1/permissions"),
            ("ALLOW", "role:read@any"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "65536"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
        ],
    ),
    (
        "list-products",
        &[
            ("STAGE", "local"),
            ("SERVICE", "product"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "list-products"),
            ("ROUTE", "GET /v1/products"),
            ("ALLOW", "public"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "65536"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "list-role-holders",
        &[
            ("STAGE", "local"),
            ("SERVICE", "role"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "list-role-holders"),
            ("ROUTE", "GET /v1/roles/{id}/holders"),
            ("ALLOW", "role:read@any"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "65536"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "list-roles",
        &[
            ("STAGE", "local"),
            ("SERVICE", "role"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "list-roles"),
            ("ROUTE", "GET /v1/roles"),
            ("ALLOW", "role:read@any"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "65536"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "list-sellers",
        &[
            ("STAGE", "local"),
            ("SERVICE", "seller"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "list-sellers"),
            ("ROUTE", "GET /v1/sellers"),
            ("ALLOW", "seller:list@any"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "65536"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "list-staff",
        &[
            ("STAGE", "local"),
            ("SERVICE", "seller"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "list-staff"),
            ("ROUTE", "GET /v1/sellers/{id}/staff"),
            ("ALLOW", "staff:read@seller"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "65536"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "log-in",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "log-in"),
            ("ROUTE", "POST /v1/auth/login"),
            ("ALLOW", "public"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "4096"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("RATE", "log-in"),
            ("RATE_FACTOR", "10000"),
            ("WARM_UP", "dynamodb"),
            ("SECRET_JWT_SIGNING_KEY", "/souk/local/jwt-signing-key"),
            ("SECRET_SECOND_FACTOR_KEY", "/souk/local/second-factor-key"),
            ("ACCESS_TOKEN_SECONDS", "600"),
            ("REFRESH_TOKEN_SECONDS", "2592000"),
        ],
    ),
    (
        "log-out",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "log-out"),
            ("ROUTE", "POST /v1/auth/logout"),
            ("ALLOW", "session:end@own"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "4096"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "log-out-customer",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "log-out-customer"),
            ("ROUTE", "POST /v1/customers/{id}/logout"),
            ("ALLOW", "customer:log-out@any"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "4096"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "place-guest-order",
        &[
            ("STAGE", "local"),
            ("SERVICE", "order"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "place-guest-order"),
            ("ROUTE", "POST /v1/guest-orders"),
            ("ALLOW", "public"),
            ("IDEMPOTENCY", "required"),
            ("BODY_LIMIT", "8192"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("RATE", "guest-order"),
            ("RATE_FACTOR", "10000"),
            ("WARM_UP", "dynamodb"),
            ("SECRET_GUEST_ORDER_KEY", "/souk/local/guest-order-key"),
        ],
    ),
    (
        "place-order",
        &[
            ("STAGE", "local"),
            ("SERVICE", "order"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "place-order"),
            ("ROUTE", "POST /v1/orders"),
            ("ALLOW", "order:place@own"),
            ("IDEMPOTENCY", "required"),
            ("BODY_LIMIT", "8192"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "publish-product",
        &[
            ("STAGE", "local"),
            ("SERVICE", "product"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "publish-product"),
            ("ROUTE", "POST /v1/products/{id}/publish"),
            ("ALLOW", "product:publish@seller"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "1024"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "receive-stock",
        &[
            ("STAGE", "local"),
            ("SERVICE", "inventory"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "receive-stock"),
            ("ROUTE", "POST /v1/stock/{variant_id}/receipts"),
            ("ALLOW", "stock:receive@seller"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "4096"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "refresh-session",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "refresh-session"),
            ("ROUTE", "POST /v1/auth/refresh"),
            ("ALLOW", "public"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "4096"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("RATE", "refresh"),
            ("RATE_FACTOR", "10000"),
            ("WARM_UP", "dynamodb"),
            ("SECRET_JWT_SIGNING_KEY", "/souk/local/jwt-signing-key"),
            ("ACCESS_TOKEN_SECONDS", "600"),
            ("REFRESH_TOKEN_SECONDS", "2592000"),
        ],
    ),
    (
        "refuse-unknown-route",
        &[
            ("STAGE", "local"),
            ("SERVICE", "gateway"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "refuse-unknown-route"),
            ("ROUTE", "$default"),
            ("ALLOW", "public"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "6291456"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
        ],
    ),
    (
        "register-business",
        &[
            ("STAGE", "local"),
            ("SERVICE", "business"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "register-business"),
            ("ROUTE", "PUT /v1/sellers/{id}/business"),
            ("ALLOW", "business:register@seller"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "8192"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "register-customer",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "register-customer"),
            ("ROUTE", "POST /v1/customers"),
            ("ALLOW", "public"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "4096"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("RATE", "registration"),
            ("RATE_FACTOR", "10000"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "reinstate-seller",
        &[
            ("STAGE", "local"),
            ("SERVICE", "seller"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "reinstate-seller"),
            ("ROUTE", "POST /v1/sellers/{id}/reinstate"),
            ("ALLOW", "seller:suspend@any"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "1024"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "reject-business",
        &[
            ("STAGE", "local"),
            ("SERVICE", "business"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "reject-business"),
            ("ROUTE", "POST /v1/sellers/{id}/business/reject"),
            ("ALLOW", "business:review@any"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "1024"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "reject-seller",
        &[
            ("STAGE", "local"),
            ("SERVICE", "seller"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "reject-seller"),
            ("ROUTE", "POST /v1/sellers/{id}/reject"),
            ("ALLOW", "seller:approve@any"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "8192"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "relay-address-events",
        &[
            ("STAGE", "local"),
            ("SERVICE", "address"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "relay-address-events"),
            ("BUS", "local-souk"),
        ],
    ),
    (
        "relay-admin-events",
        &[
            ("STAGE", "local"),
            ("SERVICE", "admin"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "relay-admin-events"),
            ("BUS", "local-souk"),
        ],
    ),
    (
        "relay-business-events",
        &[
            ("STAGE", "local"),
            ("SERVICE", "business"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "relay-business-events"),
            ("BUS", "local-souk"),
        ],
    ),
    (
        "relay-cart-events",
        &[
            ("STAGE", "local"),
            ("SERVICE", "cart"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "relay-cart-events"),
            ("BUS", "local-souk"),
        ],
    ),
    (
        "relay-customer-events",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "relay-customer-events"),
            ("BUS", "local-souk"),
        ],
    ),
    (
        "relay-inventory-events",
        &[
            ("STAGE", "local"),
            ("SERVICE", "inventory"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "relay-inventory-events"),
            ("BUS", "local-souk"),
        ],
    ),
    (
        "relay-notification-events",
        &[
            ("STAGE", "local"),
            ("SERVICE", "notification"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "relay-notification-events"),
            ("BUS", "local-souk"),
        ],
    ),
    (
        "relay-order-events",
        &[
            ("STAGE", "local"),
            ("SERVICE", "order"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "relay-order-events"),
            ("BUS", "local-souk"),
        ],
    ),
    (
        "relay-payment-events",
        &[
            ("STAGE", "local"),
            ("SERVICE", "payment"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "relay-payment-events"),
            ("BUS", "local-souk"),
        ],
    ),
    (
        "relay-product-events",
        &[
            ("STAGE", "local"),
            ("SERVICE", "product"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "relay-product-events"),
            ("BUS", "local-souk"),
        ],
    ),
    (
        "relay-role-events",
        &[
            ("STAGE", "local"),
            ("SERVICE", "role"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "relay-role-events"),
            ("BUS", "local-souk"),
        ],
    ),
    (
        "relay-seller-events",
        &[
            ("STAGE", "local"),
            ("SERVICE", "seller"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "relay-seller-events"),
            ("BUS", "local-souk"),
        ],
    ),
    (
        "release-stock-on-order-cancelled",
        &[
            ("STAGE", "local"),
            ("SERVICE", "inventory"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "release-stock-on-order-cancelled"),
        ],
    ),
    (
        "remove-address",
        &[
            ("STAGE", "local"),
            ("SERVICE", "address"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "remove-address"),
            ("ROUTE", "DELETE /v1/addresses/{id}"),
            ("ALLOW", "address:change@own"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "1024"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
        ],
    ),
    (
        "remove-business-document",
        &[
            ("STAGE", "local"),
            ("SERVICE", "business"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "remove-business-document"),
            ("ROUTE", "DELETE /v1/sellers/{id}/business/documents/{document_id}"),
            ("ALLOW", "business:register@seller"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "1024"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "remove-cart-item",
        &[
            ("STAGE", "local"),
            ("SERVICE", "cart"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "remove-cart-item"),
            ("ROUTE", "DELETE /v1/cart/items/{variant_id}"),
            ("ALLOW", "public"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "65536"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "remove-staff",
        &[
            ("STAGE", "local"),
            ("SERVICE", "seller"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "remove-staff"),
            ("ROUTE", "DELETE /v1/sellers/{id}/staff/{customer_id}"),
            ("ALLOW", "staff:remove@own"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "1024"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "renew-recovery-codes",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "renew-recovery-codes"),
            ("ROUTE", "POST /v1/customers/me/second-factor/recovery-codes"),
            ("ALLOW", "second-factor:change@own"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "4096"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
            ("SECRET_SECOND_FACTOR_KEY", "/souk/local/second-factor-key"),
        ],
    ),
    (
        "reopen-account",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "reopen-account"),
            ("ROUTE", "POST /v1/auth/account-reopenings"),
            ("ALLOW", "public"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "1024"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
            ("SECRET_ONE_TIME_TOKEN_KEY", "/souk/local/one-time-token-key"),
        ],
    ),
    (
        "request-email-change",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "request-email-change"),
            ("ROUTE", "PUT /v1/customers/me/email"),
            ("ALLOW", "email:change@own"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "4096"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("RATE", "password"),
            ("RATE_FACTOR", "10000"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "request-guest-order-link",
        &[
            ("STAGE", "local"),
            ("SERVICE", "order"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "request-guest-order-link"),
            ("ROUTE", "POST /v1/guest-orders/links"),
            ("ALLOW", "public"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "1024"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("RATE", "reset"),
            ("RATE_FACTOR", "10000"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "request-password-reset",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "request-password-reset"),
            ("ROUTE", "POST /v1/auth/password-resets"),
            ("ALLOW", "public"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "1024"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("RATE", "reset"),
            ("RATE_FACTOR", "10000"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "resend-email-verification",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "resend-email-verification"),
            ("ROUTE", "POST /v1/customers/me/email/verification"),
            ("ALLOW", "email:change@own"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "1024"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("RATE", "reset"),
            ("RATE_FACTOR", "10000"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "reserve-stock-on-order-placed",
        &[
            ("STAGE", "local"),
            ("SERVICE", "inventory"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "reserve-stock-on-order-placed"),
            ("RESERVATION_SECONDS", "900"),
        ],
    ),
    (
        "reset-customer-second-factor",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "reset-customer-second-factor"),
            ("ROUTE", "DELETE /v1/customers/{id}/second-factor"),
            ("ALLOW", "second-factor:reset@any"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "4096"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("STEP_UP", "true"),
            ("SECOND_FACTOR", "optional"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "reset-password",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "reset-password"),
            ("ROUTE", "POST /v1/auth/password-resets/confirm"),
            ("ALLOW", "public"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "4096"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
            ("SECRET_ONE_TIME_TOKEN_KEY", "/souk/local/one-time-token-key"),
        ],
    ),
    (
        "reveal-bank-account",
        &[
            ("STAGE", "local"),
            ("SERVICE", "business"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "reveal-bank-account"),
            ("ROUTE", "POST /v1/sellers/{id}/business/bank-account/reveal"),
            ("ALLOW", "business:reveal-bank-account@any"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "1024"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "revoke-admin-invitation",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "revoke-admin-invitation"),
            ("ROUTE", "DELETE /v1/admin/invitations/{id}"),
            ("ALLOW", "admin:invite@any"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "1024"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
        ],
    ),
    (
        "revoke-api-key",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "revoke-api-key"),
            ("ROUTE", "DELETE /v1/customers/me/api-keys/{id}"),
            ("ALLOW", "api-key:manage@own"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "1024"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "revoke-invitation",
        &[
            ("STAGE", "local"),
            ("SERVICE", "seller"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "revoke-invitation"),
            ("ROUTE", "DELETE /v1/sellers/{id}/staff/invitations/{invitation_id}"),
            ("ALLOW", "staff:manage@seller"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "1024"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
        ],
    ),
    (
        "revoke-own-session",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "revoke-own-session"),
            ("ROUTE", "DELETE /v1/customers/me/sessions/{id}"),
            ("ALLOW", "session:end@own"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "4096"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "revoke-role",
        &[
            ("STAGE", "local"),
            ("SERVICE", "role"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "revoke-role"),
            ("ROUTE", "DELETE /v1/customers/{id}/custom-roles/{role_id}"),
            ("ALLOW", "role:assign@any"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "1024"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("STEP_UP", "true"),
            ("SECOND_FACTOR", "optional"),
        ],
    ),
    (
        "rotate-api-key",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "rotate-api-key"),
            ("ROUTE", "POST /v1/customers/me/api-keys/{id}/rotate"),
            ("ALLOW", "api-key:manage@own"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "1024"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("STEP_UP", "true"),
            ("SECOND_FACTOR", "optional"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "run-product-import",
        &[
            ("STAGE", "local"),
            ("SERVICE", "product"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "run-product-import"),
            ("BUCKET_IMPORTS", "local-souk-imports-000000000000"),
        ],
    ),
    (
        "set-default-address",
        &[
            ("STAGE", "local"),
            ("SERVICE", "address"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "set-default-address"),
            ("ROUTE", "PUT /v1/addresses/{id}/default"),
            ("ALLOW", "address:change@own"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "1024"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "ship-order",
        &[
            ("STAGE", "local"),
            ("SERVICE", "order"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "ship-order"),
            ("ROUTE", "POST /v1/orders/{id}/ship"),
            ("ALLOW", "order:ship@seller"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "1024"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "show-products-on-seller-reinstated",
        &[
            ("STAGE", "local"),
            ("SERVICE", "product"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "show-products-on-seller-reinstated"),
        ],
    ),
    (
        "sign-audit-checkpoints",
        &[
            ("STAGE", "local"),
            ("SERVICE", "admin"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "sign-audit-checkpoints"),
            ("BUCKET_CHECKPOINTS", "local-souk-checkpoints-000000000000"),
            ("SECRET_AUDIT_SIGNING_KEY", "/souk/local/audit-signing-key"),
            ("AUDITED_SERVICES", "address,admin,business,cart,customer,inventory,notification,order,payment,product,role,seller"),
        ],
    ),
    (
        "spread-role-on-role-changed",
        &[
            ("STAGE", "local"),
            ("SERVICE", "role"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "spread-role-on-role-changed"),
        ],
    ),
    (
        "start-business-document-upload",
        &[
            ("STAGE", "local"),
            ("SERVICE", "business"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "start-business-document-upload"),
            ("ROUTE", "POST /v1/sellers/{id}/business/documents"),
            ("ALLOW", "business:register@seller"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "1024"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
            ("BUCKET_BUSINESS_ARRIVALS", "local-souk-business-arrivals-000000000000"),
        ],
    ),
    (
        "start-business-review",
        &[
            ("STAGE", "local"),
            ("SERVICE", "business"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "start-business-review"),
            ("ROUTE", "POST /v1/sellers/{id}/business/review"),
            ("ALLOW", "business:review@any"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "1024"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "start-import-upload",
        &[
            ("STAGE", "local"),
            ("SERVICE", "product"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "start-import-upload"),
            ("ROUTE", "POST /v1/product-imports/uploads"),
            ("ALLOW", "product:import@seller"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "1024"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("RATE", "import"),
            ("RATE_FACTOR", "10000"),
            ("WARM_UP", "dynamodb"),
            ("BUCKET_IMPORTS", "local-souk-imports-000000000000"),
        ],
    ),
    (
        "step-up-session",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "step-up-session"),
            ("ROUTE", "POST /v1/auth/step-up"),
            ("ALLOW", "session:step-up@own"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "4096"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("RATE", "log-in"),
            ("RATE_FACTOR", "10000"),
            ("WARM_UP", "dynamodb"),
            ("SECRET_JWT_SIGNING_KEY", "/souk/local/jwt-signing-key"),
            ("SECRET_SECOND_FACTOR_KEY", "/souk/local/second-factor-key"),
            ("ACCESS_TOKEN_SECONDS", "600"),
            ("REFRESH_TOKEN_SECONDS", "2592000"),
        ],
    ),
    (
        "stock-variants-on-product-imported",
        &[
            ("STAGE", "local"),
            ("SERVICE", "inventory"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "stock-variants-on-product-imported"),
        ],
    ),
    (
        "submit-business",
        &[
            ("STAGE", "local"),
            ("SERVICE", "business"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "submit-business"),
            ("ROUTE", "POST /v1/sellers/{id}/business/submit"),
            ("ALLOW", "business:register@seller"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "1024"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "suspend-seller",
        &[
            ("STAGE", "local"),
            ("SERVICE", "seller"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "suspend-seller"),
            ("ROUTE", "POST /v1/sellers/{id}/suspend"),
            ("ALLOW", "seller:suspend@any"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "8192"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "tell-role-holders",
        &[
            ("STAGE", "local"),
            ("SERVICE", "role"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "tell-role-holders"),
        ],
    ),
    (
        "unblock-customer",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "unblock-customer"),
            ("ROUTE", "POST /v1/customers/{id}/unblock"),
            ("ALLOW", "customer:block@any"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "4096"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "update-offers-on-product-changed",
        &[
            ("STAGE", "local"),
            ("SERVICE", "cart"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "update-offers-on-product-changed"),
        ],
    ),
    (
        "update-offers-on-stock-changed",
        &[
            ("STAGE", "local"),
            ("SERVICE", "cart"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "update-offers-on-stock-changed"),
        ],
    ),
    (
        "update-product",
        &[
            ("STAGE", "local"),
            ("SERVICE", "product"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "update-product"),
            ("ROUTE", "PATCH /v1/products/{id}"),
            ("ALLOW", "product:update@seller"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "65536"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "update-seller",
        &[
            ("STAGE", "local"),
            ("SERVICE", "seller"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "update-seller"),
            ("ROUTE", "PATCH /v1/sellers/{id}"),
            ("ALLOW", "seller:update@own"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "32768"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "verify-audit-chain",
        &[
            ("STAGE", "local"),
            ("SERVICE", "admin"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "verify-audit-chain"),
            ("ROUTE", "GET /v1/audit/verify"),
            ("ALLOW", "audit:read@any"),
            ("IDEMPOTENCY", "none"),
            ("BODY_LIMIT", "65536"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
            ("BUCKET_CHECKPOINTS", "local-souk-checkpoints-000000000000"),
            ("AUDITED_SERVICES", "address,admin,business,cart,customer,inventory,notification,order,payment,product,role,seller"),
        ],
    ),
    (
        "verify-business",
        &[
            ("STAGE", "local"),
            ("SERVICE", "business"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "verify-business"),
            ("ROUTE", "POST /v1/sellers/{id}/business/verify"),
            ("ALLOW", "business:review@any"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "1024"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
        ],
    ),
    (
        "verify-email",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "verify-email"),
            ("ROUTE", "POST /v1/auth/email-verifications"),
            ("ALLOW", "public"),
            ("IDEMPOTENCY", "optional"),
            ("BODY_LIMIT", "1024"),
            ("JWT_ISSUER", "https://souk.example"),
            ("CLIENT_IP_FROM", "gateway"),
            ("WARM_UP", "dynamodb"),
            ("SECRET_ONE_TIME_TOKEN_KEY", "/souk/local/one-time-token-key"),
        ],
    ),
    (
        "void-payment-on-order-cancelled",
        &[
            ("STAGE", "local"),
            ("SERVICE", "payment"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "void-payment-on-order-cancelled"),
        ],
    ),
    (
        "watch-stuck-orders",
        &[
            ("STAGE", "local"),
            ("SERVICE", "order"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "watch-stuck-orders"),
            ("WATCHDOG_SECONDS", "600"),
        ],
    ),
    (
        "withdraw-seller-role-on-seller-closed",
        &[
            ("STAGE", "local"),
            ("SERVICE", "customer"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "withdraw-seller-role-on-seller-closed"),
        ],
    ),
    (
        "write-audit-export-on-audit-export-scheduled",
        &[
            ("STAGE", "local"),
            ("SERVICE", "admin"),
            ("VERSION", "dev"),
            ("LOG_LEVEL", "warn"),
            ("CURRENCY", "EUR"),
            ("LOCALE", "en"),
            ("FUNCTION", "write-audit-export-on-audit-export-scheduled"),
            ("BUCKET_AUDIT_EXPORTS", "local-souk-audit-exports-000000000000"),
            ("AUDITED_SERVICES", "address,admin,business,cart,customer,inventory,notification,order,payment,product,role,seller"),
        ],
    ),
];

/// Who listens to each type of event.
#[rustfmt::skip]
pub const LISTENERS: &[(&str, &[&str])] = &[
    ("audit-export.scheduled.v1", &["write-audit-export-on-audit-export-scheduled"]),
    ("customer.admin-invited.v1", &["email-link-on-admin-invited"]),
    ("customer.closing.v1", &["email-link-on-account-closing"]),
    ("customer.email-change-requested.v1", &["email-link-on-email-change-requested"]),
    (
        "customer.email-changed.v1",
        &[
            "email-notice-on-email-changed",
            "find-guest-orders-on-email-verified",
        ],
    ),
    ("customer.email-verification-requested.v1", &["email-link-on-verification-requested"]),
    ("customer.email-verified.v1", &["find-guest-orders-on-email-verified"]),
    ("customer.password-changed.v1", &["email-notice-on-password-changed"]),
    ("customer.password-reset-requested.v1", &["email-link-on-password-reset-requested"]),
    (
        "order.cancelled.v1",
        &[
            "email-customer-on-order-cancelled",
            "release-stock-on-order-cancelled",
            "void-payment-on-order-cancelled",
        ],
    ),
    ("order.claimed.v1", &["hand-payment-over-on-order-claimed"]),
    ("order.confirmed.v1", &["email-customer-on-order-confirmed"]),
    ("order.guest-link-requested.v1", &["email-link-on-guest-link-requested"]),
    (
        "order.placed.v1",
        &[
            "empty-cart-on-order-placed",
            "list-order-for-sellers-on-order-placed",
            "reserve-stock-on-order-placed",
        ],
    ),
    (
        "order.shipped.v1",
        &[
            "capture-payment-on-order-shipped",
            "commit-stock-on-order-shipped",
            "email-customer-on-order-shipped",
        ],
    ),
    ("order.stock-reserved.v1", &["authorize-payment-on-order-stock-reserved"]),
    ("payment.authorized.v1", &["confirm-order-on-payment-authorized"]),
    ("payment.declined.v1", &["cancel-order-on-payment-declined"]),
    ("product.imported.v1", &["stock-variants-on-product-imported"]),
    ("product.published.v1", &["update-offers-on-product-changed"]),
    ("product.updated.v1", &["update-offers-on-product-changed"]),
    ("role.assignments-changed.v1", &["change-allowances-on-role-assignments-changed"]),
    ("role.changed.v1", &["spread-role-on-role-changed"]),
    (
        "seller.approved.v1",
        &[
            "grant-seller-role-on-seller-approved",
            "show-products-on-seller-reinstated",
        ],
    ),
    (
        "seller.closed.v1",
        &[
            "dismiss-staff-on-seller-closed",
            "hide-products-on-seller-suspended",
            "withdraw-seller-role-on-seller-closed",
        ],
    ),
    ("seller.reinstated.v1", &["show-products-on-seller-reinstated"]),
    (
        "seller.rejected.v1",
        &[
            "hide-products-on-seller-suspended",
            "withdraw-seller-role-on-seller-closed",
        ],
    ),
    ("seller.staff-changed.v1", &["change-staff-on-seller-staff-changed"]),
    ("seller.staff-invited.v1", &["email-link-on-staff-invited"]),
    ("seller.suspended.v1", &["hide-products-on-seller-suspended"]),
    ("session.token-reused.v1", &["email-notice-on-token-reused"]),
    ("stock.changed.v1", &["update-offers-on-stock-changed"]),
    ("stock.refused.v1", &["cancel-order-on-stock-refused"]),
    ("stock.reservation-expired.v1", &["cancel-order-on-reservation-expired"]),
    ("stock.reserved.v1", &["accept-reservation-on-stock-reserved"]),
];
