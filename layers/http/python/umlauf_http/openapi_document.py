"""The OpenAPI 3.1 document of all API functions, from what their endpoints declare."""

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from umlauf_http.answers import JSON, REPLAYED
from umlauf_http.commands import HEADER as IDEMPOTENCY_KEY
from umlauf_http.commands import Idempotency
from umlauf_http.identity import Access
from umlauf_http.operations import Operation
from umlauf_http.problems import CONTENT_TYPE as PROBLEM_JSON
from umlauf_http.wire import ProblemOut

API_VERSION: Final = "1.0.0"

_REF: Final = "#/components/schemas/{model}"
_ID_PATTERN: Final = "^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$"
_DESCRIPTION: Final = (
    "Umlauf rents out physical products: plans, subscriptions, usage, invoices and payments. Money "
    "is in minor units, instants are RFC 3339 in UTC. Errors are RFC 9457 problem+json with a "
    "stable `code`. A POST that creates or moves something takes an `Idempotency-Key`: the same "
    "key and body gets the first answer again, the same key with another body is refused (422)."
)

Document = dict[str, Any]


def describe(operations: Sequence[Operation]) -> Document:
    """The document. Raises ValueError if two operations share a name."""
    _require_unique_names(operations)
    schemas = _schemas(operations)
    paths: dict[str, Document] = {}
    for operation in sorted(operations, key=lambda each: (each.path, each.method)):
        entry = paths.setdefault(operation.path, {})
        entry[operation.method.lower()] = _operation(operation, schemas)
    queries = {each.query.__name__ for each in operations if each.query}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Umlauf", "version": API_VERSION, "description": _DESCRIPTION},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": {name: schemas[name] for name in sorted(schemas) if name not in queries},
            "responses": _problem_responses(operations),
            "securitySchemes": {
                access.value: {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
                for access in (Access.CUSTOMER, Access.STAFF)
            },
        },
    }


def statuses_of(operation: Operation) -> list[int]:
    """Every status the operation may answer with, besides a crash."""
    statuses = {operation.status, 400, 503, *operation.errors}
    if operation.access is not Access.PUBLIC:
        statuses.add(401)
    if operation.access is Access.STAFF:
        statuses.add(403)
    if operation.path_parameters:
        statuses.add(404)
    if operation.body:
        statuses |= {413, 415}
    if operation.takes_raw_body:
        statuses.add(413)
    if operation.idempotency is not Idempotency.NONE:
        statuses |= {409, 422}
    if operation.needs_match:
        statuses |= {409, 412, 428}
    return sorted(statuses)


def _operation(operation: Operation, schemas: Document) -> Document:
    entry: Document = {
        "operationId": operation.name,
        "tags": [operation.access.value],
        "parameters": [*_path_parameters(operation), *_query_parameters(operation, schemas)],
        "responses": {
            str(status): _success(operation)
            if status == operation.status
            else {"$ref": f"#/components/responses/{_response_name(status)}"}
            for status in statuses_of(operation)
        },
        "security": [],
    }
    entry |= _prose(operation)
    entry["parameters"] += _header_parameters(operation)
    if operation.access is not Access.PUBLIC:
        entry["security"] = [{operation.access.value: []}]
    if operation.groups:
        entry["x-groups"] = list(operation.groups)
    if operation.body:
        schema = {"$ref": _REF.format(model=operation.body.__name__)}
        entry["requestBody"] = {"required": True, "content": {JSON: {"schema": schema}}}
    elif operation.takes_raw_body:
        entry["requestBody"] = {"required": True, "content": {JSON: {"schema": {}}}}
    return entry


def _prose(operation: Operation) -> Document:
    doc = (operation.view.__doc__ or operation.name.replace("_", " ")).strip()
    summary, _, rest = doc.partition("\n")
    found: Document = {"summary": summary.rstrip(".")}
    if rest.strip():
        found["description"] = " ".join(rest.split())
    return found


