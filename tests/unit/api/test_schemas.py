"""What the schemas offer is what there is, and what they show is what clients may use."""

import json
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator
from tests.factories import make_job

from maskeraid_api.bundles.result import shown_result
from maskeraid_api.forms import read_json
from maskeraid_api.schemas.account import EmailEvent
from maskeraid_api.schemas.deliveries import EventType
from maskeraid_api.schemas.hyperparameters import KNOWN_HYPERPARAMETERS, Hyperparameters
from maskeraid_api.schemas.imports import GENERATORS
from maskeraid_api.schemas.jobs import EventView, JobView, shared_fields
from maskeraid_api.schemas.reimaging_requests import ENGINES, Engine, ReimagingOptions
from maskeraid_api.schemas.reimagings import ReimagingView
from maskeraid_core.documents.events import JobEvent
from maskeraid_core.documents.reimagings import ReimagingSpec
from maskeraid_core.errors import ValidationFailed
from maskeraid_core.ids import new_id
from maskeraid_core.jobs import NOTICES, JobKind, JobStatus, Progress
from maskeraid_core.repositories.repository import now
from maskeraid_faces.drawn import DATASETS
from maskeraid_faces.filling.answering import ENGINES as FILLING
from maskeraid_faces.training.settings import TrainSettings


def event(kind: str, data: dict[str, Any]) -> JobEvent:
    return JobEvent(id="trn_1:1", job="trn_1", tenant="ten_1", seq=1, key="k", type=kind, at=now(), fence=1, data=data)


class TestEngines:
    def test_they_are_those_that_fill(self) -> None:
        kept = get_args(ReimagingSpec.model_fields["engine"].annotation)
        assert set(get_args(Engine)) == set(kept) == set(ENGINES) == set(FILLING)

    @pytest.mark.parametrize("name", ["engine_b", "engine_c"])
    def test_a_training_may_be_asked_for_those_that_are_extra(self, name: str) -> None:
        assert Hyperparameters.model_validate({name: True}).for_trainer() == {name: True}
        assert all(name in known for asked, known in KNOWN_HYPERPARAMETERS.items() if asked != "thesis")
        assert name in TrainSettings.__dataclass_fields__


class TestGenerators:
    def test_they_are_the_sets_that_can_be_drawn(self) -> None:
        assert list(GENERATORS) == list(DATASETS)


class TestJobs:
    @pytest.mark.parametrize(
        ("kind", "spec", "name"),
        [
            (JobKind.TRAINING, {"name": "ours"}, "ours"),
            (JobKind.IMPORT, {"generator": "faces-light", "files": []}, "faces-light"),
            (JobKind.IMPORT, {"generator": None, "files": [{"name": "a.zip"}, {"name": "b.zip"}]}, "a.zip"),
            (JobKind.IMPORT, {"generator": None, "files": [], "source": "merge"}, "merge"),
            (JobKind.EVALUATION, {"kind": "quality"}, "quality"),
            (JobKind.REIMAGING, {"image": {}}, None),
        ],
    )
    def test_each_has_the_name_that_it_is_known_by(self, kind: JobKind, spec: dict[str, Any], name: str | None) -> None:
        assert JobView.of(make_job(kind, spec=spec)).name == name


