"""API keys: `mk_<env>_<id>_<secret>_<crc>`. Made, taken apart, and compared here; nothing is stored here."""

import hashlib
import hmac
import secrets
import string
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from maskeraid_core.documents.accounts import ApiKey, Scope
from maskeraid_core.ids import new_id
from maskeraid_core.repositories.repository import now

ALPHABET = string.digits + string.ascii_letters  # base62
PUBLIC_CHARACTERS = 16
SECRET_CHARACTERS = 43  # 62**43 > 2**256
DEFAULT_DAYS = 90


@dataclass(frozen=True)
class MintedKey:
    """A new key: the document to store, and the text that is shown once."""

    document: ApiKey
    text: str


def mint_key(
    tenant: str, name: str, scopes: Iterable[Scope], *, environment: str, days: float = DEFAULT_DAYS
) -> MintedKey:
    """Make a key with 256 random bits."""
    public_id = "".join(secrets.choice(ALPHABET) for _ in range(PUBLIC_CHARACTERS))
    secret = "".join(secrets.choice(ALPHABET) for _ in range(SECRET_CHARACTERS))
    body = f"mk_{environment}_{public_id}_{secret}"
    created = now()
    document = ApiKey(
        id=new_id("key"), tenant=tenant, name=name, public_id=public_id, secret_sha256=hash_secret(secret),
        scopes=sorted(set(scopes)), created_at=created, expires_at=created + timedelta(days=days),
    )  # fmt: skip
    return MintedKey(document, f"{body}_{_checksum(body)}")


def split_key(text: str) -> tuple[str, str] | None:
    """Public id and secret of a well-formed key, else None."""
    body, _, checksum = text.rpartition("_")
    parts = body.split("_")
    if len(parts) != 4 or parts[0] != "mk" or not hmac.compare_digest(checksum.encode(), _checksum(body).encode()):
        return None
    return parts[2], parts[3]


def hash_secret(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def is_secret_of(key: ApiKey | None, secret: str) -> bool:
    """Compare in constant time; an unknown key does the same work."""
    stored = key.secret_sha256 if key else "0" * 64
    return hmac.compare_digest(stored, hash_secret(secret)) and key is not None


def _checksum(body: str) -> str:
    return f"{zlib.crc32(body.encode()):08x}"
