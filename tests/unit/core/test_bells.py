"""Bells of jobs that a worker found before it heard them are answered already, each once."""

from maskeraid_core.bells import Bells


class TestBells:
    def test_the_bell_of_a_job_found_before_is_answered_once(self) -> None:
        bells = Bells()
        bells.note_claimed("rim_1", None)
        assert bells.is_answered("rim_1")
        assert not bells.is_answered("rim_1")  # rung again: it waits again, after a crash perhaps

    def test_whoever_is_rung_for_one_job_and_finds_another_still_waits_for_that_ones_bell(self) -> None:
        bells = Bells()
        bells.note_claimed("rim_1", "rim_2")
        assert bells.is_answered("rim_1")
        assert not bells.is_answered("rim_2")

    def test_a_bell_that_led_to_its_job_is_not_waited_for(self) -> None:
        bells = Bells()
        bells.note_claimed("rim_1", "rim_1")
        assert not bells.is_answered("rim_1")