class TestReimagings:
    @pytest.mark.parametrize(("name", "value"), [("colours", [[0, 255, 0]]), ("tolerance", 24)])
    def test_what_the_method_does_not_look_at_is_refused(self, name: str, value: object) -> None:
        with pytest.raises(ValidationFailed) as refused:
            read_json(ReimagingOptions, json.dumps({"covering": {"method": "learned", name: value}}))
        (row,) = refused.value.facts["errors"]  # type: ignore[misc]
        assert row["pointer"] == f"/covering/{name}"
        assert "the method `learned` does not look at it" in row["detail"]
        for method in ({}, {"method": "colour"}):
            read_json(ReimagingOptions, json.dumps({"covering": {**method, name: value}}))

    @pytest.mark.parametrize("name", ["a\0b", "$where", "a.b", "", "x" * 65])
    def test_a_wanted_attribute_has_a_name_that_attributes_have(self, name: str) -> None:
        """Zeros in a name cannot be kept: the database's refusal would be the answer."""
        with pytest.raises(ValidationFailed) as refused:
            read_json(ReimagingOptions, json.dumps({"attributes": {name: "1"}}))
        (row,) = refused.value.facts["errors"]  # type: ignore[misc]
        assert row["pointer"].startswith("/attributes/")
        assert "must begin with a letter" in row["detail"]

    def test_a_face_is_not_chosen_where_none_is_looked_for(self) -> None:
        with pytest.raises(ValidationFailed) as refused:
            read_json(ReimagingOptions, '{"detect_faces": false, "face": 3}')
        (row,) = refused.value.facts["errors"]  # type: ignore[misc]
        assert row["pointer"] == "/face"
        assert "`detect_faces` is false: leave one of the two out" in row["detail"]
        for may_be in ('{"detect_faces": false}', '{"detect_faces": true, "face": 3}', '{"face": 3}'):
            read_json(ReimagingOptions, may_be)

    def test_no_network_chooses_where_a_model_is_named(self) -> None:
        named = {"model": {"model_id": new_id("mdl")}}
        with pytest.raises(ValidationFailed) as refused:
            read_json(ReimagingOptions, json.dumps({**named, "selector": "cnn"}))
        (row,) = refused.value.facts["errors"]  # type: ignore[misc]
        assert row["pointer"] == "/selector"
        assert "`model` is named: leave one of the two out" in row["detail"]
        for may_be in ({**named, "selector": "attributes"}, {"model": None, "selector": "cnn"}, {"selector": "cnn"}):
            read_json(ReimagingOptions, json.dumps(may_be))

    def test_a_tolerance_is_of_colours(self) -> None:
        for alone in ({}, {"method": None}, {"colours": []}):
            with pytest.raises(ValidationFailed) as refused:
                read_json(ReimagingOptions, json.dumps({"covering": {**alone, "tolerance": 30}}))
            (row,) = refused.value.facts["errors"]  # type: ignore[misc]
            assert row["pointer"] == "/covering/tolerance"
            assert "name some in `colours`, ask for the method `colour`" in row["detail"]
            read_json(ReimagingOptions, json.dumps({"covering": {**alone, "tolerance": 24}}))  # the default
        for beside in ({"method": "colour"}, {"colours": [[0, 255, 0]]}):
            read_json(ReimagingOptions, json.dumps({"covering": {**beside, "tolerance": 30}}))

    @pytest.mark.parametrize("options", [
        {"model": {"model_id": "mdl_01KAGXT932ZND88T6AVQ93TJ9X"}, "selector": "cnn"},
        {"covering": {"tolerance": 30}},
        {"covering": {"method": None, "colours": [], "tolerance": 30}},
        {"detect_faces": False, "face": 1},
    ])  # fmt: skip
    def test_the_schema_says_what_does_not_agree(self, options: dict[str, Any]) -> None:
        schema = Draft202012Validator(ReimagingOptions.model_json_schema())
        assert not schema.is_valid(options)
        with pytest.raises(ValidationFailed):
            read_json(ReimagingOptions, json.dumps(options))

    @pytest.mark.parametrize("options", [
        {}, ReimagingOptions().model_dump(mode="json"), {"covering": {"colours": [[1, 2, 3]], "tolerance": 30}},
        {"covering": {"method": "learned", "grow": 1}}, {"covering": {"method": "colour", "tolerance": 30}},
        {"model": {"model_id": "mdl_01KAGXT932ZND88T6AVQ93TJ9X"}, "selector": "attributes"}, {"selector": "cnn"},
    ])  # fmt: skip
    def test_the_schema_takes_what_agrees(self, options: dict[str, Any]) -> None:
        Draft202012Validator(ReimagingOptions.model_json_schema()).validate(options)
        read_json(ReimagingOptions, json.dumps(options))

    def test_every_face_that_can_be_found_can_be_chosen(self) -> None:
        """A photograph of 200 faces asks for one of 0 to 199."""
        assert read_json(ReimagingOptions, '{"face": 199}').face == 199

    @pytest.mark.parametrize(("image", "name"), [
        ({"upload": {"name": "ada.png", "bytes": 1, "keys": []}}, "ada.png"), ({"image_id": "img_1"}, "img_1"),
        ({}, None),
    ])  # fmt: skip
    def test_are_called_as_the_picture_but_not_in_a_bundle(self, image: dict[str, object], name: str | None) -> None:
        spec = {"image": image, "covering": {}, "software": "1"}
        done = make_job(JobKind.REIMAGING, spec=spec, status=JobStatus.SUCCEEDED, result={"candidates": []})
        assert (ReimagingView.of(done).name, JobView.of(done).name) == (name, name)
        assert "name" not in shown_result(done)

    def test_words_of_users_stay_as_they_are(self) -> None:
        file = {"key": "t/ten_1/jobs/a", "bytes": 1, "sha256": "0", "media_type": "image/png"}
        attributes = {"key": "final.png", "prefix": "b", "nose": "2"}
        result = {
            "files": {"final.png": file}, "steps": {"final": "final.png"}, "candidates": [{"attributes": attributes}],
            "selection": {"distribution": [{"model": "final.png"}]}, "photo": {"key": "inside"},
            "provenance": {"purpose": "final.png", "case_reference": "final.png"},
        }  # fmt: skip
        spec = {"image": {}, "covering": {}, "software": "1"}
        done = make_job(JobKind.REIMAGING, spec=spec, status=JobStatus.SUCCEEDED, result=result)
        shown = ReimagingView.of(done).result
        assert shown is not None
        assert shown["candidates"] == [{"attributes": attributes}]
        assert shown["selection"] == result["selection"]
        assert shown["provenance"] == result["provenance"]
        assert shown["steps"] == {"final": f"/v1/reimagings/{done.id}/files/final.png"}
        assert shown["photo"] == {}, "keys stay inside"


