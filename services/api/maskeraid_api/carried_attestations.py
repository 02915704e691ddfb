"""Why faces may be used, as imports from other datasets, and drawn faces, bring it along into the one that takes in."""

from collections.abc import Sequence

from maskeraid_api.dataset_access import Library
from maskeraid_core.documents.datasets import GENERATED, Attestation, Dataset, ImportSpec
from maskeraid_core.repositories.repository import now


async def carry_attestation(library: Library, dataset: Dataset, spec: ImportSpec) -> None:
    """Faces bring along why they may be used, unless somebody has said it of the dataset: drawn ones show nobody.

    Where those of several datasets do not agree, or another account has said it, somebody must say it anew: a word is
    for what comes later too, and the generator's for its own alone.
    """
    if dataset.has_attested() or spec.edit is not None or spec.source == "upload":
        return
    if dataset.latest_version and dataset.attestation is None:
        return  # of the images that it has, nobody has said it
    brought: Attestation | None = GENERATED.model_copy(update={"at": now()})
    if spec.source == "generator":
        brought = dataset.attestation or brought
    else:
        brought = common_attestation([await own_word(library, part.dataset_id) for part in spec.lineage])
    if brought != dataset.attestation:
        facts = {"attestation": brought and brought.model_dump(), "updated_at": now()}
        await library.datasets.change(dataset.id, facts, where={"attestation.by": None})


async def own_word(library: Library, dataset_id: str) -> Attestation | None:
    """What was said of a dataset by its account where that is the caller's, or by the generator."""
    found = await library.get(dataset_id)
    said = found.attestation if found else None
    return said if found and said and (library.is_own(found) or said.by is None) else None


def common_attestation(said: Sequence[Attestation | None]) -> Attestation | None:
    """What may be said of images that come together: None unless all were attested, and people's words agree."""
    found = [one for one in said if one is not None]
    of_people = [one for one in found if one.by is not None]
    if len(found) < len(said) or len({(one.basis, one.licence) for one in of_people}) > 1:
        return None
    return (of_people or found)[0]
