"""What can go wrong, in the domain's words; no HTTP here. The docstring of an error is its message.

MaskeraidError
├── RequestError: the caller can mend it
│   ├── MalformedJson, MalformedForm, BadCursor, BadHeader, ValidationFailed, UnknownField
│   ├── NotAuthenticated, ScopeMissing, CsrfFailed, NotFound, MethodNotAllowed, NotAcceptable
│   ├── JobStateConflict, IdempotencyInProgress, IdempotencyKeyReused, DatasetEmpty, DatasetInUse, NameTaken
│   ├── AttestationMissing, PurposeRequired, PurposeRefused
│   ├── UploadIncomplete, ModelInUse, VersionInUse, CoveringInUse, SharingBlocked, Expired, CheckpointGone
│   ├── StaleObject, TooLarge, RequestTimeout, UnsupportedMedia, RangeNotSatisfiable, DigestMismatch
│   ├── TestDataInTraining, TooFewImages, TooFewModels, ResolutionNotSupported, BadSettings
│   └── RateLimited, QueueFull, QuotaExceeded
├── ServiceError: the operator can mend it
│   └── Overloaded, StoreUnavailable, StorageFull, Internal
└── JobFailure: found out while a job ran
    └── InputGone, ArtifactCorrupt, DeadlineExceeded, Poisoned, BadArchive, AllRowsRejected
"""

import re
from typing import ClassVar


class MaskeraidError(Exception):
    """Something went wrong."""

    code: ClassVar[str] = "maskeraid_error"

    def __init_subclass__(cls) -> None:
        cls.code = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def __init__(self, detail: str | None = None, **facts: object) -> None:
        super().__init__(detail or (self.__doc__ or "").splitlines()[0])
        self.facts = facts  # plain JSON values shown beside the message


class RequestError(MaskeraidError):
    """The request cannot be carried out."""


class MalformedJson(RequestError):
    """The body is not JSON."""


class MalformedForm(RequestError):
    """The multipart form cannot be read."""


class BadCursor(RequestError):
    """`after` is not the id of an object of this list."""


class BadHeader(RequestError):
    """A header has a value that cannot be used."""


class ValidationFailed(RequestError):
    """The request is not valid."""


class UnknownField(RequestError):
    """The request has a field that this operation does not know."""


class NotAuthenticated(RequestError):
    """A valid API key is needed: `Authorization: Bearer mk_…`."""


class ScopeMissing(RequestError):
    """The key does not have the scope that this operation needs."""


class CsrfFailed(RequestError):
    """A session changes things only from the web app itself: the same origin, with the session's `X-CSRF-Token`."""


class NotFound(RequestError):
    """There is no such object."""


class MethodNotAllowed(RequestError):
    """This path does not take this method."""


class NotAcceptable(RequestError):
    """None of the media types in `Accept` can be given."""


class JobStateConflict(RequestError):
    """The job's status does not allow this."""


class IdempotencyInProgress(RequestError):
    """The first request with this Idempotency-Key is still running."""


class IdempotencyKeyReused(RequestError):
    """This Idempotency-Key was used with another request."""


class DatasetEmpty(RequestError):
    """The dataset has no version yet: import images first."""


class DatasetInUse(RequestError):
    """Models or jobs use this dataset."""


class AttestationMissing(RequestError):
    """Nobody has said yet why these faces may be used: change the dataset's `attestation` first.

    It has `basis`, `purpose`, and `minors_excluded`.
    """


class PurposeRequired(RequestError):
    """The account's policy asks of each result what it is for."""


class PurposeRefused(RequestError):
    """The account's policy does not allow this purpose."""


class ModelInUse(RequestError):
    """Trainings that are under way make versions of this model."""


class VersionInUse(RequestError):
    """Aliases lead to this version of the model, or no other has its weights."""


class CoveringInUse(RequestError):
    """A re-imaging's result holds this covering."""


class SharingBlocked(RequestError):
    """The model may not be shared so widely."""


class Expired(RequestError):
    """This was deleted by rule, because it was old."""


class NameTaken(RequestError):
    """The name is taken."""


class UploadIncomplete(RequestError):
    """Parts of the upload are missing."""


class CheckpointGone(RequestError):
    """The checkpoint is not kept any more."""


class StaleObject(RequestError):
    """The object has changed since it was read."""


class TooLarge(RequestError):
    """The body is larger than this operation takes."""


class RequestTimeout(RequestError):
    """The body came too slowly."""


class UnsupportedMedia(RequestError):
    """The content is of a type that this operation does not take."""


class RangeNotSatisfiable(RequestError):
    """The range lies outside the file."""


class DigestMismatch(RequestError):
    """The bytes do not have the digest that was announced."""


class TestDataInTraining(RequestError):
    """A dataset of role `test` cannot be trained on."""

    __test__ = False  # not a test class, though its name begins like one


class TooFewImages(RequestError):
    """A training needs at least 8 images."""


class TooFewModels(RequestError):
    """A selector needs at least 2 models to choose among: train or adopt another."""


class ResolutionNotSupported(RequestError):
    """Images must be square, 16 to 256 pixels, in steps of 8."""


class BadSettings(RequestError):
    """A setting is unknown or out of range."""


class RateLimited(RequestError):
    """Too many requests."""


class QueueFull(RequestError):
    """Too many of your jobs are waiting."""


class QuotaExceeded(RequestError):
    """The quota is used up."""


class ServiceError(MaskeraidError):
    """The service cannot do this now."""


class Overloaded(ServiceError):
    """The service cannot take more at the moment."""


class StoreUnavailable(ServiceError):
    """A store does not answer."""


class StorageFull(ServiceError):
    """The store is full."""


class Internal(ServiceError):
    """Something unexpected happened; the request id helps to find it in the log."""


class JobFailure(MaskeraidError):
    """The job could not be carried out."""


class InputGone(JobFailure):
    """An object that the job needs was deleted."""


class ArtifactCorrupt(JobFailure):
    """A stored file no longer has its digest."""


class DeadlineExceeded(JobFailure):
    """The job's deadline has passed."""


class Poisoned(JobFailure):
    """The job's worker died again and again without progress."""


class BadArchive(JobFailure):
    """The archive was refused."""


class AllRowsRejected(JobFailure):
    """No row of the import could be accepted."""
