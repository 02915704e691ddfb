"""The models that ship are whole, small, and come of the command that says how they were made."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from maskeraid_core.blobs import sha256_hex
from maskeraid_core.demo_models import SHIPPED, VERSION_FILE, read_shipped, shipped_in
from maskeraid_core.documents.models import ModelVersion
from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.model_files import load_model, model_digest, save_model
from maskeraid_faces.sanitising import says_generated
from maskeraid_local.demo_models import SETS, faces_of, make_version

MOST_BYTES = 5_000_000  # in every install, and in the repository for each time that they change
FOLDERS = [path.parent for path in shipped_in()]


@pytest.fixture(params=FOLDERS, ids=lambda folder: folder.name)
def folder(request: pytest.FixtureRequest) -> Path:
    return Path(request.param)


@pytest.fixture
def version(folder: Path) -> ModelVersion:
    return read_shipped(folder / VERSION_FILE)


class TestShipped:
    def test_there_is_one_of_each_tone(self) -> None:
        assert {folder.name for folder in FOLDERS} == {f"demo-{name}" for name in SETS}

    def test_all_together_are_small(self) -> None:
        assert 0 < sum(path.stat().st_size for path in SHIPPED.rglob("*")) < MOST_BYTES

    def test_the_document_tells_of_each_file_as_it_is(self, folder: Path, version: ModelVersion) -> None:
        told = {file.name: (file.bytes, file.sha256) for file in version.files}
        there = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != VERSION_FILE}
        assert told == {name: (len(data), sha256_hex(data)) for name, data in there.items()}

    def test_its_samples_say_that_they_were_generated(self, folder: Path) -> None:
        assert says_generated((folder / "samples.png").read_bytes())

    def test_its_files_are_a_model_and_have_its_digest(self, folder: Path, version: ModelVersion) -> None:
        files = {file.name: (folder / file.name).read_bytes() for file in version.files}
        parts = {name: data for name, data in files.items() if name.endswith(".safetensors")}
        model = load_model({**parts, "architecture.json": files["architecture.json"]})
        assert model.traits
        assert model_digest(save_model(model)) == version.digest

    def test_it_was_judged_and_says_of_what_it_was_made(self, version: ModelVersion) -> None:
        assert version.card["flags"] == []
        assert version.card["memorisation"]["gate"] == "reports_only"  # it learned from faces that show nobody
        assert version.combinations == 125
        assert {row["attribute"] for row in version.guarantees} >= {"tone", "hair_colour", "eye_colour"}


class TestMaking:
    def test_reads_faces_as_a_training_does(self) -> None:
        faces = faces_of(draw_faces("faces-light"))
        assert faces.rows.height == len(faces.images) == 125
        assert faces.schema["mouth"].values == ["1", "2", "3", "4", "5"]
        assert faces.groups is None

    @pytest.mark.slow
    @pytest.mark.timeout(1800)
    @pytest.mark.filterwarnings("ignore:__array__ implementation")  # of h5py, in which Keras writes the weights
    def test_again_gives_the_same_weights(self) -> None:
        """To the bit on one machine; another kind of processor, or number of threads, sums in another order."""
        first, again = (weights_of(make_version("faces-light")[1]) for _ in range(2))
        assert again == first
        assert first.keys() == {file.name for file in (SHIPPED / "demo-faces-light").glob("*.safetensors")}


def weights_of(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {name: data for name, data in files.items() if name.endswith(".safetensors")}
