//! What belongs to no service: health, the API's description, unknown routes.
