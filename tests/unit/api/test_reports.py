"""Reports on attributes: against figures by hand, on the thesis's three sets, and on what chance makes."""

from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest

from maskeraid_api.reports.axes import BINS, MOST_VALUES, OTHERS, Axes, axes_of, table_of
from maskeraid_api.reports.chance import entropy, link_of, mutual_information, shuffled_tables
from maskeraid_api.reports.confounds import find_confounds
from maskeraid_api.reports.coverage import find_coverage
from maskeraid_core.manifests import compact
from maskeraid_faces.drawn import draw_faces

TONES = ("light", "medium", "dark")
ELSEWHERE = {
    "tone": ["light", "medium", "dark"], "hair_colour": ["black", "blond"], "eye_colour": ["black", "blue"],
    "hair_style": ["1"],
}  # fmt: skip


def frame(columns: dict[str, Sequence[str]]) -> pl.DataFrame:
    return pl.DataFrame({f"attr:{name}": list(values) for name, values in columns.items()})


def drawn(*names: str) -> Axes:
    frames = [pl.DataFrame(draw_faces(name).attributes).rename(lambda name: f"attr:{name}") for name in names]
    return axes_of([compact(one.with_row_index("row")).drop("row") for one in frames])


class TestMutualInformation:
    def test_equals_a_calculation_by_hand(self) -> None:
        """p(x, y) = 3/8, 1/8, 1/8, 3/8, both margins even: 6/8 log2(3/2) + 2/8 log2(1/2)."""
        by_hand = 6 / 8 * np.log2(1.5) + 2 / 8 * np.log2(0.5)
        table = np.array([[3, 1], [1, 3]])
        assert mutual_information(table) == pytest.approx(by_hand)
        assert link_of(table, 999, 0, np.random.default_rng(0)).normalised == pytest.approx(by_hand)  # entropies: 1 bit

    def test_of_what_tells_each_other_is_the_entropy(self) -> None:
        table = np.array([[250, 0], [0, 125]])
        assert mutual_information(table) == pytest.approx(entropy(table.sum(0)))
        assert entropy(table.sum(0)) == pytest.approx(-(2 / 3 * np.log2(2 / 3) + 1 / 3 * np.log2(1 / 3)))

    def test_of_independent_ones_is_none(self) -> None:
        assert mutual_information(np.outer([1, 2, 3], [4, 5])) == pytest.approx(0, abs=1e-12)


class TestPermutations:
    def test_have_the_same_margins_and_the_mean_of_independence(self) -> None:
        table = np.array([[9, 1, 0], [2, 7, 3], [0, 0, 5], [4, 4, 4]])
        made = shuffled_tables(table, 4_000, np.random.default_rng(1))
        assert (made.sum(1) == table.sum(0)).all()
        assert (made.sum(2) == table.sum(1)).all()
        assert np.allclose(made.mean(0), np.outer(table.sum(1), table.sum(0)) / table.sum(), atol=0.1)

    def test_agree_with_shuffling_the_images_themselves(self) -> None:
        random = np.random.default_rng(2)
        first, second = random.integers(0, 3, 60), random.integers(0, 4, 60)
        tables = [np.bincount(random.permutation(first) * 4 + second, minlength=12).reshape(3, 4) for _ in range(4_000)]
        made = shuffled_tables(tables[0], 4_000, random)
        ends = [np.quantile(mutual_information(np.array(some)), (0.5, 0.95)) for some in (tables, made)]
        assert ends[0] == pytest.approx(ends[1], rel=0.06)

    def test_call_one_in_twenty_of_chance_s_own_pairs_unlikely(self) -> None:
        random = np.random.default_rng(3)
        p = []
        for _ in range(400):
            cells = random.integers(0, 3, 40) * 4 + random.integers(0, 4, 40)
            p.append(link_of(np.bincount(cells, minlength=12).reshape(3, 4), 199, 2, random).p)
        assert 0.02 < np.mean(np.array(p) <= 0.05) < 0.08


