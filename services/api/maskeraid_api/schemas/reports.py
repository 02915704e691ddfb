"""Reports on a dataset's attributes."""

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from maskeraid_api.reports.axes import Axes
from maskeraid_api.reports.confounds import Confound, Confounds, Pair
from maskeraid_api.reports.coverage import Coverage, Covered, PairCoverage
from maskeraid_api.reports.words import count_of
from maskeraid_api.schemas.parts import View

TWO = ["hair_colour", "eye_colour"]
MISSING = [{"hair_colour": "blond", "eye_colour": "black"}]
TOGETHER = (
    "hair_colour and eye_colour travel together: every image with hair_colour blond has eye_colour blue, and every "
    "image with hair_colour black has eye_colour black; a model will not be able to tell them apart."
)


class WarningCount(View):
    """How many images have a warning."""

    warning: str = Field(description="Which.", examples=["blurred"])
    count: int = Field(description="Images that have it.", examples=[3])
    share: float = Field(description="Of those that were measured, 0 to 1.", examples=[0.12])


class MeasuredRange(View):
    """A bin of a histogram."""

    low: float = Field(description="Where it begins, included.", examples=[8.0])
    high: float = Field(description="Where the next one begins.", examples=[10.0])
    count: int = Field(description="Images in it.", examples=[4])


class MeasuredHistogram(View):
    """How many images have how much of what was measured."""

    measure: str = Field(description="`quality.sharpness`, …, as filters spell it.", examples=["quality.sharpness"])
    bins: list[MeasuredRange] = Field(description="At most 10, between round numbers.")


class QualityReportView(View):
    """Which images a model will hardly learn features from."""

    object: Literal["quality_report"] = "quality_report"
    dataset_id: str
    version: int
    where: list[str]
    image_count: int
    measured: int = Field(description="Images that were measured when they were imported.", examples=[25])
    sentence: str = Field(description="The same in words.", examples=["None of 25 images has a warning."])
    warnings: list[WarningCount]
    histograms: list[MeasuredHistogram] = Field(description="Of each number that was measured.")
    worst: list[str] = Field(
        description="Images with warnings, those with the most first, and of these the least sharp.",
        examples=[["img_01KA9G4NK0N4KPKYMBYYB3G1PS_000001"]],
    )
    near_duplicates: int = Field(description="Images that look nearly like another one.", examples=[0])


class LeftOutAttribute(View):
    """An attribute that no report can look at."""

    attribute: str
    reason: str = Field(description="Why it is left out.", examples=["it tells persons apart"])


class FixedAttribute(View):
    """An attribute that has one value in all images."""

    attribute: str
    value: str = Field(description="Its only value.", examples=["light"])


class LinkView(View):
    """How far two attributes tell each other."""

    attributes: list[str] = Field(description="The two.", examples=[TWO])
    images: int = Field(description="Images that have both.", examples=[375])
    mutual_information: float = Field(description="In bits.", examples=[0.918])
    normalised: float = Field(
        description="Mutual information over the mean of both entropies: 0 none, 1 each tells the other.",
        examples=[1.0],
    )
    effect: float = Field(description="The same without what chance gives, 0 to 1.", examples=[1.0])
    p: float = Field(description="Of a permutation test: how often chance makes as much.", examples=[0.001])
    p_adjusted: float = Field(description="`p` times the number of pairs (Bonferroni), 1 at most.", examples=[0.015])

    @classmethod
    def of(cls, pair: Pair) -> "LinkView":
        link = pair.link
        return cls(
            attributes=list(pair.attributes), images=pair.images, mutual_information=round(link.mutual_information, 6),
            normalised=round(link.normalised, 6), effect=round(link.effect, 6), p=link.p, p_adjusted=pair.p_adjusted,
        )  # fmt: skip


