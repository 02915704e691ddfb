"""What a job says of its phases."""

from maskeraid_inference.phases import Phases


def run(*seconds: float) -> tuple[list[str], dict[str, float]]:
    """Phases 0, 1, 2 … that take so many seconds each: those told, and their milliseconds."""
    told: list[str] = []
    clock = [0.0]
    phases = Phases(told.append, lambda: clock[0])
    for name, lasting in enumerate(seconds):
        phases.enter(str(name))
        clock[0] += lasting
    phases.end()
    return told, phases.milliseconds


def test_a_short_job_is_silent() -> None:
    assert run(0.1, 0.1, 0.1) == ([], {"0": 100.0, "1": 100.0, "2": 100.0})


def test_a_long_job_tells_where_it_is() -> None:
    assert run(0.1, 1.5, 0.2, 0.3, 2.0, 0.1)[0] == ["2", "5"]
