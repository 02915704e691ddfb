"""Every screen that is opened in light and dark, wide and narrow. A new screen is a new line here."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Screen:
    """A place of the app; names in braces are ids of what `made` (conftest.py) has made."""

    name: str
    path: str


SCREENS = (
    Screen("home", "/"),
    Screen("datasets", "/datasets"),
    Screen("dataset", "/datasets/{dataset_id}"),
    Screen("new-training", "/trainings/new"),
    Screen("training", "/trainings/{training_id}"),
    Screen("models", "/models"),
    Screen("model", "/models/{model_id}"),
    Screen("reimage", "/reimage"),
    Screen("reimaging", "/reimage/{reimaging_id}"),
    Screen("jobs", "/jobs"),
    Screen("notifications", "/notifications"),
    Screen("settings", "/settings"),
    Screen("licences", "/licences"),
    Screen("no-such-page", "/no/such/page"),
)