class TestConfounds:
    def test_of_the_thesis_s_three_sets_are_hair_and_eye_colour_first(self) -> None:
        found = find_confounds(drawn(*(f"faces-{tone}" for tone in TONES)))
        first, *others = found.confounds
        assert (first.attributes, first.kind) == (("hair_colour", "eye_colour"), "inseparable")
        assert first.pair is not None
        assert first.pair.link.normalised == pytest.approx(1)
        assert first.pair.p_adjusted == pytest.approx(0.001 * 15)  # 6 attributes vary
        assert "every image with hair_colour blond has eye_colour blue" in first.sentence
        assert first.sentence.endswith("a model will not be able to tell them apart.")
        assert {"hair_colour": "blond", "eye_colour": "black"} in first.collect
        assert {one.attributes for one in others} == {("tone", "hair_colour"), ("tone", "eye_colour")}
        assert found.fixed == {"hair_style": "1"}

    def test_of_one_of_them_are_what_never_varies_here_and_does_elsewhere(self) -> None:
        (found,) = find_confounds(drawn("faces-light"), ELSEWHERE).confounds
        assert (found.attributes, found.kind) == (("tone", "hair_colour", "eye_colour"), "always_together")
        assert "every image has tone light, hair_colour blond, and eye_colour blue" in found.sentence
        assert {"tone": "light", "hair_colour": "blond", "eye_colour": "black"} in found.collect
        assert not find_confounds(drawn("faces-light")).confounds

    @pytest.mark.parametrize("tones", [TONES, *((tone,) for tone in TONES)])
    def test_of_balanced_sets_are_none(self, tones: Sequence[str]) -> None:
        assert not find_confounds(drawn(*(f"faces-{tone}-balanced" for tone in tones)), ELSEWHERE).confounds

    def test_of_a_weak_link_are_none_however_many_images(self) -> None:
        random = np.random.default_rng(4)
        first = random.integers(0, 2, 100_000)
        second = np.where(random.random(100_000) < 0.1, first, random.integers(0, 2, 100_000))
        found = find_confounds(axes_of([frame({"a": first.astype(str), "b": second.astype(str)})]))
        assert not found.confounds
        assert found.pairs[0].p_adjusted < 0.05

    def test_of_few_images_are_none_by_chance(self) -> None:
        random = np.random.default_rng(5)
        columns = {name: random.integers(0, 5, 30).astype(str) for name in "abcdef"}
        assert not find_confounds(axes_of([frame(columns)])).confounds

    def test_of_a_partial_link_say_how_far(self) -> None:
        first, second = ["x"] * 50 + ["y"] * 50, ["1"] * 45 + ["2"] * 5 + ["1"] * 5 + ["2"] * 45
        (found,) = find_confounds(axes_of([frame({"a": first, "b": second})])).confounds
        assert "of the images with a x 90% have b 1, of all others 10%" in found.sentence
        assert list(found.collect) == [{"a": "x", "b": "2"}, {"a": "y", "b": "1"}]

    def test_of_numbers_are_found_in_bins(self) -> None:
        ages = np.arange(200)
        columns = {"age": ages.astype(str), "grey": np.where(ages > 100, "yes", "no")}
        (found,) = find_confounds(axes_of([frame(columns)])).confounds
        assert found.attributes == ("age", "grey")
        assert "every image with age 0..39 has grey no" in found.sentence

    def test_are_the_same_each_time(self) -> None:
        axes = drawn(*(f"faces-{tone}" for tone in TONES))
        assert find_confounds(axes) == find_confounds(axes)


