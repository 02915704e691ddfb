"""A model as files and back: safetensors for every array, one JSON of a closed set of fields beside them.

Loading refuses before any array is read: the JSON implies the arrays, and each file must hold exactly those.
"""

import hashlib
import json
from collections.abc import Mapping

import numpy as np
from safetensors.numpy import save

from maskeraid_faces.conditional_files import CONDITIONAL_FILE
from maskeraid_faces.coverings.detector_files import DETECTOR_FILE, SECOND_LOOK_FILE, detector_arrays, detector_from
from maskeraid_faces.errors import BadModelFile
from maskeraid_faces.face_model import Bank, Basis, Conditional, Conditioning, FaceModel, Gated, Prototype, RidgeFit
from maskeraid_faces.filling.encoder import ENCODER_FILE
from maskeraid_faces.gated_files import GATED_FILE
from maskeraid_faces.model_description import (
    ARCHITECTURE_FILE,
    MAY_BE_UNSAID,
    ModelDescription,
    describe,
    expected_arrays,
    read_description,
)
from maskeraid_faces.tensor_file import Arrays, read_arrays
from maskeraid_faces.trait_files import TRAITS_FILE, trait_arrays, traits_from


def save_model(model: FaceModel) -> dict[str, bytes]:
    """The model's files by name; `load_model` gives the same arrays back, bit for bit."""
    files = {
        name: save({key: np.ascontiguousarray(array) for key, array in arrays.items()})
        for name, arrays in _arrays(model).items()
    }
    description = describe(model)
    # What a model has not is not said: one without either is the files of release 0.1 to the bit.
    unsaid = {name for name in MAY_BE_UNSAID if not getattr(description, name)}
    text = json.dumps(description.model_dump(exclude=unsaid), indent=2, sort_keys=True, allow_nan=False)
    return {ARCHITECTURE_FILE: text.encode(), **files}


def load_model(files: Mapping[str, bytes]) -> FaceModel:
    """Read a model from its files; its arrays are views of the bytes and cannot be written to.

    Raises:
        BadModelFile: a file is missing or unknown, the JSON leaves its closed set or its bounds, or a file does not
            hold exactly the arrays that the JSON implies, end to end, with finite values.
    """
    description = read_description(files.get(ARCHITECTURE_FILE, b""))
    expected = expected_arrays(description)
    if set(files) != {ARCHITECTURE_FILE, *expected}:
        raise BadModelFile(f"expected the files {sorted({ARCHITECTURE_FILE, *expected})}, found {sorted(files)[:20]}")
    return _assemble(description, {name: read_arrays(name, files[name], shapes) for name, shapes in expected.items()})


def model_digest(files: Mapping[str, bytes]) -> str:
    """`sha256:` of the names and digests of all files, whatever their order."""
    lines = [f"{name} {hashlib.sha256(content).hexdigest()}\n" for name, content in sorted(files.items())]
    return "sha256:" + hashlib.sha256("".join(lines).encode()).hexdigest()


def _arrays(model: FaceModel) -> dict[str, Arrays]:
    basis = {"mean": model.basis.mean, "components": model.basis.components, "deviations": model.basis.deviations}
    prototypes = {
        name: np.array([getattr(prototype, name) for prototype in model.prototypes], np.float32).reshape(-1, 3)
        for name in ("tone", "hair", "eyes")
    }
    return {
        "weights.safetensors": model.generator,
        "basis.safetensors": basis if model.palette is None else {**basis, "palette": model.palette},
        "ridge.safetensors": {"pixel_sigma": model.ridge.pixel_sigma},
        "bank.safetensors": {"latents": model.bank.latents, "draws": model.bank.draws},
        "prototypes.safetensors": {**prototypes, "share": np.array([p.share for p in model.prototypes], np.float64)},
        **({CONDITIONAL_FILE: model.conditional.weights} if model.conditional else {}),
        **({GATED_FILE: model.gated.weights} if model.gated else {}),
        **({DETECTOR_FILE: detector_arrays(model.detector)} if model.detector else {}),
        **({SECOND_LOOK_FILE: model.second_look} if model.second_look else {}),
        **({ENCODER_FILE: model.encoder} if model.encoder else {}),
        **({TRAITS_FILE: trait_arrays(model.traits)} if model.traits else {}),
    }


def _assemble(description: ModelDescription, parts: Mapping[str, Arrays]) -> FaceModel:
    basis, bank, prototypes = (parts[f"{name}.safetensors"] for name in ("basis", "bank", "prototypes"))
    colours = zip(prototypes["tone"], prototypes["hair"], prototypes["eyes"], prototypes["share"], strict=True)
    return FaceModel(
        architecture=description.architecture,
        kind=description.kind,
        size=description.size,
        latent_size=description.latent_size,
        widths=tuple(description.widths),
        generator=parts["weights.safetensors"],
        basis=Basis(basis["mean"], basis["components"], basis["deviations"], description.gan_rank),
        ridge=RidgeFit(description.penalty, parts["ridge.safetensors"]["pixel_sigma"], description.interval),
        bank=Bank(bank["latents"], bank["draws"]),
        conditioning=Conditioning(description.noise_grey_levels, description.temperature),
        prototypes=tuple(Prototype(tone, hair, eyes, float(share)) for tone, hair, eyes, share in colours),
        palette=basis.get("palette"),
        grey=description.grey,
        conditional=Conditional(parts[CONDITIONAL_FILE], description.conditional_temperature)
        if description.conditional_widths
        else None,
        gated=Gated(
            parts[GATED_FILE],
            description.gated_base,
            description.gated_gate,
            description.gated_temperature,
            description.gated_leads,
        )
        if description.gated_base
        else None,
        detector=detector_from(parts[DETECTOR_FILE]) if description.has_detector else None,
        second_look=parts.get(SECOND_LOOK_FILE),
        encoder=parts.get(ENCODER_FILE),
        search_limit=description.search_limit,
        traits=traits_from(description.traits, parts.get(TRAITS_FILE, {})),
        facts=description.facts,
    )
