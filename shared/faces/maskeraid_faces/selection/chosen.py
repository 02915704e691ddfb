"""What Selection answers: a model or none, the decision distribution, and the reasons."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Offer = Literal["as it is", "with colour adaptation", "far", "unsuitable"]
Strange = Literal["colours", "looks"]


@dataclass(frozen=True)
class Reasons:
    """Why a model got its share: differences to its nearest prototype in dE00; None where the feature is hidden."""

    tone_de00: float | None
    hair_de00: float | None
    eyes_de00: float | None
    fit: float | None  # RMSE of the visible pixels by the model's ridge, grey levels
    score: float  # lower is better
    offer: Offer
    p: float | None = None  # of both below together; None where neither is known
    p_colours: float | None = None  # the share of the model's own held-out faces whose colours are as strange
    p_looks: float | None = None  # the share of those that look as strange, their colours aside
    strange: tuple[Strange, ...] = ()  # which of the two is too strange for a face of the model's, the stranger first

    def to_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        return {**vars(self), "strange": list(self.strange)}


@dataclass(frozen=True)
class VisibleAttribute:
    """A feature that was seen: its Lab colour and a word for it."""

    value: str  # for the tone: the name of the model with the nearest one
    lab: tuple[float, float, float]
    confidence: float  # 0..1

    def to_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        return {"value": self.value, "lab": list(self.lab), "confidence": self.confidence}


@dataclass(frozen=True)
class Chosen:
    """Selection's answer. `best` is None when no model fits; `nearest` is the one that is least far."""

    best: str | None
    nearest: str | None
    distribution: Mapping[str, float]  # model id to probability, likeliest first, sum 1
    reasons: Mapping[str, Reasons]
    visible: Mapping[str, VisibleAttribute]  # tone, hair_colour, eye_colour

    def to_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        return {
            "best": self.best,
            "nearest": self.nearest,
            "distribution": dict(self.distribution),
            "reasons": {model: reasons.to_dict() for model, reasons in self.reasons.items()},
            "visible": {name: attribute.to_dict() for name, attribute in self.visible.items()},
        }
