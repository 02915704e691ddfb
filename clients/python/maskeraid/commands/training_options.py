"""The options of `maskeraid train`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

SETTINGS_HELP = (
    "A hyperparameter; repeatable: batch, learning_rate, final_learning_rate, target_quality (0 to 1, not of "
    "`thesis`), width (of `dcgan` and `r3`), loop and real_label (of `thesis`)."
)

AreAll = Annotated[bool, typer.Option("--all", help="All datasets that you may train on, as they are now.")]
Name = Annotated[str | None, typer.Option(help="Name of the model; else that of the first dataset.")]
FurtherVersionOf = Annotated[str | None, typer.Option(help="Make a further version of this model, by id or name.")]
Architecture = Annotated[
    Literal["auto", "eigen", "thesis", "dense", "dcgan", "r3"],
    typer.Option(help="Kind of network; `auto` is `eigen`, or `r3` for large photographs on a GPU."),
]
Preset = Annotated[
    Literal["quick", "best", "thesis"],
    typer.Option(help="`quick` takes minutes, `best` ten or, of GANs of pixels, an hour, `thesis` hours."),
]
StartFrom = Annotated[
    str | None,
    typer.Option(
        metavar="MODEL[:VERSION]|TRAINING:STEP",
        help="Begin with the networks of this model, by id or name, or of a checkpoint, trn_…:STEP.",
    ),
]
Probe = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="A partly covered face, filled anew at each checkpoint."),
]
Steps = Annotated[int | None, typer.Option(min=1, help="`thesis`: exactly so many; the others: at most.")]
MaxSeconds = Annotated[float | None, typer.Option(help="Longest training time.")]
Settings = Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help=SETTINGS_HELP)]
Seed = Annotated[int | None, typer.Option(min=0, help="The same seed, the same model.")]
Email = Annotated[bool, typer.Option("--email", help="Send an e-mail when it ends.")]
IsDry = Annotated[bool, typer.Option("--dry-run", help="Only measure what it would take; makes no model.")]
IsFollowed = Annotated[bool, typer.Option("--wait/--no-wait", help="Follow it until it ends.")]
