"""A model's files: the same bits back, and everything that is not exactly one of our own models refused."""

import json
import pickle
import struct
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from maskeraid_faces.errors import BadModelFile
from maskeraid_faces.face_model import Bank, Basis, Conditioning, FaceModel, Prototype, RidgeFit, Trait
from maskeraid_faces.images import Floats
from maskeraid_faces.model_files import load_model, model_digest, save_model
from maskeraid_faces.networks.generate import generate

SIZE, LATENT, RANK, KEPT, WIDTH, DRAWS = 16, 4, 3, 5, 6, 7
PIXELS = SIZE * SIZE * 3
Files = dict[str, bytes]


def make_model(architecture: str = "eigen", colours: int = 10, *, has_linear: bool = False) -> FaceModel:
    """A small model of random numbers, complete in every part."""
    random = np.random.default_rng(0)

    def floats(*shape: int) -> Floats:
        return np.abs(random.standard_normal(shape, np.float32))

    is_eigen = architecture == "eigen"
    sizes = [LATENT, WIDTH, WIDTH, RANK if is_eigen else PIXELS]
    names = ["hidden_1", "hidden_2", "output"]
    weights = {f"{name}.kernel": floats(*pair) for name, pair in zip(names, pairwise(sizes), strict=True)}
    weights |= {f"{name}.bias": floats(size) for name, size in zip(names, sizes[1:], strict=True)}
    if has_linear:
        weights["straight.kernel"] = floats(LATENT, RANK)
    if not is_eigen:
        parts = ("gamma", "beta", "moving_mean", "moving_variance")
        weights |= {f"normalisation_{index}.{part}": floats(WIDTH) for index in (1, 2) for part in parts}
    return FaceModel(
        architecture="eigen" if is_eigen else "thesis",
        kind="drawn" if colours else "photo",
        size=SIZE,
        latent_size=LATENT,
        widths=(WIDTH, WIDTH),
        generator=weights,
        basis=Basis(floats(PIXELS), floats(KEPT, PIXELS), np.sort(floats(KEPT))[::-1].copy(), RANK),
        ridge=RidgeFit(0.1, floats(PIXELS)),
        bank=Bank(floats(DRAWS, LATENT), floats(DRAWS, RANK) if is_eigen else np.ones((DRAWS, PIXELS), np.uint8)),
        conditioning=Conditioning(2.5, 1.25),
        prototypes=tuple(Prototype(floats(3), floats(3), floats(3), share) for share in (0.3, 0.7)),
        palette=np.arange(3 * colours, dtype=np.uint8).reshape(colours, 3) if colours else None,
        facts={"reasons": ["tests"], "steps": 3, "quality": 0.1},
    )


def assert_equal(one: object, other: object) -> None:
    """Equal types and bits, through dataclasses, mappings, and tuples."""
    if isinstance(one, np.ndarray):
        assert isinstance(other, np.ndarray)
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)
    elif is_dataclass(one):
        for field in fields(one):
            assert_equal(getattr(one, field.name), getattr(other, field.name))
    elif isinstance(one, dict):
        assert isinstance(other, dict)
        assert one.keys() == other.keys()
        for key in one:
            assert_equal(one[key], other[key])
    elif isinstance(one, tuple):
        assert isinstance(other, tuple)
        for left, right in zip(one, other, strict=True):
            assert_equal(left, right)
    else:
        assert one == other


class TestRoundTrip:
    @pytest.mark.parametrize(("architecture", "colours"), [("eigen", 10), ("eigen", 0), ("thesis", 10)])
    def test_every_part_comes_back_bit_for_bit(self, architecture: str, colours: int) -> None:
        model = make_model(architecture, colours)
        assert_equal(load_model(save_model(model)), model)

    def test_a_linear_path_comes_back(self) -> None:
        model = make_model(colours=0, has_linear=True)
        assert_equal(load_model(save_model(model)), model)

    def test_traits_come_back(self) -> None:
        kernels = [np.ones((2, 3), np.float32), np.zeros((1, 2), np.float32)]
        traits = tuple(
            Trait(name, tuple("abc"[: kernel.shape[1]]), kernel, kernel[0], 0.9)
            for name, kernel in zip(("nose", "größe"), kernels, strict=True)
        )
        model = replace(make_model(), traits=traits)
        assert_equal(load_model(save_model(model)), model)

    def test_a_model_without_traits_has_the_files_of_release_0_1(self) -> None:
        files = save_model(make_model())
        assert "traits.safetensors" not in files
        assert b"traits" not in files["architecture.json"]

    def test_a_model_without_one_has_the_files_of_release_0_1(self) -> None:
        assert b"has_linear" not in save_model(make_model())["architecture.json"]

    @pytest.mark.parametrize("architecture", ["eigen", "thesis"])
    def test_a_loaded_model_draws_the_same_faces(self, architecture: str) -> None:
        model = make_model(architecture, has_linear=architecture == "eigen")
        np.testing.assert_array_equal(
            generate(load_model(save_model(model)), model.bank.latents), generate(model, model.bank.latents)
        )

    def test_a_model_without_prototypes_comes_back(self) -> None:
        assert load_model(save_model(replace(make_model(), prototypes=()))).prototypes == ()

    def test_loaded_arrays_cannot_be_written(self) -> None:
        with pytest.raises(ValueError, match="read-only"):
            load_model(save_model(make_model())).basis.mean[0] = 1


