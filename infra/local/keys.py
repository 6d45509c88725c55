"""Prints fresh ES256 key pairs for the platform's tokens and for its audit log as one JSON object.

`signing_key` is what the platform stack's parameter JwtSigningKey takes: the key id and the private key as
PKCS #8 DER in base64. `jwks` is the public half as a JSON Web Key Set, for JwtKeys. The key id is the RFC 7638
thumbprint, so the same key has the same id everywhere. `audit_signing_key` and `audit_jwks` are the same for
AuditSigningKey and AuditKeys.
"""

import base64
import hashlib
import json

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec


def encoded(value: bytes) -> str:
    """Base64url without padding, as JSON Web Keys have it."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def pair() -> tuple[dict, dict]:
    """Makes a key pair: the signing key and the key set."""
    key = ec.generate_private_key(ec.SECP256R1())
    point = key.public_key().public_numbers()
    required = {
        "crv": "P-256",
        "kty": "EC",
        "x": encoded(point.x.to_bytes(32, "big")),
        "y": encoded(point.y.to_bytes(32, "big")),
    }
    thumbprint = json.dumps(required, sort_keys=True, separators=(",", ":")).encode()
    key_id = encoded(hashlib.sha256(thumbprint).digest())
    private_key = key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public_key = {**required, "kid": key_id, "alg": "ES256", "use": "sig"}
    signing_key = {"kid": key_id, "pkcs8": base64.b64encode(private_key).decode()}
    return signing_key, {"keys": [public_key]}


def main() -> None:
    """Makes the keys and prints them."""
    signing_key, jwks = pair()
    audit_signing_key, audit_jwks = pair()
    keys = {
        "signing_key": signing_key,
        "jwks": jwks,
        "audit_signing_key": audit_signing_key,
        "audit_jwks": audit_jwks,
    }
    print(json.dumps(keys))


if __name__ == "__main__":
    main()
