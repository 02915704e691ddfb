"""Sharing a model: what stands in its way, above all the gate before everyone. The grants are made in granting.py."""

from collections.abc import Sequence
from dataclasses import dataclass

from maskeraid_api.model_access import Registry
from maskeraid_core.documents.models import Model, ModelFlag, ModelVersion
from maskeraid_core.errors import SharingBlocked

REMEDY = "Delete that version to open the others."
FEWEST_IMAGES = 100  # of a version that everyone may see: from fewer a model draws the faces that it learned from


def check_may_go_public(version: ModelVersion) -> None:
    """The one gate before everyone. Faces of the built-in generator show nobody, so models of them cannot copy.

    An undertrained version passes if it copies nothing: its readers see the flag on its card.

    Raises: SharingBlocked, for a version that repeats itself, learned from too few images, or copies them, as its card
        says; and for one of photographs of which it says nothing.
    """
    card, number = version.card, version.version
    memorisation, images = card.get("memorisation", {}), card.get("images", 0)
    flags = {flag.get("code"): flag.get("message") for flag in card.get("flags", ())}
    closed = f"Version {number} stays closed to everyone"
    if "collapse" in flags:
        raise SharingBlocked(f"{closed}: {flags['collapse'] or 'It repeats itself.'} {REMEDY}", version=number)
    # By where the images came from: photographs in few colours are of the kind `drawn` too.
    if memorisation.get("gate") == "reports_only" or (version.kind == "drawn" and not memorisation):
        return
    if images < FEWEST_IMAGES:
        detail = f"{images or 'an unknown number of'} images; for everyone at least {FEWEST_IMAGES} are needed"
        raise SharingBlocked(f"Version {number} learned from {detail}. {REMEDY}", version=number)
    if "copying" in flags or memorisation.get("gate") == "blocks":
        reason = memorisation.get("reason") or "It copies faces that it learned from."
        raise SharingBlocked(f"{closed}: {reason} {REMEDY}", version=number)
    if memorisation.get("gate") != "passes":
        reason = "Whether it copies faces was never measured: order the evaluation of memorisation first."
        raise SharingBlocked(f"{closed}: {reason}", version=number)


def check_not_flagged(flags: Sequence[ModelFlag]) -> None:
    """Raises: SharingBlocked, when something is gone that the model was made from."""
    if flags:
        raise SharingBlocked(f"{flags[0].detail} A flagged model is not shared anew.")


@dataclass(frozen=True)
class ModelSharing:
    """The rules by which a model is shared."""

    registry: Registry
    model: Model
    kind: str = "model"

    def check_wider(self) -> None:
        check_not_flagged(self.model.flags)

    async def last_open_version(self) -> int:
        """The latest one, if all that have their weights pass the gate."""
        for number in range(1, self.model.latest_version + 1):
            version = await self.registry.numbered(self.model, number)
            if version and version.pruned_at is None:
                check_may_go_public(version)
        return self.model.latest_version
