"""Errors as RFC 9457 problem+json: the domain's four kinds, and the refusals only HTTP knows.

`code` is stable and what clients branch on; `detail` names the remedy. A crash says nothing about
its cause: that is in the log, under the request id that `instance` carries.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from umlauf.kernel.errors import Conflict, InvalidInput, NotFound, Transient, UmlaufError
from umlauf_http.wire import FieldProblem, ProblemOut

CONTENT_TYPE: Final = "application/problem+json"
MAX_FIELD_ERRORS: Final = 20

_STATUS_OF_KIND: Final[dict[type[UmlaufError], int]] = {
    InvalidInput: 400,
    NotFound: 404,
    Conflict: 409,
    Transient: 503,
}


@dataclass(frozen=True)
class Problem:
    status: int
    code: str
    detail: str
    field: str | None = None
    errors: tuple[FieldProblem, ...] = ()
    retry_after_seconds: int | None = None
    allowed_methods: tuple[str, ...] = ()

    def document(self, request_id: str) -> ProblemOut:
        return ProblemOut(
            type=f"urn:umlauf:problem:{self.code}",
            title=HTTPStatus(self.status).phrase,
            status=self.status,
            detail=self.detail,
            code=self.code,
            instance=f"urn:umlauf:request:{request_id}",
            field=self.field,
            errors=list(self.errors) or None,
        )


class Refusal(Exception):
    """A request that HTTP itself refuses, before or around the use case."""

    def __init__(self, status: int, code: str, detail: str, *, field: str | None = None) -> None:
        super().__init__(detail)
        self.problem = Problem(status, code, detail, field)


class InvalidRequest(Exception):
    """The query or the body does not have the shape that the operation declares."""

    def __init__(self, error: ValidationError, where: str) -> None:
        super().__init__(where)
        self.error = error
        self.where = where


CRASH: Final = Problem(
    500, "umlauf.internal_error", "Something broke on our side; it has been recorded."
)


def problem_of(error: UmlaufError) -> Problem:
    status = next(
        (status for kind, status in _STATUS_OF_KIND.items() if isinstance(error, kind)), 500
    )
    retry = error.retry_after_seconds if isinstance(error, Transient) else None
    return Problem(status, error.code, error.message, error.field, retry_after_seconds=retry)


def problem_of_validation(invalid: InvalidRequest) -> Problem:
    """Name each field and what it should be; never repeat what was sent (it may be a password)."""
    where = invalid.where
    found = invalid.error.errors(include_url=False, include_input=False)
    errors = tuple(_field_problem(item, where) for item in found[:MAX_FIELD_ERRORS])
    first = errors[0]
    return Problem(
        400,
        "request.invalid",
        f"the {where} has {len(found)} error(s); the first: {first.field}: {first.message}",
        first.field,
        errors,
    )


def _field_problem(item: ErrorDetails, where: str) -> FieldProblem:
    """The field and what it should be; what tells several shapes apart is a field like others."""
    path, message = [str(part) for part in item["loc"]], item["msg"]
    context = item.get("ctx", {})
    if "discriminator" in context:
        path.append(context["discriminator"].strip("'"))
        choices = context.get("expected_tags", "").replace("'", "")
        message = f"choose one of {choices}" if choices else "Field required"
    if item["type"] == "value_error":
        message = str(context["error"])
    if item["type"] == "extra_forbidden":
        message = f"the {where} has no such field; correct its name, or leave it out"
    return FieldProblem(field=".".join(path) or where, message=message)