class TestDigest:
    def test_depends_on_every_byte_and_on_no_order(self) -> None:
        files = save_model(make_model())
        assert model_digest(dict(reversed(files.items()))) == model_digest(files)
        for name, content in files.items():
            assert model_digest({**files, name: content[:-1] + b"!"}) != model_digest(files)
        assert model_digest(files).startswith("sha256:")


WEIGHTS, BASIS, BANK, RIDGE = (f"{name}.safetensors" for name in ("weights", "basis", "bank", "ridge"))


def split(content: bytes) -> tuple[dict[str, Any], bytes]:
    """Header and arrays of a safetensors file."""
    (length,) = struct.unpack("<Q", content[:8])
    return json.loads(content[8 : 8 + length]), content[8 + length :]


def join(header: object, arrays: bytes) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + arrays


def with_header(change: Callable[[dict[str, Any]], object], name: str = WEIGHTS) -> Callable[[Files], Files]:
    """Change the header of a file; `change` answers a new header or None after changing it in place."""

    def apply(files: Files) -> Files:
        header, arrays = split(files[name])
        changed = change(header)
        return {**files, name: join(header if changed is None else changed, arrays)}

    return apply


def with_bytes(change: Callable[[bytes], bytes], name: str = WEIGHTS) -> Callable[[Files], Files]:
    return lambda files: {**files, name: change(files[name])}


def with_json(**changes: object) -> Callable[[Files], Files]:
    def apply(files: Files) -> Files:
        description = {**json.loads(files["architecture.json"]), **changes}
        return {**files, "architecture.json": json.dumps(description).encode()}

    return apply


def with_raw_json(content: bytes) -> Callable[[Files], Files]:
    return lambda files: {**files, "architecture.json": content}


def entry(**changes: object) -> Callable[[dict[str, Any]], None]:
    return lambda header: header["output.bias"].update(changes)


def rename(header: dict[str, Any]) -> None:
    header["output.weight"] = header.pop("output.kernel")


def overlap(header: dict[str, Any]) -> None:
    header["output.kernel"]["data_offsets"] = header["hidden_2.kernel"]["data_offsets"]


def swap_shapes(header: dict[str, Any]) -> None:
    header["output.kernel"]["shape"].reverse()


def last_value(value: float) -> Callable[[bytes], bytes]:
    return lambda content: content[:-4] + struct.pack("<f", value)


def without(name: str) -> Callable[[Files], Files]:
    return lambda files: {key: content for key, content in files.items() if key != name}


