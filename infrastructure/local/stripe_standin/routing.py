"""What a call to the API is, and which code answers it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from local.stripe_standin.account import Account
from local.stripe_standin.wire import Json

# /v1/customers/{id}/payment_methods/{id}
_ID_PLACES = (2, 4)
# Accepted by every call: it shapes the answer, not the act.
ALWAYS_HONOURED = frozenset({"expand"})


@dataclass(frozen=True, slots=True)
class Call:
    """One validated call: the ids in its path and its parameters, typed."""

    account: Account
    ids: tuple[str, ...]
    params: Json

    @property
    def id(self) -> str:
        return self.ids[0]


@dataclass(frozen=True, slots=True)
class Route:
    """A method and path (`{id}` for each id), the library's parameter type, and the handler.

    `honoured` are the parameters the handler acts on. What Stripe knows and the stand-in does not
    act on is refused, so that nothing passes here and then does something else at Stripe.
    """

    method: str
    path: str
    parameters: type
    handle: Callable[[Call], Json]
    honoured: frozenset[str] = frozenset()


class Router:
    """Finds the route of a path. Built once from every resource's list."""

    def __init__(self, routes: tuple[Route, ...]) -> None:
        self._routes = {(route.method, _pattern(route.path)): route for route in routes}

    def find(self, method: str, path: str) -> tuple[Route, tuple[str, ...]] | None:
        """Match a path; a fixed name wins over an id in the same place."""
        parts = path.strip("/").split("/")
        for pattern in _candidates(parts):
            route = self._routes.get((method, pattern))
            if route is not None:
                ids = tuple(part for part, name in zip(parts, pattern, strict=True) if not name)
                return route, ids
        return None


def _pattern(path: str) -> tuple[str, ...]:
    """Split a path into its names, with an empty one where an id stands."""
    return tuple("" if part.startswith("{") else part for part in path.strip("/").split("/"))


def _candidates(parts: list[str]) -> Iterator[tuple[str, ...]]:
    """List how a path may read: with no ids, with the first, with the one of a nested list too."""
    reading = list(parts)
    yield tuple(reading)
    for place in _ID_PLACES:
        if place < len(reading):
            reading[place] = ""
            yield tuple(reading)
