"""Errors as RFC 9457 problems: one table, one way to write them. Jobs' own error codes are listed here too."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from starlette.responses import JSONResponse

from maskeraid_core import errors
from maskeraid_core.errors import MaskeraidError

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True)
class Row:
    """How an error is shown: its status, and whether the same request may succeed later."""

    status: HTTPStatus
    retryable: bool = False


PROBLEMS: Mapping[type[MaskeraidError], Row] = {
    errors.MalformedJson: Row(HTTPStatus.BAD_REQUEST),
    errors.MalformedForm: Row(HTTPStatus.BAD_REQUEST),
    errors.BadCursor: Row(HTTPStatus.BAD_REQUEST),
    errors.BadHeader: Row(HTTPStatus.BAD_REQUEST),
    errors.NotAuthenticated: Row(HTTPStatus.UNAUTHORIZED),
    errors.ScopeMissing: Row(HTTPStatus.FORBIDDEN),
    errors.CsrfFailed: Row(HTTPStatus.FORBIDDEN),
    errors.NotFound: Row(HTTPStatus.NOT_FOUND),
    errors.MethodNotAllowed: Row(HTTPStatus.METHOD_NOT_ALLOWED),
    errors.NotAcceptable: Row(HTTPStatus.NOT_ACCEPTABLE),
    errors.RequestTimeout: Row(HTTPStatus.REQUEST_TIMEOUT, retryable=True),
    errors.JobStateConflict: Row(HTTPStatus.CONFLICT),
    errors.IdempotencyInProgress: Row(HTTPStatus.CONFLICT, retryable=True),
    errors.DatasetEmpty: Row(HTTPStatus.CONFLICT),
    errors.DatasetInUse: Row(HTTPStatus.CONFLICT),
    errors.ModelInUse: Row(HTTPStatus.CONFLICT),
    errors.VersionInUse: Row(HTTPStatus.CONFLICT),
    errors.CoveringInUse: Row(HTTPStatus.CONFLICT),
    errors.SharingBlocked: Row(HTTPStatus.FORBIDDEN),
    errors.Expired: Row(HTTPStatus.GONE),
    errors.NameTaken: Row(HTTPStatus.CONFLICT),
    errors.UploadIncomplete: Row(HTTPStatus.CONFLICT),
    errors.CheckpointGone: Row(HTTPStatus.GONE),
    errors.StaleObject: Row(HTTPStatus.PRECONDITION_FAILED),
    errors.TooLarge: Row(HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    errors.UnsupportedMedia: Row(HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
    errors.RangeNotSatisfiable: Row(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE),
    errors.ValidationFailed: Row(HTTPStatus.UNPROCESSABLE_ENTITY),
    errors.UnknownField: Row(HTTPStatus.UNPROCESSABLE_ENTITY),
    errors.IdempotencyKeyReused: Row(HTTPStatus.UNPROCESSABLE_ENTITY),
    errors.DigestMismatch: Row(HTTPStatus.UNPROCESSABLE_ENTITY),
    errors.AttestationMissing: Row(HTTPStatus.UNPROCESSABLE_ENTITY),
    errors.PurposeRequired: Row(HTTPStatus.FORBIDDEN),
    errors.PurposeRefused: Row(HTTPStatus.FORBIDDEN),
    errors.TestDataInTraining: Row(HTTPStatus.UNPROCESSABLE_ENTITY),
    errors.TooFewImages: Row(HTTPStatus.UNPROCESSABLE_ENTITY),
    errors.TooFewModels: Row(HTTPStatus.UNPROCESSABLE_ENTITY),
    errors.ResolutionNotSupported: Row(HTTPStatus.UNPROCESSABLE_ENTITY),
    errors.BadSettings: Row(HTTPStatus.UNPROCESSABLE_ENTITY),
    errors.RateLimited: Row(HTTPStatus.TOO_MANY_REQUESTS, retryable=True),
    errors.QueueFull: Row(HTTPStatus.TOO_MANY_REQUESTS, retryable=True),
    errors.QuotaExceeded: Row(HTTPStatus.TOO_MANY_REQUESTS),
    errors.Overloaded: Row(HTTPStatus.SERVICE_UNAVAILABLE, retryable=True),
    errors.StoreUnavailable: Row(HTTPStatus.SERVICE_UNAVAILABLE, retryable=True),
    errors.StorageFull: Row(HTTPStatus.INSUFFICIENT_STORAGE),
    errors.Internal: Row(HTTPStatus.INTERNAL_SERVER_ERROR),
    # Causes of failed jobs; as the answer to a request they mean that a stored object is gone or damaged.
    errors.InputGone: Row(HTTPStatus.NOT_FOUND),
    errors.ArtifactCorrupt: Row(HTTPStatus.INTERNAL_SERVER_ERROR),
    errors.DeadlineExceeded: Row(HTTPStatus.CONFLICT),
    errors.Poisoned: Row(HTTPStatus.CONFLICT),
    errors.BadArchive: Row(HTTPStatus.UNPROCESSABLE_ENTITY),
    errors.AllRowsRejected: Row(HTTPStatus.UNPROCESSABLE_ENTITY),
}

# What only a job's `error.code` says; the science's words, which the gateway does not import.
JOB_CODES: Mapping[str, str] = {
    "all_items_failed": "No image of the batch was re-imaged.",
    "attributes_unreachable": "No face that fits has the wanted attributes.",
    "bad_covering": "The covering is not a map of the image: its shape is another.",
    "bad_image": "An image has the wrong type, shape, or values.",
    "bad_model_file": "A model file is not what our own model expects.",
    "generated_image": "The image was generated here.",
    "mixed_sizes": "The images of one set differ in size.",
    "no_face": "No face was found in the photo.",
    "no_suitable_model": "No model fits this face.",
    "no_variation": "All images are the same.",
    "nothing_covered": "No pixel is covered.",
    "out_of_memory": "The job needs more memory than there is.",
    "several_faces": "The photo shows several faces: choose one.",
    "shape_mismatch": "Two arrays that belong together differ in height or width.",
    "size_mismatch": "The image's size differs from the model's.",
    "too_small": "The image has too few pixels.",
    "too_much_covered": "More than 90 % of the face is covered.",
    "training_diverged": "The training's weights became infinite twice.",
    "unreadable_image": "The image cannot be read within the limits.",
}

ERROR_OF_STATUS: Mapping[int, type[MaskeraidError]] = {  # of the framework's own refusals
    400: errors.MalformedJson,
    404: errors.NotFound,
    405: errors.MethodNotAllowed,
    413: errors.TooLarge,
}


def title_of(kind: type[MaskeraidError]) -> str:
    """The first sentence of the error's docstring, without its full stop."""
    return (kind.__doc__ or "").splitlines()[0].rstrip(".")


