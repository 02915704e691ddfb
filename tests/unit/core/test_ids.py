"""Ids sort by time and say what they name."""

from datetime import UTC, datetime

from maskeraid_core.ids import derived_id, image_id, new_id, number_of, numbered_id, parse_image_id, time_of, twin_id

AT = datetime(2026, 11, 23, tzinfo=UTC)


class TestIds:
    def test_an_image_is_found_by_its_id(self) -> None:
        dataset = new_id("ds")
        assert parse_image_id(image_id(dataset, 57)) == (dataset, 57)
        assert parse_image_id("img_x_1") is None
        assert parse_image_id(f"{image_id(dataset, 57)}{'9' * 20}") is None  # no manifest counts as far
        assert parse_image_id(f"{image_id(dataset, 57)}\n") is None

    def test_a_derived_id_depends_on_every_part_and_sorts_by_time(self) -> None:
        first = derived_id("dlv", AT, "a", "bc")
        assert first == derived_id("dlv", AT, "a", "bc")
        assert first != derived_id("dlv", AT, "ab", "c")
        assert first < derived_id("dlv", AT.replace(year=2027), "a", "bc")

    def test_a_numbered_id_tells_its_number_and_sorts_by_time_then_number(self) -> None:
        ids = [numbered_id("evt", AT, number) for number in (1, 2, 256, 2**48)]
        assert ids == sorted(ids)
        assert [number_of(identifier) for identifier in ids] == [1, 2, 256, 2**48]
        assert time_of(ids[0]) == AT

    def test_twins_share_their_ulid(self) -> None:
        training = new_id("trn")
        assert twin_id("mdl", training)[4:] == training[4:]
