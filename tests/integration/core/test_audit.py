"""The chain of an account's audit log: whoever edits, drops, or moves an entry in the database is found out."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from maskeraid_core.documents.audit import START, Action, Deed, entry_id, sealed
from maskeraid_core.mongo import Collection
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.audit import AuditRepository, Verification

TENANT, OTHER = "ten_01KA20GX6C0VVYRYSCJX4K0VJY", "ten_01KA20GX6C0VVYRYSCJX4K0VJZ"
ENTRIES = 7


def deed(number: int) -> Deed:
    return Deed(actor="k", action=Action.RESULT_READ, object_id=f"rim_{number}", purpose="tests")


@pytest.fixture
async def log(stores: Stores) -> AuditRepository:
    """With entries 1 to 7, written beside those of another account."""
    written = AuditRepository(stores.database, TENANT)
    for number in range(1, ENTRIES + 1):
        await written.append(deed(number))
        await AuditRepository(stores.database, OTHER).append(deed(number))
    return written


@pytest.fixture
def entries(stores: Stores) -> Collection:
    return stores.database["audit"]


def found(verification: Verification) -> tuple[int | None, str | None]:
    return verification.first_broken, verification.reason


class TestAppending:
    async def test_numbers_have_no_holes_and_each_hash_is_of_the_one_before(self, log: AuditRepository) -> None:
        page = await log.page(100, None, "asc")
        assert [entry.seq for entry in page.items] == list(range(1, ENTRIES + 1))
        assert [entry.object_id for entry in page.items] == [f"rim_{number}" for number in range(1, ENTRIES + 1)]
        assert found(await log.verify()) == (None, None)

    async def test_many_at_once_make_one_chain(self, stores: Stores, log: AuditRepository) -> None:
        """Each with a repository of its own, as in several gateways."""
        logs = [AuditRepository(stores.database, TENANT) for _ in range(20)]
        written = await asyncio.gather(*(one.append(deed(number)) for number, one in enumerate(logs)))
        assert sorted(entry.seq for entry in written) == list(range(ENTRIES + 1, ENTRIES + 21))
        verification = await log.verify()
        assert (verification.entries, verification.first_broken) == (ENTRIES + 20, None)
        assert verification.head.seq == ENTRIES + 20

    async def test_one_goes_on_behind_a_process_that_died_before_it_noted_the_head(
        self, stores: Stores, log: AuditRepository
    ) -> None:
        heads = stores.database["audit_heads"]
        await heads.update_one({"_id": TENANT}, {"$set": {"seq": 3, "hash": "of 3"}})
        assert (await log.append(deed(8))).seq == ENTRIES + 1
        assert (await log.verify()).entries == ENTRIES + 1

    def test_the_seal_is_what_the_documentation_says(self) -> None:
        stored = {"_id": "aud_1", "tenant": "t", "seq": 1, "actor": "Zoë", "hash": "x"}
        text = '{"actor":"Zoë","id":"aud_1","seq":1}'
        assert sealed(stored, START) == hashlib.sha256(f"{START}{text}".encode()).hexdigest()


async def edit(entries: Collection) -> None:
    await entries.update_one({"tenant": TENANT, "seq": 4}, {"$set": {"object_id": "rim_9"}})


async def edit_time(entries: Collection) -> None:
    stored = await entries.find_one({"tenant": TENANT, "seq": 4})
    assert stored
    await entries.update_one({"_id": stored["_id"]}, {"$set": {"at": stored["at"] + timedelta(milliseconds=1)}})


async def add_a_field(entries: Collection) -> None:
    await entries.update_one({"tenant": TENANT, "seq": 4}, {"$set": {"seen": True}})


async def drop(entries: Collection) -> None:
    await entries.delete_one({"tenant": TENANT, "seq": 4})


async def drop_the_first_three(entries: Collection) -> None:
    await entries.delete_many({"tenant": TENANT, "seq": {"$lte": 3}})


async def drop_the_last(entries: Collection) -> None:
    await entries.delete_one({"tenant": TENANT, "seq": ENTRIES})


async def swap_places(entries: Collection) -> None:
    """4 and 6 change their numbers, all else stays."""
    for here, there in ((4, 1000), (6, 4), (1000, 6)):
        await entries.update_one({"tenant": TENANT, "seq": here}, {"$set": {"seq": there}})


async def swap_contents(entries: Collection) -> None:
    """4 and 6 change all but their numbers and ids."""
    four, six = [await entries.find_one({"tenant": TENANT, "seq": seq}) for seq in (4, 6)]
    assert four
    assert six
    for stored, other in ((four, six), (six, four)):
        await entries.replace_one({"_id": stored["_id"]}, {**other, "_id": stored["_id"], "seq": stored["seq"]})


async def edit_and_seal_anew(entries: Collection) -> None:
    """Entry 4 holds again, and 5 does not follow it."""
    await _reseal(entries, 4)


async def edit_the_last_and_seal_it_anew(entries: Collection) -> None:
    await _reseal(entries, ENTRIES)


async def _reseal(entries: Collection, seq: int) -> None:
    before, stored = [await entries.find_one({"tenant": TENANT, "seq": number}) for number in (seq - 1, seq)]
    assert before
    assert stored
    edited = {**stored, "object_id": "rim_9"}
    await entries.replace_one({"_id": stored["_id"]}, {**edited, "hash": sealed(edited, before["hash"])})


async def take_from_another_account(entries: Collection) -> None:
    other = await entries.find_one({"tenant": OTHER, "seq": 4})
    assert other
    await entries.replace_one({"_id": entry_id(TENANT, 4)}, {**other, "_id": entry_id(TENANT, 4), "tenant": TENANT})


class TestVerifying:
    @pytest.mark.parametrize(
        ("tamper", "broken"),
        [(edit, (4, "altered")), (edit_time, (4, "altered")), (add_a_field, (4, "altered")), (drop, (4, "missing")),
         (drop_the_first_three, (1, "missing")), (drop_the_last, (ENTRIES, "missing")), (swap_places, (4, "altered")),
         (swap_contents, (4, "altered")), (edit_and_seal_anew, (5, "altered")),
         (edit_the_last_and_seal_it_anew, (ENTRIES, "altered")), (take_from_another_account, (4, "altered"))],
        ids=lambda value: value.__name__ if callable(value) else "",
    )  # fmt: skip
    async def test_the_first_broken_entry_is_named(
        self,
        log: AuditRepository,
        stores: Stores,
        entries: Collection,
        tamper: Callable[[Collection], Awaitable[None]],
        broken: tuple[int, str],
    ) -> None:
        await tamper(entries)
        verification = await log.verify()
        assert found(verification) == broken
        assert verification.entries == broken[0] - 1
        assert found(await AuditRepository(stores.database, OTHER).verify()) == (None, None)

    async def test_a_log_without_entries_holds(self, stores: Stores) -> None:
        verification = await AuditRepository(stores.database, TENANT).verify()
        assert (verification.entries, verification.head.seq, verification.head.hash) == (0, 0, START)

    async def test_a_long_log_is_walked_to_its_end(self, log: AuditRepository, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("maskeraid_core.repositories.audit.CHECKED_AT_ONCE", 3)
        assert (await log.verify()).entries == ENTRIES


class TestPages:
    async def test_go_both_ways(self, log: AuditRepository) -> None:
        newest = await log.page(3, None, "desc")
        assert ([entry.seq for entry in newest.items], newest.has_more) == ([7, 6, 5], True)
        rest = await log.page(4, 5, "desc")
        assert ([entry.seq for entry in rest.items], rest.has_more) == ([4, 3, 2, 1], False)
        assert [entry.seq for entry in (await log.page(2, 3, "asc")).items] == [4, 5]

    async def test_are_of_one_action(self, log: AuditRepository) -> None:
        await log.append(Deed(actor="k", action=Action.KEY_REVOKED, object_id="key_1"))
        page = await log.page(10, None, "desc", Action.KEY_REVOKED)
        assert [entry.object_id for entry in page.items] == ["key_1"]
        assert (await log.count(Action.KEY_REVOKED), await log.count()) == (1, ENTRIES + 1)

    async def test_show_what_somebody_has_edited(self, log: AuditRepository, entries: Collection) -> None:
        await add_a_field(entries)
        await entries.update_one({"tenant": TENANT, "seq": 5}, {"$set": {"action": "nothing"}})
        assert len((await log.page(10, None, "desc")).items) == ENTRIES
