"""How the covered part of a face is filled: the options of `reimage` and of `batches create`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import typer
from rich.color import Color, ColorParseError

from maskeraid.client import Client
from maskeraid.commands.models import find_version
from maskeraid.commands.option_groups import pairs_of

Colours = Annotated[
    list[str] | None, typer.Option("--colour", help="Colour of the covering, 20,150,140 or #14968c; repeatable.")
]


@dataclass(frozen=True, kw_only=True)
class FillingOptions:
    """What is not said is left to the service."""

    covering_id: Annotated[str | None, typer.Option(metavar="COVERING", help="A stored covering, cov_…")] = None
    method: Annotated[
        Literal["learned", "colour"] | None,
        typer.Option(help="How the covering is found; `colour` where colours are given, else `learned`."),
    ] = None
    colour: Colours = None
    tolerance: Annotated[
        int | None, typer.Option(min=0, max=255, help="How far from those colours it may be.", show_default="24")
    ] = None
    grow: Annotated[int | None, typer.Option(min=0, max=16, help="Pixels that the covering is widened by.")] = None
    feather: Annotated[
        int | None, typer.Option(min=0, max=8, help="Pixels inside the rim over which the filling fades.")
    ] = None
    is_cleaned: Annotated[bool, typer.Option("--clean", help="Drop specks of the covering, fill small holes.")] = False
    detect_faces: Annotated[
        bool | None,
        typer.Option(
            "--detect-faces/--no-detect-faces",
            help="Whether it is a photograph, whose faces are looked for; else told by its size.",
        ),
    ] = None
    face: Annotated[
        int | None, typer.Option(min=0, max=1023, help="Which of several in a photograph, from the left, from 0.")
    ] = None
    model: Annotated[
        str | None,
        typer.Option(metavar="MODEL[:VERSION]", help="Its id or name; without it the fitting one is chosen."),
    ] = None
    selector: Annotated[
        Literal["attributes", "cnn"] | None,
        typer.Option(
            help="What chooses the model; `cnn` is the thesis's network (`maskeraid selectors train`).",
            show_default="attributes",
        ),
    ] = None
    is_explained: Annotated[
        bool, typer.Option("--explain", help="Also why the model was chosen: why.png, and the selector's feature maps.")
    ] = False
    until: Annotated[
        Literal["covering", "selection", "final"] | None,
        typer.Option(help="End early, with the covering or the chosen model.", show_default="final"),
    ] = None
    engine: Annotated[
        Literal["auto", "R", "A", "B", "C"] | None,
        typer.Option(
            help="What fills: `A` draws of the model, `C` draws of one that is told what is visible, `R` ridge, `B` "
            "what a network adds to it.",
            show_default="auto",
        ),
    ] = None
    want: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="An attribute that every version must have; repeatable."),
    ] = None
    candidates: Annotated[int | None, typer.Option(min=1, max=64, help="How many versions.", show_default="8")] = None
    pick: Annotated[
        Literal["spread", "sample", "random"] | None,
        typer.Option(help="Which draws are shown; `random` is the thesis's way.", show_default="spread"),
    ] = None
    seed: Annotated[int | None, typer.Option(min=0, help="The same seed, the same faces.")] = None
    smoothing_k: Annotated[
        int | None,
        typer.Option(
            min=0, max=64, help="Colours to which a face is brought, 0: it stays as drawn; else by the model."
        ),
    ] = None
    tone_match: Annotated[
        Literal["auto", "off"] | None,
        typer.Option(help="Whether a drawn face is brought to the skin's tone.", show_default="auto"),
    ] = None
    purpose: Annotated[str | None, typer.Option(help="What it is for; kept with the result.")] = None
    case_reference: Annotated[str | None, typer.Option(help="A case of yours; kept with the result.")] = None
    retention_days: Annotated[
        int | None,
        typer.Option(min=0, metavar="DAYS", help="Delete the result so long after its end; else as the service says."),
    ] = None
    reference: Annotated[str | None, typer.Option(help="What you call it.")] = None
    metadata: Annotated[list[str] | None, typer.Option(metavar="NAME=VALUE", help="Facts of yours; repeatable.")] = None
    email: Annotated[bool, typer.Option("--email", help="Send an e-mail when it ends.")] = False
    is_quiet: Annotated[bool, typer.Option("--no-webhooks", help="Tell no webhook of it.")] = False

    @property
    def covering(self) -> dict[str, Any]:
        """What is said of the covering."""
        about = {"method": self.method, "tolerance": self.tolerance, "covering_id": self.covering_id}
        how = {"grow": self.grow, "feather": self.feather, "clean": self.is_cleaned or None}
        return {**colours_of(self.colour).get("covering", {}), **_said(about | how)}

    def to_json(self, client: Client) -> dict[str, Any]:
        """As the HTTP API takes them; a model's name is looked up."""
        notify = _said({"email": self.email or None, "webhooks": False if self.is_quiet else None})
        model_id, version = find_version(client, self.model) if self.model else (None, None)
        named = {
            "covering": self.covering,
            "attributes": pairs_of(self.want, "--want", "nose=2"),
            "model": _said({"model_id": model_id, "version": version}),
            "smoothing": _said({"k": self.smoothing_k}),
            "metadata": pairs_of(self.metadata, "--metadata", "room=7"),
            "notify": notify,
        }
        return {name: value for name, value in named.items() if value} | self._plain()

    def _plain(self) -> dict[str, Any]:
        """Those that the API has under the same name, or nearly."""
        same = (
            "detect_faces", "face", "selector", "until", "engine", "candidates", "pick", "seed", "tone_match",
            "purpose", "case_reference", "retention_days",
        )  # fmt: skip
        renamed = {"explain": self.is_explained or None, "client_reference_id": self.reference}
        return _said({name: getattr(self, name) for name in same} | renamed)


def colours_of(colours: list[str] | None) -> dict[str, Any]:
    """The option of a re-imaging that says so; none when the covering is guessed or comes as a map."""
    return {"covering": {"method": "colour", "colours": [_rgb(text) for text in colours]}} if colours else {}


def _rgb(text: str) -> list[int]:
    """A colour as `20,150,140` or `#14968c`."""
    try:
        return list(Color.parse(text if text.startswith("#") else f"rgb({text})").get_truecolor())
    except ColorParseError as error:
        raise typer.BadParameter(f"{text!r} is no colour; write 20,150,140 or #14968c") from error


def _said(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}
