"""So many times a day, or an hour, and no more: each time is a document whose unique id decides races."""

from datetime import datetime

from pymongo.errors import DuplicateKeyError

from maskeraid_core.mongo import Collection


async def take_slot(collection: Collection, name: str, most: int, at: datetime) -> bool:
    """Take one of the slots that a name has; False when there is none left."""
    for number in range(most):
        try:
            await collection.insert_one({"_id": _slot(name, number), "created_at": at})
        except DuplicateKeyError:
            continue
        return True
    return False


async def are_slots_taken(collection: Collection, name: str, most: int) -> bool:
    """Whether there is none left: they are taken in their order."""
    return await collection.find_one({"_id": _slot(name, most - 1)}) is not None


def _slot(name: str, number: int) -> str:
    return f"{name}:{number}"
