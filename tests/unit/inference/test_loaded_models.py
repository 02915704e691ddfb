"""The store of models in memory."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Barrier, Event

import numpy as np
import pytest
from anyio.from_thread import start_blocking_portal
from tests.unit.inference.made_models import load_made, make_model, make_version

from maskeraid_core.blobs import Blobs, sha256_hex
from maskeraid_core.documents.models import ModelFile, ModelVersion
from maskeraid_core.errors import ArtifactCorrupt
from maskeraid_core.portal import PortalStores, Stores
from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.face_model import FaceModel, Gated, Trait
from maskeraid_faces.known_faces_file import KNOWN_FACES_FILE, write_known_faces
from maskeraid_faces.model_files import save_model
from maskeraid_faces.selection.network import SelectorNetwork
from maskeraid_inference.loaded_models import LoadedModels, StoredModels, bytes_of
from maskeraid_inference.loaded_selectors import LoadedSelectors
from maskeraid_inference.memory import Memory

LIGHT, MEDIUM, DARK = (make_version(tone) for tone in ("light", "medium", "dark"))
PLENTY = 2**30
FACES = draw_faces("faces-light").images
NAMES = [f"img_{row}" for row in range(len(FACES))]


@dataclass
class Reads:
    """Reads made models and remembers it."""

    names: list[str] = field(default_factory=list)

    def read(self, version: ModelVersion) -> FaceModel:
        self.names.append(version.name)
        return load_made(version)


class TestLoadedModels:
    def test_reads_a_model_once(self) -> None:
        reads = Reads()
        models = LoadedModels(reads.read, Memory(most=2, most_bytes=PLENTY))
        assert models.get(LIGHT) is models.get(LIGHT)
        assert reads.names == ["faces-light"]

    def test_keeps_the_same_weights_apart_whose_faces_have_other_names(self) -> None:
        reads = Reads()
        models = LoadedModels(reads.read, Memory(most=2, most_bytes=PLENTY))
        file = ModelFile(name=KNOWN_FACES_FILE, key="k", bytes=1, sha256="0", media_type="x/y")
        for sha256 in ("a", "b", "a"):
            models.get(LIGHT.model_copy(update={"inner_files": [file.model_copy(update={"sha256": sha256})]}))
        assert len(reads.names) == 2

    def test_drops_the_least_recently_used(self) -> None:
        reads = Reads()
        models = LoadedModels(reads.read, Memory(most=2, most_bytes=PLENTY))
        for version in (LIGHT, MEDIUM, LIGHT, DARK, LIGHT, MEDIUM):
            models.get(version)
        assert reads.names == ["faces-light", "faces-medium", "faces-dark", "faces-medium"]

    def test_keeps_the_newest_though_it_is_too_large(self) -> None:
        reads = Reads()
        models = LoadedModels(reads.read, Memory(most=8, most_bytes=1))
        for version in (LIGHT, LIGHT, MEDIUM, LIGHT):
            models.get(version)
        assert reads.names == ["faces-light", "faces-medium", "faces-light"]

    def test_loads_once_for_all_who_ask_at_the_same_time(self) -> None:
        reads, may_go_on, callers = Reads(), Event(), Barrier(4)

        def read(version: ModelVersion) -> FaceModel:
            assert may_go_on.wait(10)
            return reads.read(version)

        models = LoadedModels(read, Memory(most=2, most_bytes=PLENTY))

        def get() -> FaceModel:
            callers.wait(10)
            return models.get(LIGHT)

        with ThreadPoolExecutor(3) as threads:
            waiting = [threads.submit(get) for _ in range(3)]
            callers.wait(10)
            may_go_on.set()
            found = {id(one.result()) for one in waiting}
        assert len(found) == len(reads.names) == 1

    def test_a_failure_is_not_kept(self) -> None:
        reads = Reads()
        answers = iter([ArtifactCorrupt(), None])

        def read(version: ModelVersion) -> FaceModel:
            error = next(answers)
            if error:
                raise error
            return reads.read(version)

        models = LoadedModels(read, Memory(most=2, most_bytes=PLENTY))
        with pytest.raises(ArtifactCorrupt):
            models.get(LIGHT)
        assert models.get(LIGHT) is load_made(LIGHT)


class TestSelectorsBesideModels:
    """Both lie under one bound, whichever takes the room."""

    def network(self) -> SelectorNetwork:
        return SelectorNetwork(("a", "b"), {"hidden_1.kernel": np.zeros(1_000, np.float32)})

    def test_a_selector_takes_the_room_of_models(self) -> None:
        reads, of_model = Reads(), bytes_of(load_made(LIGHT))
        memory = Memory(most=8, most_bytes=of_model + 3_999)
        models = LoadedModels(reads.read, memory)
        selectors = LoadedSelectors(lambda tenant, selector_id: self.network(), memory)
        models.get(LIGHT)
        selectors.get("ten_1", "sel_1")  # 4,000 bytes
        models.get(LIGHT)
        assert reads.names == ["faces-light", "faces-light"]

    def test_models_take_the_room_of_a_selector(self) -> None:
        read: list[str] = []

        def read_selector(tenant: str, selector_id: str) -> SelectorNetwork:
            read.append(f"{tenant} {selector_id}")
            return self.network()

        memory = Memory(most=2, most_bytes=PLENTY)
        models, selectors = LoadedModels(load_made, memory), LoadedSelectors(read_selector, memory)
        selectors.get("ten_1", "sel_1")
        models.get(LIGHT)
        selectors.get("ten_1", "sel_1")
        for version in (MEDIUM, DARK):
            models.get(version)
        selectors.get("ten_1", "sel_1")
        assert read == ["ten_1 sel_1"] * 2

    def test_of_two_tenants_are_two(self) -> None:
        selectors = LoadedSelectors(lambda tenant, _: SelectorNetwork((tenant,), {}), Memory(most=8, most_bytes=PLENTY))
        assert [selectors.get(tenant, "sel_1").models for tenant in ("a", "b", "a")] == [("a",), ("b",), ("a",)]


class TestStoredModels:
    def with_faces(self, folder: Path, version: ModelVersion) -> ModelVersion:
        """The same with the faces that it learned from."""
        content = write_known_faces(FACES, NAMES, None, make_model(), is_mirrored=False, seed=0)
        (folder / "faces").write_bytes(content)
        file = ModelFile(
            name=KNOWN_FACES_FILE, key="faces", bytes=len(content), sha256=sha256_hex(content), media_type=""
        )
        return version.model_copy(update={"inner_files": [file]})

    @pytest.fixture
    def version(self, tmp_path: Path) -> ModelVersion:
        """A version whose files lie in a folder, with a picture beside the model's own."""
        contents = {**save_model(make_model()), "samples.png": b"not a part of the model"}
        for name, content in contents.items():
            (tmp_path / name).write_bytes(content)
        files = [
            ModelFile(name=name, key=name, bytes=len(content), sha256=sha256_hex(content), media_type="image/png")
            for name, content in contents.items()
        ]
        return make_version(files=files)

    def read(self, folder: Path, version: ModelVersion) -> FaceModel:
        blobs = Blobs(f"file://{folder}")
        with start_blocking_portal() as portal:
            stores = Stores(settings=None, database=None, blobs=blobs, doorbell=None, news=None)  # type: ignore[arg-type]
            return StoredModels(PortalStores(portal, stores)).read(version)

    def test_reads_what_was_saved(self, tmp_path: Path, version: ModelVersion) -> None:
        model = self.read(tmp_path, version)
        assert np.array_equal(model.bank.draws, make_model().bank.draws)

    def test_reads_the_faces_that_it_learned_from(self, tmp_path: Path, version: ModelVersion) -> None:
        known = self.read(tmp_path, self.with_faces(tmp_path, version)).known_faces
        assert known is not None
        assert (known.ids, known.total) == (tuple(NAMES), len(FACES))

    def test_of_release_0_1_has_none_of_them(self, tmp_path: Path, version: ModelVersion) -> None:
        assert self.read(tmp_path, version).known_faces is None

    def test_these_faces_count_as_memory(self, tmp_path: Path, version: ModelVersion) -> None:
        bare, whole = (self.read(tmp_path, one) for one in (version, self.with_faces(tmp_path, version)))
        assert whole.known_faces is not None
        taken = whole.known_faces.coefficients.nbytes + whole.known_faces.owners.nbytes
        assert bytes_of(whole) - bytes_of(bare) == taken

    def test_the_network_of_engine_b_counts_as_memory(self) -> None:
        gated = Gated({"output.bias": np.zeros(3, np.float32)}, 2, 0.5, 1.0, leads=False)
        assert bytes_of(replace(make_model(), gated=gated)) - bytes_of(make_model()) == 12

    def test_all_that_a_model_has_or_will_make_counts(self) -> None:
        model = replace(make_model())  # whose colours nobody has asked for
        look, kernel, bias = (np.zeros(shape, np.float32) for shape in (1000, (200, 2), 2))
        more = replace(model, second_look={"kernel": look}, traits=(Trait("age", ("old", "young"), kernel, bias, 1.0),))
        assert bytes_of(more) - bytes_of(model) == look.nbytes + kernel.nbytes + bias.nbytes
        before = bytes_of(model)
        assert before > model.drawn_colours.nbytes == len(model.bank.draws) * 32 * 32
        assert bytes_of(model) == before

    def test_refuses_a_file_that_changed(self, tmp_path: Path, version: ModelVersion) -> None:
        file = tmp_path / "basis.safetensors"
        content = bytearray(file.read_bytes())
        content[-1] ^= 1
        file.write_bytes(content)
        with pytest.raises(ArtifactCorrupt, match="digest"):
            self.read(tmp_path, version)
