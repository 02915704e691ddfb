"""A bundle with the very files and result that a worker writes, made without stores that need a server."""

import io
import zipfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests.factories import make_job
from tests.unit.inference.made_models import covered_face
from tests.unit.inference.test_reimaging import ask, run

from maskeraid_api.bundles.packing import pack
from maskeraid_api.signing import Signer, make_key
from maskeraid_core.blobs import Blobs
from maskeraid_core.jobs import Job, JobStatus
from maskeraid_faces.png import encode_png
from maskeraid_inference.answer import write_answer
from maskeraid_inference.workbench import put_files

HOSTILE = "<script>alert(1)</script>"


@dataclass(frozen=True)
class Made:
    """A re-imaging, its bundle, and who signed it."""

    job: Job
    signer: Signer
    content: bytes

    @cached_property
    def zip(self) -> zipfile.ZipFile:
        return zipfile.ZipFile(io.BytesIO(self.content))


async def make_bundle(folder: Path) -> Made:
    blobs, signer = Blobs(folder.as_uri()), Signer.by(make_key())
    spec = ask(candidates=2, seed=7, purpose=HOSTILE, case_reference="2026-118", requested_by="our key")
    job = make_job(status=JobStatus.SUCCEEDED, spec=spec.model_dump(mode="json"))
    answer = write_answer(run(covered_face(), spec), spec, job.id)
    files = {"input.png": encode_png(covered_face()), **answer.files}
    described = await put_files(blobs, job.attempt_prefix, files)
    job = job.model_copy(update={"result": answer.result | {"files": described}})
    bundle = await pack(job, blobs, signer)
    content = b"".join([piece async for piece in bundle.read(blobs, 0, bundle.size)])
    return Made(job, signer, content)