BAD_FILES: dict[str, Callable[[Files], Files]] = {
    "no files": lambda files: {},
    "no architecture": without("architecture.json"),
    "no weights": without(WEIGHTS),
    "no bank": without(BANK),
    "a file too many": lambda files: {**files, "detector.safetensors": files[RIDGE]},
    "a path for a name": lambda files: {**files, "../weights.safetensors": files[WEIGHTS]},
    "files exchanged": lambda files: {**files, WEIGHTS: files[BASIS]},
    "empty": with_bytes(lambda content: b""),
    "seven bytes": with_bytes(lambda content: content[:7]),
    "a renamed pickle": with_bytes(lambda content: pickle.dumps({"weights": [1.0]})),
    "a renamed H5": with_bytes(lambda content: b"\x89HDF\r\n\x1a\n" + content),
    "a renamed zip": with_bytes(lambda content: b"PK\x03\x04" + content),
    "a header of 2**63 bytes": with_bytes(lambda content: struct.pack("<Q", 2**63) + content[8:]),
    "a header beyond the file": with_bytes(lambda content: struct.pack("<Q", len(content)) + content[8:]),
    "a header over a mebibyte": with_header(lambda header: json.dumps(header).encode() + b" " * 2**20),
    "a header of zero bytes": with_bytes(lambda content: struct.pack("<Q", 0) + content[8:]),
    "a header that is no JSON": with_header(lambda header: b"{]"),
    "a header that is a list": with_header(lambda header: [header]),
    "a header of 100,000 brackets": with_header(lambda header: b"[" * 100_000),
    "a header of broken UTF-8": with_header(lambda header: b'{"\xff": 1}'),
    "metadata": with_header(lambda header: header.update(__metadata__={"format": "pt"})),
    "an array too many": with_header(lambda header: header.update(more={**header["output.bias"]})),
    "an array too few": with_header(lambda header: header.__delitem__("output.bias")),
    "an array renamed": with_header(rename),
    "a shape turned": with_header(swap_shapes),
    "a shape of 10**12": with_header(entry(shape=[10**12])),
    "a negative shape": with_header(entry(shape=[-3])),
    "a shape of fractions": with_header(entry(shape=[3.0])),
    "another type": with_header(entry(dtype="F16")),
    "an unknown type": with_header(entry(dtype="O")),
    "a key too many": with_header(entry(source="https://example.org")),
    "offsets that overlap": with_header(overlap),
    "offsets beyond the file": with_header(entry(data_offsets=[10**9, 10**9 + 12])),
    "negative offsets": with_header(entry(data_offsets=[-12, 0])),
    "three offsets": with_header(entry(data_offsets=[0, 12, 24])),
    "bytes after the arrays": with_bytes(lambda content: content + b"\0\0\0\0"),
    "bytes missing": with_bytes(lambda content: content[:-4]),
    "not a number": with_bytes(last_value(float("nan"))),
    "infinite": with_bytes(last_value(float("inf")), RIDGE),
    "JSON: empty": with_raw_json(b""),
    "JSON: a list": with_raw_json(b"[]"),
    "JSON: 100,000 brackets": with_raw_json(b"[" * 100_000),
    "JSON: over a mebibyte": lambda files: {**files, "architecture.json": files["architecture.json"] + b" " * 2**20},
    "JSON: another format": with_json(format=2),
    "JSON: another architecture": with_json(architecture="stylegan"),
    "JSON: widths of another size": with_json(architecture="dcgan"),
    "JSON: a field too many": with_json(module="os"),
    "JSON: the other architecture's arrays": with_json(architecture="thesis"),
    "JSON: a giant size": with_json(size=2**31),
    "JSON: a size between": with_json(size=17),
    "JSON: a size as text": with_json(size="16"),
    "JSON: a giant bank": with_json(draws=10**9),
    "JSON: a giant width": with_json(widths=[10**9]),
    "JSON: no widths": with_json(widths=[]),
    "JSON: a negative rank": with_json(gan_rank=-1),
    "JSON: more rank than components": with_json(gan_rank=KEPT + 1),
    "JSON: colours that are not there": with_json(colours=11),
    "JSON: an infinite temperature": with_json(temperature=float("inf")),
    "JSON: a fact that is not a number": with_json(facts={"nn": float("nan")}),
    "JSON: a flag as a number": with_json(grey=1),
    "JSON: a linear path that is not there": with_json(has_linear=True),
    "JSON: a linear path of an architecture without": with_json(architecture="thesis", has_linear=True),
}


class TestBadFiles:
    def test_there_are_at_least_thirty(self) -> None:
        assert len(BAD_FILES) >= 30

    @pytest.mark.parametrize("change", BAD_FILES.values(), ids=BAD_FILES.keys())
    def test_is_refused(self, change: Callable[[Files], Files]) -> None:
        files = change(save_model(make_model()))
        with pytest.raises(BadModelFile):
            load_model(files)

    def test_a_thousand_mutated_headers_are_refused_or_harmless(self) -> None:
        random = np.random.default_rng(0)
        files = save_model(make_model())
        length = 8 + struct.unpack("<Q", files[WEIGHTS][:8])[0]
        refused = 0
        for _ in range(1000):
            mutated = bytearray(files[WEIGHTS])
            mutated[random.integers(length)] = random.integers(256)
            try:
                model = load_model({**files, WEIGHTS: bytes(mutated)})
            except BadModelFile:
                refused += 1
            else:
                assert_equal(model, load_model(files))  # a blank for a blank, or the same byte
        assert refused > 900
