"""One table makes problems of errors; every error has its row, and every code its page."""

import json
from collections.abc import Iterator

import pytest

from maskeraid_api.problems import JOB_CODES, PROBLEMS, problem, sentence_of
from maskeraid_core import errors
from maskeraid_core.errors import JobFailure, MaskeraidError, RequestError, ServiceError
from maskeraid_faces.errors import FacesError


def descendants(kind: type) -> Iterator[type]:
    for child in kind.__subclasses__():
        yield child
        yield from descendants(child)


class TestTable:
    def test_every_error_has_a_row_and_every_row_an_error(self) -> None:
        branches = {RequestError, ServiceError, JobFailure}
        known = {kind for kind in descendants(MaskeraidError) if kind.__module__ == errors.__name__}
        assert known - branches == set(PROBLEMS)

    def test_codes_are_unique(self) -> None:
        assert len({kind.code for kind in PROBLEMS}) == len(PROBLEMS)
        assert not {kind.code for kind in PROBLEMS} & set(JOB_CODES)

    @pytest.mark.parametrize("kind", list(descendants(FacesError)), ids=lambda kind: kind.__name__)
    def test_every_error_of_the_science_has_a_sentence(self, kind: type[FacesError]) -> None:
        assert sentence_of(kind.code)


class TestProblem:
    def test_facts_and_retry_after(self) -> None:
        error = errors.QueueFull("12 wait", retry_after=10, waiting=12)
        answer = problem(error, path="/v1/trainings", request_id="req_1")
        body = json.loads(bytes(answer.body))
        assert answer.status_code == 429
        assert answer.headers["retry-after"] == "10"
        assert answer.media_type == "application/problem+json"
        assert body["type"] == "/problems/queue-full"
        assert body["waiting"] == 12
        assert body["retryable"] is True
        assert "retry_after" not in body

    def test_a_lone_pointer_becomes_a_row(self) -> None:
        answer = problem(errors.NameTaken(pointer="/name"), path="/", request_id="req_1")
        (row,) = json.loads(bytes(answer.body))["errors"]
        assert row == {"pointer": "/name", "code": "name_taken", "detail": "The name is taken."}

    def test_internal_says_nothing_from_inside(self) -> None:
        body = json.loads(bytes(problem(errors.Internal(), path="/", request_id="req_1").body))
        assert body["detail"] == errors.Internal.__doc__