OF_OBJECTS = ("model.created", "model.shared", "model.flagged", "dataset.shared", "dataset.deleted")


class TestWebhookEvents:
    def test_they_are_the_events_that_are_told(self) -> None:
        assert set(get_args(EventType)) == {"*", *OF_OBJECTS} | NOTICES

    def test_those_that_no_job_asks_for_may_be_mailed(self) -> None:
        assert set(get_args(EmailEvent)) == set(get_args(EventType)) - {"*"} - NOTICES


class TestProgress:
    @pytest.mark.parametrize(
        ("status", "shown"),
        [
            (JobStatus.RUNNING, (56, 120, 46.7, 27)),
            (JobStatus.SUCCEEDED, (56, 56, 100, None)),
            (JobStatus.FAILED, (56, 120, 46.7, None)),
        ],
    )
    def test_of_a_job_that_has_ended_nothing_remains(self, status: JobStatus, shown: tuple[float | None, ...]) -> None:
        reached = Progress(current=56, total=120, unit="image", percent=46.7, eta_seconds=27)
        progress = shared_fields(make_job(status=status, progress=reached))["progress"]
        assert (progress.current, progress.total, progress.percent, progress.eta_seconds) == shown


class TestEvents:
    def test_a_sheet_is_shown_by_its_address_and_not_by_its_key(self) -> None:
        told = event("job.sample", {"step": 200, "key": "t/ten_1/jobs/trn_1/attempt-1/samples-000200.png"})
        url = "/v1/trainings/trn_1/checkpoints/200/files/samples.png"
        assert EventView.of(told).data == {"step": 200, "name": "samples.png", "url": url}

    def test_others_are_shown_as_they_are(self) -> None:
        assert EventView.of(event("job.checkpoint", {"step": 200})).data == {"step": 200}
