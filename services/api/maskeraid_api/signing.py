"""Signs with the installation's own key, which is made at the first start. Ed25519 (RFC 8032)."""

import base64
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from maskeraid_core.documents.signing_keys import OWN_KEY, SigningKey
from maskeraid_core.mongo import Database
from maskeraid_core.repositories.repository import now
from maskeraid_core.repositories.signing_keys import SigningKeyRepository

ALGORITHM = "ed25519"
SECRET_PREFIX = "signsec_"  # by it the log knows a private key; see maskeraid_core.log
ID_CHARACTERS = 32  # 128 bits of the public key's digest


@dataclass(frozen=True)
class Signer:
    """What signs, and what anyone may know of it."""

    key_id: str
    public_key: str  # 32 bytes in base64
    _key: Ed25519PrivateKey  # the library shows nothing of it

    @classmethod
    def by(cls, kept: SigningKey) -> "Signer":
        secret = base64.b64decode(kept.private_key.removeprefix(SECRET_PREFIX))
        return cls(kept.key_id, kept.public_key, Ed25519PrivateKey.from_private_bytes(secret))

    def sign(self, data: bytes) -> bytes:
        """64 bytes; the same for the same data."""
        return self._key.sign(data)

    def is_signature(self, signature: bytes, data: bytes) -> bool:
        try:
            self._key.public_key().verify(signature, data)
        except InvalidSignature:
            return False
        return True


async def open_signer(database: Database) -> Signer:
    """The installation's signer. Gateways that start at once agree on one key: that which was kept first."""
    keys = SigningKeyRepository(database)
    return Signer.by(await keys.own() or await keys.keep(make_key()))


def make_key() -> SigningKey:
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    return SigningKey(
        id=OWN_KEY, key_id=f"sig_{hashlib.sha256(public).hexdigest()[:ID_CHARACTERS]}",
        public_key=base64.b64encode(public).decode(),
        private_key=SECRET_PREFIX + base64.b64encode(key.private_bytes_raw()).decode(), created_at=now(),
    )  # fmt: skip
