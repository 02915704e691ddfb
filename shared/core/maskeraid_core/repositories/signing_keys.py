"""The installation's signing key. It is no tenant's."""

from pymongo.errors import DuplicateKeyError

from maskeraid_core.documents.signing_keys import OWN_KEY, SigningKey
from maskeraid_core.mongo import Database


class SigningKeyRepository:
    def __init__(self, database: Database) -> None:
        self._collection = database["signing_keys"]

    async def own(self) -> SigningKey | None:
        found = await self._collection.find_one({"_id": OWN_KEY})
        return SigningKey.of(found) if found else None

    async def keep(self, made: SigningKey) -> SigningKey:
        """Keep a new key unless there is one; the one that is kept. One insert: of two at once the first one counts."""
        try:
            await self._collection.insert_one(made.to_mongo())
        except DuplicateKeyError:
            existing = await self.own()
            if existing is None:  # nothing deletes it
                raise
            return existing
        return made
