"""A training that makes a selector, carried out in the child: read the pool, train, draw, write, report."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

from maskeraid_core.blobs import Blobs
from maskeraid_core.documents.selectors import FEATURE_FILES, Selector, SelectorSpec
from maskeraid_core.ids import twin_id
from maskeraid_core.jobs import Job
from maskeraid_core.portal import PortalStores
from maskeraid_core.repositories.repository import now
from maskeraid_faces.model_files import model_digest
from maskeraid_faces.selection.network import FIRST, LAST, feature_maps
from maskeraid_faces.selection.network_files import save_selector
from maskeraid_trainer.asked import Asked
from maskeraid_trainer.model_version import describe_file, library_versions, plain_layers
from maskeraid_trainer.reports import Reports
from maskeraid_trainer.selector_pictures import draw_confusion, draw_features, draw_selector_curves
from maskeraid_trainer.selector_pool import Pool, names_of, read_pool
from maskeraid_trainer.settings import TrainerSettings

if TYPE_CHECKING:  # it loads TensorFlow
    from maskeraid_faces.training.selector import SelectorResult


def make_selector(job: Job, port: PortalStores, reports: Reports, settings: TrainerSettings, asked: Asked) -> None:
    """Carry out the training to the document of its selector, and report that. It has no checkpoints: minutes are lost.

    Raises: TooFewModels.
    """
    from maskeraid_faces.training.selector import Epoch, SelectorSettings, SelectorWatch, train_selector

    spec = SelectorSpec.model_validate(job.spec)
    reports.say("phase", phase="loading_data")
    pool = port.call(read_pool, port.stores, job.tenant, settings)
    known = {(warning["code"], warning["detail"]) for warning in job.warnings}
    for code, sentence in pool.warnings:
        if (code, sentence) not in known:  # an earlier attempt has said it
            reports.say("warning", code=code, detail=sentence)
    limits = SelectorSettings()

    def tell(point: Epoch) -> None:
        values = asdict(point)
        reports.say("metric", point={"step": values.pop("epoch"), **values})

    def progress(epochs: float) -> None:
        reports.say("progress", current=round(epochs, 2), total=limits.max_epochs, unit="epoch")

    reports.say("phase", phase="training")
    watch = SelectorWatch(progress=progress, epoch=tell, stop=lambda: asked.to_finish)
    result = train_selector(pool.faces, seed=spec.seed, settings=limits, watch=watch)

    reports.say("phase", phase="saving")
    selector, files = describe_selector(job, spec, pool, result)
    port.call(_write, port.stores.blobs, job, files)
    document = selector.model_dump(mode="json", by_alias=True)
    reports.say("outcome", selector=document, stopped_early=result.stopped == "asked")


def describe_selector(
    job: Job, spec: SelectorSpec, pool: Pool, result: "SelectorResult"
) -> tuple[Selector, dict[str, bytes]]:
    """The document and its files by name."""
    network_files = save_selector(result.network)
    names = names_of(pool.members)
    sample = pool.faces[pool.members[0].model_id][0]
    files = network_files | {
        "curves.png": draw_selector_curves(result.curves),
        "confusion.png": draw_confusion(result.report.confusion, names),
        **{
            name: draw_features(sample, feature_maps(result.network, sample, layer))
            for name, layer in zip(FEATURE_FILES, (FIRST, LAST), strict=True)
        },
    }
    report = asdict(result.report)
    confusion = report.pop("confusion")
    selector = Selector(
        id=twin_id("sel", job.id), tenant=job.tenant, training_id=job.id, name=spec.name,
        digest=model_digest(network_files), models=pool.members, left_out=pool.left_out,
        images={name: len(rows) for name, rows in vars(result.split).items()},
        curves=[asdict(point) for point in result.curves], report=report,
        confusion=[list(row) for row in confusion], layers=plain_layers(result.layers), stopped=result.stopped,
        seconds=round(result.seconds, 1), files=[describe_file(job, name, data) for name, data in files.items()],
        seed=spec.seed, software={"maskeraid": spec.software, **library_versions()}, created_at=now(),
    )  # fmt: skip
    return selector, files


async def _write(blobs: Blobs, job: Job, files: Mapping[str, bytes]) -> None:
    await blobs.put_all((job.attempt_prefix + name, data) for name, data in files.items())
