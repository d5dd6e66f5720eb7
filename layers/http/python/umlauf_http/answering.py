"""From a request to an answer whose effects are committed.

The order is fixed: who calls → which command is it → was it carried out already → is the input
right → decide → render → commit the effects AND the answer as one transaction. A decision that lost
a race is made anew from fresh state; a repeated command gets its first answer.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from pydantic import BaseModel, ValidationError

from umlauf.kernel.errors import Conflict, InvalidInput, NotFound
from umlauf.kernel.identifiers import require_identifier
from umlauf.kernel.work import MAX_ATTEMPTS, Claim, StaleVersion, Work, Works
from umlauf_http.answers import JSON, Answer
from umlauf_http.calls import Call
from umlauf_http.commands import Command, Idempotency, read_command
from umlauf_http.identity import Identity, read_identity, require_group
from umlauf_http.incoming import MAX_RAW_BYTES, Incoming
from umlauf_http.operations import Operation
from umlauf_http.problems import InvalidRequest
from umlauf_http.wire import Query


@dataclass(frozen=True)
class Wiring:
    """What the edge puts in: who commits, what time it is, whose tokens are taken."""

    works: Works
    clock: Callable[[], datetime]
    pool_id: str | None = None
    allowed_origin: str = "*"
    """The web origin that may read the answers (CORS)."""


class _NoQuery(Query):
    """An operation without query parameters refuses them: no typing error goes unnoticed."""


def answer(operation: Operation, incoming: Incoming, wiring: Wiring) -> Answer:
    """Answer one request. Raises Refusal, InvalidRequest, UmlaufError; then nothing is written."""
    identity = read_identity(incoming.claims, operation.access, wiring.pool_id)
    require_group(identity, operation.groups)
    parsed = _parse(operation, incoming)
    command = _command(operation, incoming, identity, parsed)

    now = wiring.clock()
    for attempt in range(1, MAX_ATTEMPTS + 1):
        known = None if command is None else wiring.works.claimed(command.key)
        if command and known and (replayed := command.replay(known)):
            return replayed
        call = Call(identity, Work(now), incoming.headers, command)
        try:
            result = operation.view(**_inputs(operation, incoming, call))
            return _commit(operation, result, call, wiring.works, is_known=known is not None)
        except Conflict as conflict:
            if attempt == MAX_ATTEMPTS or not _is_worth_repeating(conflict, call, known, wiring):
                raise
    raise AssertionError("unreachable: the last attempt returns or raises")


def _is_worth_repeating(
    conflict: Conflict, call: Call, known: Claim | None, wiring: Wiring
) -> bool:
    """A lost race is, and a conflict with our own twin: the same command, done a moment ago."""
    if isinstance(conflict, StaleVersion):
        return True
    if call.command is None or known is not None:
        return False
    return wiring.works.claimed(call.command.key) is not None


def _parse(operation: Operation, incoming: Incoming) -> Any:
    if operation.takes_raw_body:
        incoming.require_size(MAX_RAW_BYTES)
        return None
    return incoming.json_body() if operation.body else None


def _command(
    operation: Operation, incoming: Incoming, identity: Identity, parsed: Any
) -> Command | None:
    if operation.idempotency is Idempotency.NONE:
        return None
    body = parsed
    if isinstance(parsed, dict):
        # A stored hash of a password could be guessed; it is not what makes the command this one.
        body = {name: value for name, value in parsed.items() if name not in operation.secret}
    content = {"path": incoming.path_parameters, "query": incoming.query, "body": body}
    principal = _principal(operation, identity, parsed)
    return read_command(principal, operation.route, incoming.headers, content)


def _principal(operation: Operation, identity: Identity, parsed: Any) -> str:
    """Who commands. Of somebody who is not signed in only a digest of what names them is kept."""
    if operation.named_by is None or not isinstance(parsed, dict):
        return identity.principal
    name = str(parsed.get(operation.named_by)).strip().casefold()
    return f"{identity.principal}:{sha256(name.encode()).hexdigest()[:32]}"


def _inputs(operation: Operation, incoming: Incoming, call: Call) -> dict[str, Any]:
    """The view's arguments. Raises InvalidRequest and NotFound."""
    inputs: dict[str, Any] = dict(_path_parameters(operation, incoming.path_parameters))
    query = _validated(
        "query", lambda: (operation.query or _NoQuery).model_validate(incoming.query)
    )
    if operation.query:
        inputs["query"] = query
    if body := operation.body:
        # From the text: only JSON text lets a strict model read a date.
        inputs["body"] = _validated("body", lambda: body.model_validate_json(incoming.body))
    if operation.takes_raw_body:
        inputs["raw"] = incoming.body
    if "call" in operation.parameters:
        inputs["call"] = call
    return inputs


def _path_parameters(operation: Operation, given: Mapping[str, str]) -> Mapping[str, str]:
    for name in operation.path_parameters:
        try:
            require_identifier(given.get(name, ""), name)
        except InvalidInput:
            # Nothing can have this id, so nothing is there.
            raise NotFound(f"there is nothing at this {name}") from None
    return {name: given[name] for name in operation.path_parameters}


def _validated(where: str, read: Callable[[], BaseModel]) -> BaseModel:
    try:
        return read()
    except ValidationError as error:
        raise InvalidRequest(error, where) from None


def _commit(
    operation: Operation, result: Any, call: Call, works: Works, *, is_known: bool
) -> Answer:
    rendered = _render(operation, result, call)
    if call.command is not None and not is_known:
        kept = rendered if operation.idempotency is Idempotency.ANSWERED else None
        call.work.claim(call.command.claim(kept, call.now))
    if not call.work.is_empty:
        works.commit(call.work)
    return rendered


def _render(operation: Operation, result: Any, call: Call) -> Answer:
    if result is None:
        return Answer(operation.status, "", call.answer_headers)
    document = result.model_dump(mode="json") if isinstance(result, BaseModel) else result
    headers = {"Content-Type": JSON, **call.answer_headers}
    kept = None
    if operation.secret:
        kept = _text(
            {name: None if name in operation.secret else item for name, item in document.items()}
        )
    return Answer(operation.status, _text(document), headers, kept)


def _text(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