class TestAxes:
    def test_many_words_are_taken_together_and_names_are_left_out(self) -> None:
        number = 400
        columns = {
            "rare": [str(at % 20) if at > 300 else "usual" for at in range(number)],
            "title": [f"title {at}" for at in range(number)], "person": ["p"] * number, "none": [""] * number,
        }  # fmt: skip
        found = axes_of([frame({**columns, "rare": [f"w{value}" for value in columns["rare"]]})])
        (rare,) = found.axes
        assert len(rare.values) == MOST_VALUES
        assert rare.values[-1] == OTHERS
        assert set(found.left_out) == {"title", "person", "none"}

    def test_numbers_of_many_values_are_binned_evenly(self) -> None:
        (age,) = axes_of([frame({"age": [str(at) for at in range(100)]})]).axes
        assert len(age.values) == BINS
        assert np.bincount(age.codes).tolist() == [20] * 5

    def test_missing_values_are_not_counted(self) -> None:
        first, second = axes_of([frame({"a": ["1", "", "2"], "b": ["x", "x", ""]})]).axes
        assert table_of(first, second).tolist() == [[1], [0]]

    def test_an_attribute_that_a_part_lacks_is_missing_there(self) -> None:
        first, second = axes_of([frame({"a": ["1"]}), frame({"a": ["2"], "b": ["x"]})]).axes
        assert (first.codes.tolist(), second.codes.tolist()) == ([0, 1], [-1, 0])


class TestCoverage:
    def test_of_a_drawn_set_is_whole(self) -> None:
        found = find_coverage(drawn("faces-light"))
        shapes = {one.covered.attributes: one.covered for one in found.pairs}
        nose_and_mouth = shapes["nose", "mouth"]
        assert (nose_and_mouth.exist, nose_and_mouth.possible, nose_and_mouth.returnable) == (25, 25, 25)
        assert nose_and_mouth.sentence == "nose and mouth: 25 of 25 combinations exist."
        assert found.whole is not None
        assert (found.whole.exist, found.whole.possible) == (125, 125)

    def test_what_was_never_seen_apart_cannot_be_returned(self) -> None:
        (one,) = find_coverage(axes_of([frame({"hair": ["b", "b", "d"], "eyes": ["blue", "blue", "dark"]})])).pairs
        assert (one.covered.possible, one.covered.exist, one.covered.returnable) == (4, 2, 2)
        assert "2 are missing, none of them could be returned" in one.covered.sentence
        assert list(one.covered.missing_combinations) == [
            {"hair": "b", "eyes": "dark"}, {"hair": "d", "eyes": "blue"}
        ]  # fmt: skip

    def test_what_was_seen_apart_can_be_mixed(self) -> None:
        pairs = [(a, b) for a in "123" for b in "xyz" if (a, b) != ("2", "y")]
        (one,) = find_coverage(axes_of([frame({"a": [a for a, _ in pairs], "b": [b for _, b in pairs]})])).pairs
        assert (one.covered.exist, one.covered.returnable) == (8, 9)
        assert one.counts.tolist() == [[1, 1, 1], [1, 0, 1], [1, 1, 1]]

    def test_a_value_that_came_with_one_other_only_is_tied_to_it(self) -> None:
        pairs = [("x", "1"), ("x", "2"), ("z", "1"), ("z", "2"), ("y", "1")]
        (one,) = find_coverage(axes_of([frame({"a": [a for a, _ in pairs], "b": [b for _, b in pairs]})])).pairs
        assert (one.covered.possible, one.covered.exist, one.covered.returnable) == (6, 5, 5)

    def test_values_of_the_schema_count_though_no_image_has_them(self) -> None:
        axes = axes_of([frame({"a": ["1", "2"], "b": ["x", "x"]})], {"b": ["x", "y"]})
        (one,) = find_coverage(axes).pairs
        assert (one.covered.possible, one.covered.exist, one.covered.returnable) == (4, 2, 2)

    def test_of_all_together_wants_every_pair(self) -> None:
        """Of 8 combinations 4 exist; any two attributes are seen in all 4 ways, so a model could return the others."""
        rows = [(a, b, str(int(a) ^ int(b))) for a in "01" for b in "01"]
        columns = {name: [row[at] for row in rows] for at, name in enumerate("abc")}
        whole = find_coverage(axes_of([frame(columns)])).whole
        assert whole is not None
        assert (whole.possible, whole.exist, whole.returnable) == (8, 4, 8)

    def test_of_too_many_is_told_by_pairs_only(self) -> None:
        random = np.random.default_rng(6)
        columns = {name: random.integers(0, 9, 500).astype(str) for name in "abcd"}
        found = find_coverage(axes_of([frame(columns)]))
        assert found.whole is None
        assert len(found.pairs) == 6
