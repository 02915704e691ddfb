"""What a person at a terminal may do about an error or a warning."""

from collections.abc import Mapping

from maskeraid.errors import ApiError, JobFailed, MaskeraidClientError, NotReachable

REMEDIES: Mapping[str, str] = {
    "not_authenticated": "That key is not known here. `make up` (or `maskeraid up`) printed one at its first start; "
    "started with --new-key it makes another, and `maskeraid login KEY` keeps it.",
    "scope_missing": "`maskeraid keys new NAME --scope SCOPE` makes a key that may do this, if yours is an admin's.",
    "dataset_empty": "`maskeraid import FILE.zip --name DATASET --basis …` fills it.",
    "attestation_missing": "`maskeraid import FILE.zip --name DATASET --basis …` says why its faces may be used.",
    "purpose_required": "--purpose TEXT says what the result is for; --case-reference TEXT may stand beside it.",
    "purpose_refused": "An administrator's `maskeraid policy set --forensic-illustration` would allow it.",
    "too_few_images": "Import more faces, or leave --where out.",
    "test_data_in_training": "`maskeraid datasets list` shows the roles; the same images imported with "
    "`--role train --name ANOTHER` may be trained on.",
    "all_rows_rejected": "The reasons, row by row, are shown above and by `maskeraid jobs show IMPORT --json`; mend "
    "the manifest or the images, and import again.",
    "sharing_blocked": "`maskeraid models show MODEL` tells what its card says; `--with ten_…` asks less of it.",
    "expired": "`maskeraid models show MODEL` shows the versions that are kept.",
    "no_face": "Of a picture that is one face and nothing else say --no-detect-faces.",
    "several_faces": "--face NUMBER chooses one of them, from the left, from 0.",
    "much_covered": "Paint the covering yourself, white on black: --covering MAP.png.",
    "nothing_covered": "Show what is covered: --covering MAP.png (white = covered), or --colour 20,150,140.",
    "unreadable_image": "Save the picture as a PNG, JPEG, or WebP, and send that.",
    "attributes_unreachable": "Ask for less, or leave --want out: the visible part allows only the values named.",
    "no_suitable_model": "Train a model on faces like this one, or name one with --model.",
    "queue_full": "`maskeraid jobs list --status queued` shows what waits.",
    "job_state_conflict": "`maskeraid jobs show JOB` says what may be asked of it now.",
}
LISTS: Mapping[str, str] = {  # what shows yours, by how the name of a field or a path begins
    "dataset": "datasets list", "model": "models list", "training": "trainings list", "reimaging": "reimagings list",
    "batch": "batches list", "covering": "jobs list --kind covering", "evaluation": "jobs list --kind evaluation",
    "import": "jobs list --kind import", "job": "jobs list", "worker": "workers list", "webhook": "webhooks list",
    "deliver": "webhooks deliveries", "api-key": "keys list",
}  # fmt: skip
EVERY_LIST = "`maskeraid jobs list`, `datasets list`, `models list` show what there is."


def remedy_of(error: MaskeraidClientError) -> str | None:
    """What a person at a terminal may do about an error."""
    if isinstance(error, NotReachable):
        return (
            "Is it running? `make up` (or `maskeraid up`) runs one on this machine; "
            "`maskeraid login --url URL` names another."
        )
    if isinstance(error, ApiError) and error.code == "not_found":
        return None if ": " in error.detail else list_of(error)  # where the service says itself what helps
    if isinstance(error, JobFailed):
        return REMEDIES.get(error.code, error.remedy)
    return REMEDIES.get(error.code) if isinstance(error, ApiError) else None


def list_of(error: ApiError) -> str:
    """The command that shows what there is instead of what was not found: of the field that named it, else the path."""
    fields = [row.get("pointer", "").rpartition("/")[2] for row in error.errors]
    for name in (*fields, *error.path.split("/")[2:3]):
        for noun, command in LISTS.items():
            if name.startswith(noun):
                return f"`maskeraid {command}` shows yours."
    return EVERY_LIST
