"""Which jobs use images: found among those of all tenants without looking at each."""

from collections.abc import Mapping
from typing import Any

from tests.factories import make_job

from maskeraid_core.jobs import JobKind
from maskeraid_core.mongo import Collection, create_indexes
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.datasets import versions_made_from
from maskeraid_core.repositories.erasures import Uses
from maskeraid_core.repositories.jobs import JobRepository

IMAGE, DIGEST, DATASET = "img_01KA9G4NK0N4KPKYMBYYB3G1PS_000001", "ab" * 32, "ds_01KA9G4NK0N4KPKYMBYYB3G1PS"


class Asked:
    """Notes what a collection is asked for."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self.filters: list[Mapping[str, Any]] = []

    def find(self, wanted: Mapping[str, Any], *rest: Any) -> Any:  # noqa: ANN401 what the collection takes and returns
        self.filters.append(wanted)
        return self._collection.find(wanted, *rest)

    async def stages(self) -> dict[str, str]:
        """By the fields of each question to all tenants, how the database finds the answer."""
        plans = [
            (wanted, (await self._collection.find(wanted).explain())["queryPlanner"]["winningPlan"])
            for wanted in self.filters
            if "tenant" not in wanted
        ]
        return {" ".join(wanted): plan.get("inputStage", plan)["stage"] for wanted, plan in plans}


async def test_questions_to_all_tenants_have_an_index(stores: Stores) -> None:
    await create_indexes(stores.database)
    uses = Uses(stores.database, "ten_1")
    jobs, inputs = Asked(stores.database["jobs"]), Asked(stores.database["batch_inputs"])
    uses._jobs, uses._inputs = jobs, inputs  # type: ignore[assignment]
    await uses.exports_of([DATASET])
    for look in (uses.reimagings_of, uses.probes_of, uses.batches_of):
        await look([IMAGE], [DIGEST])
    asked = {**await jobs.stages(), **await inputs.stages()}
    fields = ["spec.dataset_id", "spec.image.image_id", "spec.probe.image.image_id", "inputs.image.image_id"]
    assert asked == dict.fromkeys(fields, "IXSCAN")


async def test_versions_by_what_they_were_made_from_have_an_index(stores: Stores) -> None:
    await create_indexes(stores.database)
    assert await versions_made_from(stores.database, [DATASET]) == []
    indexes = await stores.database["dataset_versions"].index_information()
    assert [("lineage.dataset_id", 1)] in [index["key"] for index in indexes.values()]


async def test_they_are_found_by_image_of_all_and_by_bytes_of_the_own_ones(stores: Stores) -> None:
    image = {"image_id": IMAGE, "sha256": DIGEST}
    made = {}
    for tenant in ("ten_1", "ten_2"):
        jobs = JobRepository(stores.database, tenant)
        for name, spec in (("by_id", {"image": image}), ("by_bytes", {"image": {"sha256": DIGEST}})):
            made[name, tenant] = (await jobs.add(make_job(tenant=tenant, spec=spec))).id
        await jobs.add(make_job(JobKind.COVERING, tenant, spec={"image": image}))
    found = await Uses(stores.database, "ten_1").reimagings_of([IMAGE], [DIGEST])
    assert sorted(found) == sorted([made["by_id", "ten_1"], made["by_id", "ten_2"], made["by_bytes", "ten_1"]])
