"""Bytes that a job was given: strangers' files as they came, kept no longer than they are needed."""

from maskeraid_core.jobs import Job
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.datasets import UploadRepository
from maskeraid_core.repositories.needs import Needs, input_keys


async def forget_inputs(stores: Stores, job: Job) -> None:
    """Delete the bytes that a job was given, and the uploads they came by, after it has succeeded.

    Of one that failed or was cancelled they are kept for a day, so that it can be retried.

    They are strangers' files as they came, with EXIF and GPS; what is worth keeping was stored sanitised. Bytes that
    another job was given as well are left to the end of that one. An upload that was only looked at is kept for the
    import that follows, for a day.
    """
    keys, upload_ids = input_keys(job.spec), job.spec.get("upload_ids", ())
    if upload_ids and job.spec.get("dry_run"):
        return
    for upload_id in upload_ids:
        await UploadRepository(stores.database, job.tenant).delete(upload_id)  # first: no further import may begin
    if upload_ids or job.retry_of:  # others need not ask, which costs a look at every live job
        keys -= await Needs(stores.database, job.tenant).inputs_of_live_jobs()
    await stores.blobs.delete(keys)
