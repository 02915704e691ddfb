"""Following a job: streams that are cut, continued, and ended."""

import httpx
import pytest
from tests.unit.client.service import Service, event_text, job, ok, problem, stream

from maskeraid import ApiError, JobFailed, NotReachable
from maskeraid.event_stream import MOST_FAILURES
from maskeraid.objects import Job

END = event_text(4, "end", status="succeeded")


def ids_of(service: Service) -> list[int]:
    with service.client() as client:
        return [event.id for event in client.jobs.events("trn_1")]


class TestReading:
    def test_types_and_data_arrive(self) -> None:
        service = Service(stream(event_text(1, "job.phase", phase="training"), event_text(2, "end", status="failed")))
        with service.client() as client:
            first, last = client.jobs.events("trn_1")
        assert (first.type, first.data) == ("job.phase", {"job_id": "trn_1", "phase": "training"})
        assert (last.type, last.data) == ("end", {"job_id": "trn_1", "status": "failed"})

    def test_comments_and_unknown_fields_are_passed_over(self) -> None:
        service = Service(stream(": keepalive\n\n", "strange: field\n", event_text(1), ": keepalive\n\n", END))
        assert ids_of(service) == [1, 4]

    def test_data_of_several_lines_is_one_event(self) -> None:
        text = 'id: 1\nevent: end\ndata: {"job_id": "trn_1",\ndata: "status": "succeeded"}\n\n'
        service = Service(stream(text))
        with service.client() as client:
            (event,) = client.jobs.events("trn_1")
        assert event.data == {"job_id": "trn_1", "status": "succeeded"}

    def test_line_ends_may_be_of_any_kind(self) -> None:
        service = Service(stream(event_text(1).replace("\n", "\r\n"), END.replace("\n", "\r")))
        assert ids_of(service) == [1, 4]

    def test_a_client_may_begin_in_the_middle(self) -> None:
        service = Service(stream(event_text(3), END))
        with service.client() as client:
            assert [event.id for event in client.jobs.events("trn_1", after=2)] == [3, 4]
        assert service.requests[0].headers["Last-Event-ID"] == "2"
        assert service.requests[0].headers["Accept"] == "text/event-stream"


class TestContinuing:
    def test_a_cut_stream_goes_on_without_gap_or_repeat(self) -> None:
        half = event_text(3)[:30]
        service = Service(stream(event_text(1), event_text(2), half, is_broken=True), stream(event_text(3), END))
        assert ids_of(service) == [1, 2, 3, 4]
        assert [request.headers["Last-Event-ID"] for request in service.requests] == ["0", "2"]

    def test_what_comes_twice_is_told_once(self) -> None:
        service = Service(stream(event_text(1), is_broken=True), stream(event_text(1), event_text(2), END))
        assert ids_of(service) == [1, 2, 4]

    def test_a_stream_that_the_service_ends_early_is_continued(self) -> None:
        service = Service(stream(event_text(1)), stream(": keepalive\n\n"), stream(END))
        assert ids_of(service) == [1, 4]

    def test_the_services_pause_is_kept(self) -> None:
        service = Service(stream("retry: 250\n\n", event_text(1), is_broken=True), stream(END))
        ids_of(service)
        assert service.pauses == [0.25]

    def test_a_restarting_service_is_waited_for(self) -> None:
        service = Service(stream(event_text(1)), httpx.ConnectError("refused"), problem(503, "overloaded"), stream(END))
        assert ids_of(service) == [1, 4]

    def test_a_service_that_stays_away_is_not_reachable(self) -> None:
        service = Service(httpx.ConnectError("refused"))
        with pytest.raises(NotReachable):
            ids_of(service)
        assert len(service.requests) == MOST_FAILURES + 1

    def test_failures_count_only_one_after_the_other(self) -> None:
        cuts = [stream(event_text(number), is_broken=True) for number in range(1, MOST_FAILURES + 5)]
        end = event_text(MOST_FAILURES + 5, "end")
        assert len(ids_of(Service(*cuts, stream(end)))) == MOST_FAILURES + 5

    def test_an_empty_page_in_its_place_is_no_endless_loop(self) -> None:
        with pytest.raises(NotReachable):
            ids_of(Service(lambda _: httpx.Response(200, text="<html>", headers={"Content-Type": "text/html"})))

    def test_a_job_that_is_not_there_is_an_error_at_once(self) -> None:
        service = Service(problem(404, "not_found", retryable=False))
        with pytest.raises(ApiError):
            ids_of(service)
        assert len(service.requests) == 1


class TestWaiting:
    def test_wait_gives_the_job_as_it_ended(self) -> None:
        service = Service(stream(event_text(1), END), ok(**job(result={"model_id": "mdl_1"})))
        with service.client() as client:
            seen: list[int] = []
            ended = Job.of(job("running"), client).wait(lambda event: seen.append(event.id))
        assert seen == [1, 4]
        assert ended.result == {"model_id": "mdl_1"}
        assert service.requests[-1].url.path == "/v1/trainings/trn_1"

    def test_a_failed_job_raises_with_its_reason(self) -> None:
        failed = job("failed", error={"code": "no_variation", "message": "All images are the same."})
        service = Service(stream(END), ok(**failed))
        with service.client() as client, pytest.raises(JobFailed, match="All images are the same") as raised:
            Job.of(job("queued"), client).wait()
        assert (raised.value.code, raised.value.job.status) == ("no_variation", "failed")

    def test_a_cancelled_job_raises(self) -> None:
        service = Service(stream(END), ok(**job("cancelled", error=None)))
        with service.client() as client, pytest.raises(JobFailed) as raised:
            Job.of(job("running"), client).wait()
        assert raised.value.code == "cancelled"

    def test_an_ended_job_needs_no_request(self) -> None:
        service = Service(ok())
        with service.client() as client:
            Job.of(job(), client).wait()
        assert service.requests == []