def _success(operation: Operation) -> Document:
    found: Document = {"description": HTTPStatus(operation.status).phrase}
    if operation.answer:
        schema: Document = {"$ref": _REF.format(model=operation.answer.__name__)}
        found["content"] = {JSON: {"schema": schema}}
    elif operation.parameters["return"] is not type(None):
        found["content"] = {JSON: {"schema": {"type": "object"}}}
    if operation.idempotency is Idempotency.ANSWERED:
        replayed = {"schema": {"const": "true"}, "description": "This is the stored first answer."}
        found["headers"] = {REPLAYED: replayed}
    return found


def _path_parameters(operation: Operation) -> list[Document]:
    schema = {"type": "string", "pattern": _ID_PATTERN}
    return [
        {"name": name, "in": "path", "required": True, "schema": schema}
        for name in operation.path_parameters
    ]


def _query_parameters(operation: Operation, schemas: Document) -> list[Document]:
    if operation.query is None:
        return []
    model = schemas[operation.query.__name__]
    required = model.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": _not_null(schema)}
        for name, schema in model["properties"].items()
    ]


def _not_null(schema: Document) -> Document:
    """A query parameter is there or is not: null is no text."""
    found = {key: value for key, value in schema.items() if key not in {"anyOf", "title"}}
    if found.get("default", "") is None:
        del found["default"]
    choices = [one for one in schema.get("anyOf", []) if one.get("type") != "null"]
    return {**found, **choices[0]} if len(choices) == 1 else found


def _header_parameters(operation: Operation) -> list[Document]:
    found = []
    if operation.idempotency is not Idempotency.NONE:
        schema = {"type": "string", "pattern": _ID_PATTERN}
        found.append({"name": IDEMPOTENCY_KEY, "in": "header", "required": True, "schema": schema})
    if operation.needs_match:
        tag = {"type": "string", "minLength": 1}
        found.append({"name": "If-Match", "in": "header", "required": True, "schema": tag})
    return found


def _schemas(operations: Iterable[Operation]) -> Document:
    models: dict[type[BaseModel], str] = {ProblemOut: "serialization"}
    for operation in operations:
        models |= {model: "validation" for model in (operation.body, operation.query) if model}
        if operation.answer:
            models[operation.answer] = "serialization"
    ordered: Any = sorted(models.items(), key=lambda pair: pair[0].__name__)
    _, definitions = models_json_schema(ordered, ref_template=_REF)
    found: Document = definitions["$defs"]
    doubled = sorted(name for name in found if "__" in name)
    if doubled:
        raise ValueError(f"two models share a name, rename one: {', '.join(doubled)}")
    return {name: _without_titles(schema) for name, schema in found.items()}


def _without_titles(schema: Any) -> Any:
    """Pydantic repeats each name as a title; that says nothing."""
    if isinstance(schema, list):
        return [_without_titles(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _without_titles(value)
        for key, value in schema.items()
        if not (key == "title" and isinstance(value, str))
    }


def _problem_responses(operations: Iterable[Operation]) -> Document:
    statuses = {status for each in operations for status in statuses_of(each)}
    schema = {"$ref": _REF.format(model=ProblemOut.__name__)}
    return {
        _response_name(status): {
            "description": HTTPStatus(status).phrase,
            "content": {PROBLEM_JSON: {"schema": schema}},
        }
        for status in sorted(statuses)
        if status >= HTTPStatus.BAD_REQUEST
    }


def _response_name(status: int) -> str:
    return HTTPStatus(status).phrase.title().replace(" ", "").replace("-", "")


def _require_unique_names(operations: Iterable[Operation]) -> None:
    seen: dict[str, str] = {}
    for operation in operations:
        if operation.name in seen:
            raise ValueError(
                f"{seen[operation.name]} and {operation.route} are both called {operation.name}"
            )
        seen[operation.name] = operation.route
