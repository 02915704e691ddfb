"""A re-imaging that has ended, with the very files and result that a worker writes."""

import json
from typing import Any

from tests.factories import PICTURE
from tests.unit.inference.made_models import covered_face
from tests.unit.inference.test_reimaging import ask, run

from maskeraid_core.jobs import Job
from maskeraid_faces.png import encode_png
from maskeraid_inference.answer import write_answer
from maskeraid_inference.workbench import put_files

from .conftest import Account, Hand


async def finish_reimaging(
    account: Account,
    hand: Hand,
    near_copy_of: str | None = None,
    **options: Any,  # noqa: ANN401 options of the API
) -> Job:
    """Ask by the API, and end the job as a worker would; the best candidate may come near to a training image."""
    asked = {"candidates": 2, "seed": 7, **options}
    made = await account.client.post(
        "/v1/reimagings", files={"image": ("a.png", PICTURE)}, data={"options": json.dumps(asked)}
    )
    assert made.status_code == 202, made.text
    job = await hand.claim(made.json()["id"])
    spec = ask(**{name: job.spec[name] for name in ("candidates", "seed", "until", "purpose", "case_reference")})
    answer = write_answer(run(covered_face(), spec), spec, job.id)
    if near_copy_of:
        answer.result["candidates"][0] |= {"near_copy": True, "near_copy_of": near_copy_of}
    files = {"input.png": encode_png(covered_face()), **answer.files}
    described = await put_files(hand.blobs, job.attempt_prefix, files)
    return await hand.succeed(job, answer.result | {"files": described})
