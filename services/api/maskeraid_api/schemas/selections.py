"""Selection, as the result of a re-imaging says it: which model fills the face, and why."""

from typing import Literal

from pydantic import Field

from maskeraid_api.schemas.parts import View

FILES = "/v1/reimagings/rim_01KAAXZMYHJYS97RBZNB5ZHQ4P/files/"


class ModelShareView(View):
    """A model in the distribution of a choice; a selector says its share alone."""

    model: str = Field(description="Its name.", examples=["faces-light"])
    model_id: str = Field(description="The model.")
    version: int = Field(description="The number of the version.", examples=[1])
    probability: float = Field(description="Its share; of all models 1.", examples=[0.94])
    tone_de00: float | None = Field(
        default=None, description="How far the skin's tone is from its faces' (CIEDE2000).", examples=[1.2]
    )
    differs: dict[str, float] | None = Field(
        default=None,
        description="How far tone, hair, and eyes are from its faces' (CIEDE2000); of those that can be seen.",
        examples=[{"tone": 1.2, "hair": 3.4}],
    )
    p: float | None = Field(default=None, description="Of both below together.", examples=[0.41])
    p_colours: float | None = Field(
        default=None, description="The share of its own held-out faces whose colours are as strange.", examples=[0.55]
    )
    p_looks: float | None = Field(
        default=None, description="The share of those that look as strange, colours aside.", examples=[0.32]
    )
    strange: list[Literal["colours", "looks"]] | None = Field(
        default=None, description="Which of the two is too low for a face of its own."
    )
    fits: bool | None = Field(default=None, description="Whether it may fill this face.")
    offer: Literal["as it is", "with colour adaptation", "far", "unsuitable"] | None = Field(
        default=None, description="How well it would."
    )


class ExplainedView(View):
    """Why a model was chosen, as pictures."""

    why: str | None = Field(default=None, description="Which pixels drove the choice.", examples=[FILES + "why.png"])
    method: Literal["occlusion", "attributes"] | None = Field(
        default=None, description="How that was found: by hiding parts of the face from the selector, or by attributes."
    )
    parts: dict[str, float] | None = Field(
        default=None, description="Of the attributes, in the chosen model's lead.", examples=[{"tone": 0.8}]
    )
    features: list[str] | None = Field(
        default=None,
        description="What your selector's first and last convolution find in the face.",
        examples=[[FILES + "features-first.png", FILES + "features-last.png"]],
    )


class SelectionView(View):
    """Which model fills the face, and why that one."""

    by: Literal["attributes", "cnn", "user", "default"] | None = Field(default=None, description="What chose it.")
    reason: str | None = Field(
        default=None, description="The same in words.", examples=["the model that you named"]
    )  # fmt: skip
    model: str | None = Field(default=None, description="The model's name.", examples=["faces-light"])
    model_id: str = Field(description="The model.")
    version: int = Field(description="The number of the version.", examples=[1])
    distribution: list[ModelShareView] = Field(
        description="How likely each model is, likeliest first; empty when you named one. `p_colours` and `p_looks` "
        "say how ordinary the face is for a model, `p` both, and `strange` which of them is too low."
    )
    compared: dict[Literal["attributes", "cnn"], list[ModelShareView]] | None = Field(
        default=None, description="What each way of choosing says, with `explain`."
    )
    selector_id: str | None = Field(
        default=None, description="The selector that chose.", examples=["sel_01KADNQ9NH5KMKB59KYA35S2FP"]
    )
    explained: ExplainedView | None = Field(default=None, description="With `explain`.")


class VisibleAttributeView(View):
    """What can be seen of an attribute of the face."""

    attribute: Literal["tone", "hair_colour", "eye_colour"] = Field(description="Which one.")
    value: str = Field(description="In a word; of the tone the nearest model's name.", examples=["brown"])
    lab: tuple[float, float, float] = Field(description="Its colour, CIE L*a*b*.", examples=[[32.1, 10.4, 15.2]])
    confidence: float = Field(description="0 to 1.", examples=[0.9])
