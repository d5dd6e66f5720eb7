"""The `endpoint` decorator: makes a view an operation of the API.

    @endpoint(routes, "/v1/subscriptions", method="POST", status=201, errors=(404, 409))
    def order_subscription(body: OrderIn, call: Call) -> SubscriptionOut:

The view parses nothing, commits nothing and catches nothing: see `answering`.
"""

from collections.abc import Callable
from typing import Protocol, TypeVar, cast

from chalice.app import Blueprint, Request, Response

from umlauf_http.commands import Idempotency
from umlauf_http.identity import Access
from umlauf_http.operations import Operation, View, parameters_of

V = TypeVar("V", bound=View)


class Handler(Protocol):
    """The application that answers (`application.Application`)."""

    def handle(self, operation: Operation, request: Request) -> Response: ...


class Routes(Blueprint):
    """The operations of one resource. `access` says who may call them."""

    def __init__(self, import_name: str, access: Access, *, groups: tuple[str, ...] = ()) -> None:
        super().__init__(import_name)
        self.access = access
        self.groups = groups
        self.operations: list[Operation] = []


def endpoint(  # noqa: PLR0913 - an operation has this many sides
    routes: Routes,
    path: str,
    *,
    method: str = "GET",
    status: int = 200,
    errors: tuple[int, ...] = (),
    groups: tuple[str, ...] = (),
    idempotency: Idempotency | None = None,
    secret: tuple[str, ...] = (),
    named_by: str | None = None,
    needs_match: bool = False,
) -> Callable[[V], V]:
    """Make a view an operation of the API.

    `errors` are the statuses it answers beyond those every such operation has. A POST stores its
    answer under the caller's idempotency key unless it says otherwise. `groups` replaces the groups
    of the routes.
    """

    def register(view: V) -> V:
        usual = Idempotency.ANSWERED if method == "POST" else Idempotency.NONE
        operation = Operation(
            name=view.__name__,
            method=method,
            path=path,
            status=status,
            errors=errors,
            access=routes.access,
            groups=groups or routes.groups,
            idempotency=idempotency or usual,
            secret=frozenset(secret),
            named_by=named_by,
            needs_match=needs_match,
            view=view,
            parameters=parameters_of(view),
        )
        operation.require_consistent()
        routes.operations.append(operation)

        def handle(**_: str) -> Response:
            app = cast("Handler", routes.current_app)
            return app.handle(operation, routes.current_request)

        # No content types: Chalice's own 415 is no problem+json, so `Incoming` refuses instead.
        routes.route(path, methods=[method], content_types=[], name=view.__name__)(handle)
        return view

    return register
