"""Re-imagings by a stored selector, and explained, on real stores."""

import pytest
from tests.factories import make_selector
from tests.integration.inference.conftest import Inference, add_model
from tests.unit.faces.made_networks import network_that_looks_at
from tests.unit.inference.made_models import covered_face

from maskeraid_core.blobs import sha256_hex
from maskeraid_core.documents.models import ModelFile
from maskeraid_core.documents.selectors import Selector
from maskeraid_core.ids import new_id
from maskeraid_core.jobs import JobStatus
from maskeraid_core.repositories.selectors import SelectorRepository
from maskeraid_faces.selection.network_files import save_selector

TENANT = new_id("ten")


@pytest.fixture(scope="module")
def selector(inference: Inference) -> Selector:
    """Of a light and a dark model: red skin speaks for the light one."""
    models = [add_model(inference.port, tone, TENANT).model_id for tone in ("dark", "light")]
    files = []
    for name, data in save_selector(network_that_looks_at(2, 3, models)).items():
        key = f"t/{TENANT}/jobs/trn_1/attempt-1/{name}"
        inference.put(key, data)
        files.append(ModelFile(name=name, key=key, bytes=len(data), sha256=sha256_hex(data), media_type="a/b"))
    repository = SelectorRepository(inference.port.stores.database, TENANT)
    return inference.port.call(repository.add, make_selector(TENANT, files=files))


def test_the_network_chooses_and_says_why(inference: Inference, selector: Selector) -> None:
    options = {"selector": "cnn", "selector_id": selector.id, "explain": True, "candidates": 2}
    done = inference.carry_out(inference.accept(covered_face("light"), TENANT, **options))
    assert (done.status, done.error) == (JobStatus.SUCCEEDED, None)
    assert done.result is not None
    chosen = done.result["selection"]
    assert (chosen["by"], chosen["selector_id"]) == ("cnn", selector.id)
    assert chosen["distribution"][0]["model"] == "faces-light"
    assert chosen["compared"].keys() == {"attributes", "cnn"}
    for name in ("why.png", "features-first.png", "features-last.png"):
        assert inference.file(done, name).startswith(b"\x89PNG")


def test_a_selector_that_is_gone(inference: Inference, selector: Selector) -> None:
    for tenant, gone in ((TENANT, new_id("sel")), (new_id("ten"), selector.id)):
        job = inference.accept(covered_face("light"), tenant, selector="cnn", selector_id=gone)
        done = inference.carry_out(job)
        assert done.error is not None
        assert done.error.code == "input_gone"
        assert "order the re-imaging again" in done.error.message
