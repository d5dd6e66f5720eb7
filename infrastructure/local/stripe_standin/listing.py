"""Lists as Stripe pages them: newest first, with cursors and filters."""

from collections.abc import Iterable
from typing import Any

from local.stripe_standin.refusals import Refusal
from local.stripe_standin.wire import Json

DEFAULT_LIMIT, MAX_LIMIT = 10, 100
PAGING = frozenset({"limit", "starting_after", "ending_before", "created"})


def page(path: str, oldest_first: Iterable[Json], params: Json, **filters: Any) -> Json:
    """Cut one page out of all objects. A filter that was not given (None) lets everything pass."""
    limit = params.get("limit", DEFAULT_LIMIT)
    if not 1 <= limit <= MAX_LIMIT:
        raise Refusal(f"Limit must be between 1 and {MAX_LIMIT}.", param="limit")
    wanted = {name: value for name, value in filters.items() if value is not None}
    newest_first = [
        thing
        for thing in reversed(list(oldest_first))
        if all(thing.get(name) == value for name, value in wanted.items())
        and _was_created(thing, params.get("created"))
    ]
    data, has_more = _cut(newest_first, params, limit)
    return {"object": "list", "data": data, "has_more": has_more, "url": path}


def _cut(things: list[Json], params: Json, limit: int) -> tuple[list[Json], bool]:
    if "ending_before" in params:
        end = _position(things, params["ending_before"], "ending_before")
        return things[max(0, end - limit) : end], end > limit
    start = 0
    if "starting_after" in params:
        start = _position(things, params["starting_after"], "starting_after") + 1
    return things[start : start + limit], len(things) > start + limit


def _position(things: list[Json], object_id: str, param: str) -> int:
    for position, thing in enumerate(things):
        if thing["id"] == object_id:
            return position
    raise Refusal(
        f"No such object in this list: '{object_id}'", code="resource_missing", param=param
    )


def _was_created(thing: Json, bounds: Json | int | None) -> bool:
    if bounds is None:
        return True
    created = thing["created"]
    if isinstance(bounds, int):
        return bool(created == bounds)
    return bool(
        created > bounds.get("gt", created - 1)
        and created >= bounds.get("gte", created)
        and created < bounds.get("lt", created + 1)
        and created <= bounds.get("lte", created)
    )