class ConfoundView(View):
    """Attributes that travel together."""

    attributes: list[str] = Field(description="Which.", examples=[TWO])
    kind: Literal["inseparable", "mostly_together", "always_together"] = Field(
        description="Each tells the other; one tells much of the other; all have one value here, and others elsewhere."
    )
    sentence: str = Field(description="In words.", examples=[TOGETHER])
    collect: list[dict[str, str]] = Field(
        description="Combinations to collect, so that they can be told apart; the most wanted first.",
        examples=[MISSING],
    )
    link: LinkView | None = Field(description="Its figures; null where nothing varies that could be counted.")

    @classmethod
    def of(cls, found: Confound) -> "ConfoundView":
        return cls.model_validate(
            {"attributes": found.attributes, "kind": found.kind, "sentence": found.sentence,
             "collect": [dict(one) for one in found.collect], "link": found.pair and LinkView.of(found.pair)}
        )  # fmt: skip


class _Report(View):
    dataset_id: str
    version: int
    where: list[str]
    image_count: int
    left_out: list[LeftOutAttribute] = Field(description="Attributes that no table can be made of.")


class ConfoundReportView(_Report):
    """Which attributes travel together, so that a model cannot tell them apart."""

    object: Literal["confound_report"] = "confound_report"
    beside: list[str] = Field(description="Datasets whose images are counted as well.", examples=[[]])
    sentence: str = Field(description="In words.", examples=["1 confound among 21 pairs of 7 attributes."])
    confounds: list[ConfoundView] = Field(description="What is named, the strongest first.")
    pairs: list[LinkView] = Field(description="Every pair of attributes that vary, the strongest first.")
    fixed: list[FixedAttribute] = Field(description="Attributes with one value only.")


class CoveredView(View):
    """Combinations of values."""

    attributes: list[str] = Field(description="Of which attributes.", examples=[TWO])
    possible: int = Field(description="How many there can be.", examples=[4])
    exist: int = Field(description="How many some image has.", examples=[2])
    missing: int = Field(description="How many no image has.", examples=[2])
    returnable: int = Field(
        description="How many a model could return: those that exist, and those of values that were seen apart.",
        examples=[2],
    )
    sentence: str = Field(description="In words.", examples=["nose and mouth: 25 of 25 combinations exist."])
    missing_combinations: list[dict[str, str]] = Field(
        description="The first 50 that no image has.", examples=[MISSING]
    )


class PairCoverageView(CoveredView):
    """Two attributes as a table."""

    values: list[list[str]] = Field(
        description="Of the first and of the second.", examples=[[["black", "blond"], ["black", "blue"]]]
    )
    counts: list[list[int]] = Field(
        description="Images, a row a value of the first, a column a value of the second.",
        examples=[[[250, 0], [0, 125]]],
    )


class CoverageReportView(_Report):
    """Which combinations of values the images have, which are missing, and which a model could return."""

    object: Literal["coverage_report"] = "coverage_report"
    sentence: str = Field(description="In words.", examples=["21 pairs of attributes; none with missing combinations."])
    pairs: list[PairCoverageView] = Field(description="Every pair of attributes.")
    whole: CoveredView | None = Field(description="All attributes together; null above 4,096 combinations.")


def left_out_of(axes: Axes) -> list[LeftOutAttribute]:
    return [LeftOutAttribute(attribute=name, reason=reason) for name, reason in axes.left_out.items()]


def confounds_in_words(found: Confounds) -> str:
    """`1 confound among 21 pairs of attributes.`"""
    named = count_of(len(found.confounds), "confound") if found.confounds else "no confound"
    return f"{named[0].upper()}{named[1:]} among {count_of(len(found.pairs), 'pair')} of attributes that vary."


def pair_view(one: PairCoverage) -> PairCoverageView:
    return PairCoverageView(
        **_covered(one.covered), values=[list(values) for values in one.values], counts=one.counts.tolist()
    )


def whole_view(coverage: Coverage) -> CoveredView | None:
    return CoveredView(**_covered(coverage.whole)) if coverage.whole else None


def _covered(one: Covered) -> dict[str, object]:
    missing: Sequence[dict[str, str]] = [dict(cell) for cell in one.missing_combinations]
    return {
        "attributes": list(one.attributes), "possible": one.possible, "exist": one.exist,
        "missing": one.possible - one.exist, "returnable": one.returnable, "sentence": one.sentence,
        "missing_combinations": missing,
    }  # fmt: skip
