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
    Screen("import", "/datasets?import=1"),
    Screen("dataset", "/datasets/{dataset_id}"),
    Screen("coverage", "/datasets/{dataset_id}?tab=coverage"),
    Screen("confounds", "/datasets/{dataset_id}?tab=confounds"),
    Screen("new-training", "/trainings/new"),
    Screen("training", "/trainings/{training_id}"),
    Screen("models", "/models"),
    Screen("model", "/models/{model_id}"),
    Screen("structure", "/models/{model_id}?tab=structure"),
    Screen("reimage", "/reimage"),
    Screen("reimaging", "/reimage/{reimaging_id}"),
    Screen("jobs", "/jobs"),
    Screen("notifications", "/notifications"),
    Screen("endpoint", "/notifications?tab=webhooks&dialog=endpoint"),
    Screen("settings", "/settings"),
    Screen("policy", "/settings?tab=policy"),
    Screen("audit", "/settings?tab=audit"),
    Screen("workers", "/settings?tab=workers"),
    Screen("licences", "/licences"),
    Screen("no-such-page", "/no/such/page"),
)