def sentence_of(code: str) -> str | None:
    """What a code means, also one that only jobs have; None for an unknown one."""
    known = {kind.code: title_of(kind) for kind in PROBLEMS}
    return known.get(code) or JOB_CODES.get(code)


def problem(
    error: MaskeraidError, *, path: str, request_id: str, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """Write an error as a problem. `retry_after` among its facts becomes a header."""
    kind = type(error)
    row = PROBLEMS[kind]
    facts = dict(error.facts)
    more = dict(headers or {})
    if "retry_after" in facts:
        more["Retry-After"] = str(facts.pop("retry_after"))
    elif row.status is HTTPStatus.SERVICE_UNAVAILABLE:
        more["Retry-After"] = "2"
    if row.status is HTTPStatus.UNAUTHORIZED:
        more["WWW-Authenticate"] = "Bearer"
    content = {
        "type": f"/problems/{kind.code.replace('_', '-')}", "title": title_of(kind), "status": row.status.value,
        "detail": str(error), "instance": path, "code": kind.code, "request_id": request_id,
        "retryable": row.retryable, "errors": _field_errors(error, facts), **facts,
    }  # fmt: skip
    return JSONResponse(content, row.status, more, MEDIA_TYPE)


def _field_errors(error: MaskeraidError, facts: dict[str, Any]) -> Sequence[object]:
    """`errors` as given, or the one that a lone `pointer` or `parameter` stands for."""
    place: dict[str, object] = {name: facts.pop(name) for name in ("pointer", "parameter") if name in facts}
    given: Sequence[object] = facts.pop("errors", [])
    return [{**place, "code": error.code, "detail": str(error)}] if place and not given else given
