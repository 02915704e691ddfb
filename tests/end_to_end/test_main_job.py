"""The front page's journey, as a stranger would take it: by the printed recipe, and by the SDK."""

import io
import os
import subprocess
import zipfile
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from maskeraid import ApiError, Client, JobFailed
from maskeraid.objects import Model
from maskeraid_faces.drawing.lifelike import draw_lifelike_face
from maskeraid_faces.drawn import draw_faces
from maskeraid_local.commands import RECIPE
from maskeraid_local.stack import Stack

ATTESTATION = {"basis": "own_faces", "purpose": "tests", "minors_excluded": True}
STATEMENT = "A plausible face, not a reconstruction. Not evidence of identity."


@pytest.fixture(scope="module")
def recipe(stack: Stack, faces_zip: Path, covered_png: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the recipe was run, word for word."""
    folder = tmp_path_factory.mktemp("recipe")
    (folder / "our-faces.zip").write_bytes(faces_zip.read_bytes())
    (folder / "covered.png").write_bytes(covered_png.read_bytes())
    calls = RECIPE.read_text().replace("http://127.0.0.1:8000", stack.url)
    script = calls.removesuffix(")\n") + "echo done $R\n)"
    environment = {**os.environ, "MASKERAID_KEY": stack.first_key or ""}
    run = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, timeout=240
    )
    (folder / "output.txt").write_text(run.stdout + run.stderr)
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-2000:]
    return folder


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


class TestRecipe:
    def test_the_final_picture_differs_only_under_the_mask(self, recipe: Path, covered_png: Path) -> None:
        before, after = pixels(covered_png.read_bytes()), pixels((recipe / "final.png").read_bytes())
        changed = (before != after).any(axis=-1)
        teal = (np.abs(before.astype(int) - [20, 150, 140]) <= 24).all(axis=-1)
        assert changed[teal].all()
        assert changed.sum() < 2 * teal.sum()
        assert not (np.abs(after.astype(int) - [20, 150, 140]) <= 24).all(axis=-1).any()

    def test_the_streams_ended_by_themselves_with_success(self, recipe: Path) -> None:
        text = (recipe / "output.txt").read_text()
        assert text.count("event: end") == 3
        assert text.count('"succeeded"') >= 3

    def test_an_email_came_to_the_owner(self, recipe: Path, stack: Stack, client: Client) -> None:
        training = next(iter(client.jobs.list(kind="training")))
        mails = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in stack.outbox.glob("*.eml")]
        assert any(training.id in mail.get_body().get_content() for mail in mails)

    def test_the_result_says_what_it_is(self, recipe: Path, client: Client) -> None:
        made = client.reimagings.get((recipe / "output.txt").read_text().rsplit("done ", 1)[1].strip())
        assert made.result is not None
        assert made.result["statement"] == STATEMENT
        assert made.result["proof"]["equal"]
        # Another test's model of few steps may be as near to this face: it has fewer faces to show.
        assert 1 < len(made.result["candidates"]) <= 8


class TestSdk:
    def test_four_statements_give_a_face(self, client: Client, model: Model) -> None:
        tests = client.datasets.create("sdk covered", role="test")
        client.imports.generate(tests.id, "faces-test").wait()
        images = client.images.of_dataset(tests.id, where=["tone:medium"], limit=500)
        image = next(image for image in images if image.file.endswith("_mask.png"))
        made = client.reimagings.create(image_id=image.id, seed=1).wait()
        assert made.result is not None
        assert made.result["selection"]["model_id"] == model.id
        array = np.load(io.BytesIO(made.file("generated.npy")))
        assert array.shape == (8, 32, 32, 3)
        assert (array >= -1).all()
        assert (array <= 1).all()

    def test_the_same_seed_gives_the_same_bytes(self, client: Client, model: Model, covered_png: Path) -> None:
        choice = {"model_id": model.id}
        first, second = (client.reimagings.create(covered_png, model=choice, seed=5).wait() for _ in range(2))
        assert pixels(first.file("final.png")).tobytes() == pixels(second.file("final.png")).tobytes()

    def test_a_photo_larger_than_the_model_keeps_its_size(
        self, client: Client, model: Model, covered_png: Path, tmp_path: Path
    ) -> None:
        large = Image.open(covered_png).resize((512, 512), Image.Resampling.NEAREST)
        large.save(tmp_path / "large.png")
        made = client.reimagings.create(tmp_path / "large.png", model={"model_id": model.id}, seed=5).wait()
        before, after = np.asarray(large), pixels(made.file("final.png"))
        covered = pixels(made.file("covering.png"))[..., 0] > 0
        assert after.shape == (512, 512, 3)
        assert (before != after).any(axis=-1)[covered].mean() > 0.5  # what is found is widened over the skin
        assert not (np.abs(after.astype(int) - [20, 150, 140]) <= 24).all(axis=-1).any()
        assert (before == after)[~covered].all()

    @pytest.mark.parametrize(
        ("options", "code", "says"),
        [
            ({"detect_faces": False}, "resolution_not_supported", "512 x 384 pixels: crop it to a square"),
            ({}, "no_face", "send a square picture of the face alone"),
        ],
    )
    def test_a_photo_that_is_no_face_says_so(
        self, client: Client, model: Model, tmp_path: Path, options: dict[str, Any], code: str, says: str
    ) -> None:
        Image.new("RGB", (512, 384), (90, 100, 110)).save(tmp_path / "wide.png")
        with pytest.raises(JobFailed) as failed:
            client.reimagings.create(tmp_path / "wide.png", model={"model_id": model.id}, **options).wait()
        assert failed.value.job.error is not None
        assert failed.value.job.error["code"] == code
        assert says in failed.value.job.error["message"]

    def test_a_whole_photo_comes_back_whole(self, client: Client, model: Model, tmp_path: Path) -> None:
        photo = np.full((260, 640, 3), (90, 110, 120), np.uint8)
        for left, seed in ((40, 0), (360, 6)):
            photo[50:210, left : left + 160] = draw_lifelike_face(160, np.random.default_rng(seed))
        photo[155:185, 410:470] = (20, 150, 140)  # over the mouth of the second face
        Image.fromarray(photo).save(tmp_path / "two.png")
        asked = {"model": {"model_id": model.id}, "candidates": 1}
        with pytest.raises(JobFailed) as failed:
            client.reimagings.create(tmp_path / "two.png", **asked).wait()
        assert failed.value.job.error is not None
        assert failed.value.job.error["code"] == "several_faces"
        assert [face["index"] for face in failed.value.job.error["faces"]] == [0, 1]
        covering = {"colours": [[20, 150, 140]]}
        made = client.reimagings.create(tmp_path / "two.png", **asked, face=1, covering=covering).wait()
        after, covered = pixels(made.file("photo.png")), pixels(made.file("photo-covering.png"))[..., 0] > 0
        assert (after == photo)[~covered].all()
        assert (after != photo).any(axis=-1)[155:185, 410:470].mean() > 0.9
        assert made.result["photo"]["proof"]["equal"]
        again = client.reimagings.create(reuse=made, smoothing={"k": 4}).wait()
        assert (pixels(again.file("photo.png")) == photo)[~covered].all()
        verified = client.verifications.create(made.save_bundle(tmp_path / "photo.zip"))
        assert verified.valid
        assert "whole photo" in next(check.detail for check in verified.checks if check.name == "pixels")

    def test_a_result_is_no_training_data(self, client: Client, model: Model, tmp_path: Path) -> None:
        photo = np.full((260, 320, 3), (90, 110, 120), np.uint8)
        photo[50:210, 80:240] = draw_lifelike_face(160, np.random.default_rng(6))
        Image.fromarray(photo).save(tmp_path / "true.png")
        photo[155:185, 130:190] = (20, 150, 140)
        Image.fromarray(photo).save(tmp_path / "covered.png")
        asked = {"model": {"model_id": model.id}, "candidates": 1, "covering": {"colours": [[20, 150, 140]]}}
        made = client.reimagings.create(tmp_path / "covered.png", **asked).wait()
        stripped = Image.fromarray(pixels(made.file("photo.png")))
        stripped.save(tmp_path / "stripped.png")
        stripped.save(tmp_path / "packed.jpg", quality=80)
        with zipfile.ZipFile(tmp_path / "back.zip", "w") as archive:
            for name in ("stripped.png", "packed.jpg", "true.png"):
                archive.write(tmp_path / name, name)
        dataset = client.datasets.create("made here", attestation=ATTESTATION)
        imported = client.imports.upload(dataset.id, tmp_path / "back.zip", detect_faces=True).wait()
        refused = {row.file: row.code for row in client.imports.rows(imported.id, "rejected")}
        assert refused == {"stripped.png": "generated_image", "packed.jpg": "generated_image"}

    def test_a_model_can_be_downloaded_with_its_card(self, client: Client, model: Model) -> None:
        version = client.models.version(model.id)
        assert {"weights.safetensors", "architecture.json", "card.json"} <= {file["name"] for file in version.files}
        assert client.models.file(model.id, "samples.png").startswith(b"\x89PNG")

    def test_a_bundle_is_valid_until_a_byte_of_it_changes(
        self, client: Client, model: Model, covered_png: Path, tmp_path: Path
    ) -> None:
        made = client.reimagings.create(covered_png, model={"model_id": model.id}, seed=5, candidates=2).wait()
        path = made.save_bundle(tmp_path / "result.zip")
        good, content = client.verifications.create(path), path.read_bytes()
        assert (good.valid, good.reimaging_id, good.statement) == (True, made.id, STATEMENT)
        assert {check.outcome for check in good.checks} == {"passed"}
        place = content.index(made.file("final.png")) + 100
        changed = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        assert not client.verifications.create(changed).valid

    def test_test_data_cannot_be_trained_on(self, client: Client) -> None:
        dataset = client.datasets.create("only tests", role="test")
        client.imports.generate(dataset.id, "faces-test").wait()
        with pytest.raises(ApiError) as refused:
            client.trainings.create("no", [dataset.id])
        assert refused.value.code == "test_data_in_training"


def png(picture: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return file.getvalue()


WHOLE, NOTHING = (np.full((32, 32), shade, np.uint8) for shade in (255, 0))
HALF = np.repeat(np.array([[0], [255]], np.uint8), 16, axis=0).repeat(32, axis=1)  # the lower one


class TestRefusals:
    """What is wrong with a face, its covering, or the options, as an API client is told of it."""

    @pytest.mark.parametrize(
        ("covering", "options", "code", "says"),
        [
            (NOTHING, {}, "nothing_covered", ""),
            (WHOLE, {}, "too_much_covered", "90"),
            (HALF, {"attributes": {"eyes": "3"}}, "attributes_unreachable", "eyes"),
            (HALF, {"attributes": {"eyes": "9"}}, "bad_settings", "eyes"),
            (HALF, {"attributes": {"beard": "1"}}, "bad_settings", "beard"),
            (HALF, {"engine": "C"}, "bad_settings", "engine"),
            (HALF[:20], {}, "bad_covering", "32 x 20 pixels"),
        ],
        ids=["nothing_covered", "too_much_covered", "attributes_unreachable", "no_such_value", "no_such_attribute",
             "no_such_engine", "map_of_another_shape"],
    )  # fmt: skip
    def test_of_a_job_have_a_code_and_say_what_to_mend(
        self, client: Client, model: Model, covered_png: Path,
        covering: np.ndarray, options: dict[str, Any], code: str, says: str,
    ) -> None:  # fmt: skip
        choice = {"model_id": model.id}
        with pytest.raises(JobFailed) as failed:
            client.reimagings.create(covered_png, covering_map=png(covering), model=choice, **options).wait()
        error = failed.value.job.error
        assert error is not None
        assert (error["code"], says in error["message"]) == (code, True)

    def test_a_face_that_no_model_fits_is_told_the_nearest_and_what_to_collect(
        self, client: Client, model: Model
    ) -> None:
        drawn = draw_faces("faces-test")
        at = next(
            n for n, name in enumerate(drawn.names) if name.startswith("faces-dark") and name.endswith("_mask.png")
        )
        with pytest.raises(JobFailed) as failed:
            client.reimagings.create(png(drawn.images[at])).wait()
        error = failed.value.job.error
        assert error is not None
        assert error["code"] == "no_suitable_model"
        assert model.id in {one["model_id"] for one in error["nearest"]}
        assert min(one["tone_de00"] for one in error["nearest"]) > 15
        assert {one["attribute"] for one in error["collect"]} >= {"tone", "hair_colour"}

    @pytest.mark.parametrize(
        ("options", "code", "field"),
        [
            ({"candidates": 65}, "validation_failed", "/candidates"),
            ({"engine": "Z"}, "validation_failed", "/engine"),
            ({"covering": {"colours": [[1, 2]]}}, "validation_failed", "/covering/colours/0/2"),
            ({"coverin": {}}, "unknown_field", "coverin"),
        ],
    )
    def test_of_a_request_name_the_field(
        self, client: Client, covered_png: Path, options: dict[str, Any], code: str, field: str
    ) -> None:
        with pytest.raises(ApiError) as refused:
            client.reimagings.create(covered_png, **options)
        assert (refused.value.code, field in str(refused.value)) == (code, True)

    def test_what_is_no_picture_is_refused(self, client: Client) -> None:
        with pytest.raises(ApiError) as refused:
            client.reimagings.create(b"no picture")
        assert (refused.value.status, refused.value.code) == (415, "unsupported_media")

    def test_a_picture_that_is_cut_short_says_so(self, client: Client) -> None:
        with pytest.raises(JobFailed) as failed:
            client.reimagings.create(png(WHOLE)[:60]).wait()
        error = failed.value.job.error
        assert error is not None
        assert error["code"] == "unreadable_image"


class TestTenants:
    def test_another_tenant_sees_nothing(self, stack: Stack, client: Client) -> None:
        mine = client.datasets.create("mine")
        with Client(second_tenants_key(stack), stack.url) as stranger:
            assert list(stranger.datasets.list()) == []
            with pytest.raises(ApiError) as foreign:
                stranger.datasets.get(mine.id)
            with pytest.raises(ApiError) as unknown:
                stranger.datasets.get(mine.id[:-1] + ("0" if mine.id[-1] != "0" else "1"))
        assert (
            (foreign.value.status, foreign.value.code)
            == (unknown.value.status, unknown.value.code)
            == (404, "not_found")
        )


def second_tenants_key(stack: Stack) -> str:
    from maskeraid_core.documents.accounts import Scope, Tenant
    from maskeraid_core.ids import new_id
    from maskeraid_core.keys import mint_key
    from maskeraid_core.portal import open_portal
    from maskeraid_core.repositories.accounts import AccountRepository, ApiKeyRepository
    from maskeraid_core.repositories.repository import now
    from maskeraid_core.settings import CoreSettings

    names = ("mongodb_url", "redis_url", "blobs_url")
    settings = CoreSettings(**{name: stack.environment[f"MASKERAID_{name.upper()}"] for name in names})
    tenant = Tenant(id=new_id("ten"), name=f"stranger {new_id('x')}", created_at=now())
    minted = mint_key(tenant.id, "k", list(Scope), environment="local")
    with open_portal(settings) as port:
        port.call(AccountRepository(port.stores.database).add_tenant, tenant)
        port.call(ApiKeyRepository(port.stores.database, tenant.id).add, minted.document)
    return minted.text
