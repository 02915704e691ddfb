"""What a bundle says of itself: `manifest.json`, and the signature over its bytes, `manifest.sig`."""

import base64
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from maskeraid_api.signing import ALGORITHM, Signer
from maskeraid_core.documents.reimagings import STATEMENT, ReimagingSpec
from maskeraid_core.jobs import Job

MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
REPORT, RESULT = "report.html", "result.json"
LARGEST_MANIFEST = 2**20  # bytes; 64 candidates take 40 kB

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class FileFacts(Closed):
    sha256: Sha256
    bytes: int = Field(ge=0)


class Proof(Closed):
    """Digests of the covering and the pixels outside it, before and after."""

    uncovered_pixels_in: str
    uncovered_pixels_out: str
    equal: bool


class Manifest(Closed):
    """`files` holds every file but the manifest and its signature."""

    format: Literal["maskeraid-bundle-1"] = "maskeraid-bundle-1"
    reimaging_id: str
    created_at: str
    finished_at: str | None
    statement: str
    requested_by: str | None  # the name of the key
    purpose: str | None
    case_reference: str | None
    model_digest: str
    data: list[dict[str, Any]]
    seed: int
    software: str
    proof: Proof
    files: dict[str, FileFacts]


def manifest_of(job: Job, files: Mapping[str, FileFacts]) -> bytes:
    """The manifest of a re-imaging that has candidates."""
    spec, result = ReimagingSpec.model_validate(job.spec), job.result or {}
    made_by = result["provenance"]
    manifest = Manifest(
        reimaging_id=job.id, created_at=_written(job.created_at) or "", finished_at=_written(job.finished_at),
        statement=STATEMENT, requested_by=spec.requested_by, purpose=spec.purpose, case_reference=spec.case_reference,
        model_digest=made_by["model_digest"], data=made_by["data"], seed=spec.seed, software=spec.software,
        proof=Proof.model_validate(result["proof"]), files=dict(sorted(files.items())),
    )  # fmt: skip
    return manifest.model_dump_json(indent=2).encode() + b"\n"


def in_order(names: Iterable[str]) -> list[str]:
    """The files of a bundle in the one order that they have: what speaks of the others first."""
    first, given = (MANIFEST, SIGNATURE, REPORT, RESULT), set(names)
    return [name for name in first if name in given] + sorted(given.difference(first))


def signature_of(manifest: bytes, signer: Signer) -> bytes:
    """The text of `manifest.sig`: there is one for each key and manifest, to the byte."""
    return signature_text(signer.key_id, signer.sign(manifest))


def signature_text(key_id: str, signature: bytes) -> bytes:
    said = {"key_id": key_id, "algorithm": ALGORITHM, "signature": base64.b64encode(signature).decode()}
    return json.dumps(said, indent=2).encode() + b"\n"


def _written(at: datetime | None) -> str | None:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z") if at else None
