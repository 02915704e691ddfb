"""From a trained GAN to a complete model: bank, ridge, conditioning, prototypes, facts."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, cast

from maskeraid_faces.face_model import Basis, FaceModel, TrainedArchitecture
from maskeraid_faces.training.bank import make_bank
from maskeraid_faces.training.gan import Gan
from maskeraid_faces.training.image_set import FEWEST_FOR_HOLDING_OUT, FaceSet
from maskeraid_faces.training.progress import Progress
from maskeraid_faces.training.settings import Stopped
from maskeraid_faces.training.verdicts import Flag, verdicts

NO_USE = {"collapse": "repeats itself", "undertrained": "is undertrained"}  # flags that engine R makes up for


def complete_model(
    architecture: TrainedArchitecture, faces: FaceSet, basis: Basis, gan: Gan, facts: Mapping[str, Any], seed: int
) -> FaceModel:
    """Fit what a fill needs beside the generator, and judge the whole; the facts say what needs attention.

    `faces.held_out` judges the conditioning where there is any.
    """
    from maskeraid_faces.filling.conditioning import fit_conditioning
    from maskeraid_faces.filling.intervals import fit_interval
    from maskeraid_faces.filling.ridge import fit_ridge
    from maskeraid_faces.filling.settling import settle
    from maskeraid_faces.selection import make_prototypes

    weights = gan.generator_weights()
    bank = make_bank(architecture, gan, basis.mean.size, len(faces.training), seed)
    if architecture == "eigen" and faces.kind == "drawn":
        bank = settle(bank)
    told = cast(Sequence[Mapping[str, object]], facts.get("flags", ()))  # what the curves say
    flags = verdicts(faces, basis, bank)
    unseen = faces.held_out if len(faces.held_out) else faces.training
    model = FaceModel(
        architecture=architecture,
        kind=faces.kind,
        size=faces.size,
        latent_size=gan.latent_size,
        widths=gan.widths,
        generator=weights,
        basis=basis,
        ridge=fit_ridge(faces.training, basis, faces.training_groups, faces.kind, seed),
        bank=bank,
        conditioning=fit_conditioning(unseen, basis, bank, seed=seed),
        prototypes=make_prototypes(faces.training, faces.kind),
        palette=faces.palette,
        grey=faces.is_grey,
        facts={**facts, **consequences(facts, flags), "flags": [*told, *(asdict(flag) for flag in flags)]},
    )
    if faces.kind == "drawn":
        return model  # their intervals are those of the draws
    return replace(model, ridge=replace(model.ridge, interval=fit_interval(model, faces.held_out, seed)))


def consequences(facts: Mapping[str, Any], flags: Sequence[Flag]) -> dict[str, Any]:
    """Facts that follow from the flags: an automatic choice of which the faces are no use gives way to engine R.

    An architecture that was asked for is obeyed.
    """
    what = next((NO_USE[flag.code] for flag in flags if flag.code in NO_USE), None)
    if facts["settings"]["architecture"] != "auto" or what is None:
        return {}
    why = f"engine R fills unless another one is asked for: the GAN that was chosen {what}"
    return {"fallback": "R", "reasons": [*facts["reasons"], why]}


def describe(faces: FaceSet, gan: Gan, progress: Progress, stopped: Stopped) -> dict[str, object]:
    """What the model's card tells of the training, as plain JSON values."""
    images = len(faces.training) + len(faces.held_out)
    few = faces.kind == "photo" and images < FEWEST_FOR_HOLDING_OUT
    warnings = [f"only {images} images: none could be held out, the figures flatter"] if few else []
    if progress.transfer and not progress.transfer["networks"]:
        warnings.append(progress.transfer["reason"])
    return {
        "images": images,
        "held_out": len(faces.held_out),
        "recipe": gan.recipe,
        "stopped": stopped,
        "steps": progress.step,
        "kept_step": progress.best_step or progress.step,
        "seconds": round(progress.seconds, 1),
        "quality": progress.best_quality,
        "start": progress.transfer,
        "warnings": warnings,
    }
