"""What every training measures of its own model at its end, in a second or two: memorisation, guarantees, traits."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from maskeraid_core.documents.datasets import DataPart
from maskeraid_core.jobs import JobKind
from maskeraid_core.manifests import PREFIX, attributes_of
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.dataset_shares import ReadableDatasets
from maskeraid_core.repositories.datasets import DatasetVersionRepository
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_faces.evaluation.guarantees import Labelled, ValueShare, measure_shares
from maskeraid_faces.evaluation.memorisation import Memorisation
from maskeraid_faces.evaluation.traits import fit_traits
from maskeraid_faces.face_model import FaceModel, Trait
from maskeraid_faces.selection.conformal import held_out_scores
from maskeraid_faces.selection.looks import own_looks
from maskeraid_faces.training.image_set import FaceSet
from maskeraid_trainer.ancestors import NONE, Ancestors, has_taken_over, measure_with
from maskeraid_trainer.training_faces import TrainingFaces
from maskeraid_trainer.traits import COUNTED, describes_faces, type_of

SAMPLES = 1000
MOST_LOOKED_AT = 2000  # labelled images


@dataclass(frozen=True)
class Judged:
    """What goes onto the card, as plain JSON values; `flags` ask for attention, each with `code` and `message`."""

    memorisation: dict[str, Any]
    flags: list[dict[str, Any]]
    guarantees: list[dict[str, Any]]
    traits: tuple[Trait, ...]  # what the model can tell of a face
    selection: dict[str, Any] = field(default_factory=dict)  # what Selection must know of it, beside its prototypes


def judge_model(
    model: FaceModel,
    face_set: FaceSet,
    faces: TrainingFaces,
    *,
    seed: int,
    is_generated: bool,
    read_before: Callable[[], Ancestors] = lambda: NONE,
) -> Judged:
    """Judge a model by the faces that it was given, split as it was trained, and by those of what it began with.

    `is_generated` is of all of them, as far as they are known.
    """
    before = read_before() if has_taken_over(model) else NONE
    with threadpool_limits(limits=1, user_api="blas"):  # small matrices: threads would wait for one another
        found = measure_with(model, face_set, before, face_set.held_out, n=SAMPLES, seed=seed)
        rows = np.arange(0, len(faces.images), -(-len(faces.images) // MOST_LOOKED_AT))
        labelled = labelled_faces(faces, np.ones(len(faces.images), np.bool_), rows)
        shares = measure_shares(model, labelled, n=SAMPLES, seed=seed, is_brief=True)
        traits = fit_traits(model, labelled)
        unseen, persons = face_set.held_out, face_set.held_out_groups
        strangeness = held_out_scores(unseen, model.prototypes, model.kind, seed=seed, persons=persons)
        usual = own_looks(unseen, model, seed=seed, persons=persons)
    told = cast(Sequence[dict[str, Any]], model.facts.get("flags", ()))
    return Judged(
        on_card(found, is_generated=is_generated and before.is_whole),
        flags_with(told, found),
        promised(shares),
        traits,
        {
            **({"held_out_scores": list(strangeness)} if strangeness else {}),
            **({"looks": usual.to_dict()} if usual else {}),
        },
    )


def on_card(found: Memorisation, *, is_generated: bool) -> dict[str, Any]:
    """The verdict with its figures, and what it means for sharing."""
    return {**found.to_dict(), "gate": found.gate(is_generated=is_generated)}


def flags_with(known: Sequence[dict[str, Any]], found: Memorisation) -> list[dict[str, Any]]:
    """The flags of a model, with the verdict on copying in place of an earlier one."""
    flag = found.flag()
    return [*(one for one in known if one["code"] != "copying"), *([asdict(flag)] if flag else [])]


def promised(shares: Sequence[ValueShare]) -> list[dict[str, Any]]:
    return [share.to_dict() for share in shares if share.is_promised]


def labelled_faces(faces: TrainingFaces, is_training: NDArray[np.bool_], chosen: NDArray[np.intp]) -> Labelled:
    """Some of the faces, by row, with the attributes whose values can be counted, or of which there is one only."""
    rows = faces.rows
    values: Mapping[str, list[str]] = {
        name: rows[PREFIX + name].gather(chosen).to_list()
        for name in attributes_of(rows)
        if (kind := type_of(name, faces.schema)) in COUNTED or (kind == "text" and _is_shared_trait(faces, name))
    }
    groups = faces.groups
    some = None if groups is None else [groups[row] for row in chosen]
    return Labelled(faces.images[chosen], values, is_training[chosen], some)


def _is_shared_trait(faces: TrainingFaces, name: str) -> bool:
    return describes_faces(name, faces.schema) and faces.rows[PREFIX + name].n_unique() == 1


async def is_generated(stores: Stores, tenant: str, data: Sequence[DataPart]) -> bool:
    """Whether every image was drawn here, by all the imports that made the datasets: then they show nobody.

    Not told by the pixels: photographs in few colours would pass for drawn faces.
    """
    readable = ReadableDatasets.of(stores.database, tenant)
    for part in data:
        found = await readable.numbered(part.dataset_id, part.version)
        if found is None:
            return False
        versions = DatasetVersionRepository(stores.database, found.tenant)
        jobs = JobRepository(stores.database, found.tenant)
        for number in range(1, part.version + 1):
            version = await versions.of_dataset(part.dataset_id, number)
            made_by = await jobs.get(version.import_id) if version else None
            if made_by is None or made_by.kind is not JobKind.IMPORT or made_by.spec.get("source") != "generator":
                return False
    return bool(data)
