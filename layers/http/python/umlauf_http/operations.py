"""What an endpoint declares: one source of its route, its checks, its OpenAPI and gateway entries.

A view says what it takes by its parameters: `body: OrderIn` (a model of the JSON body), `query:
UsageQuery`, `raw: bytes` (the body untouched), path parameters by name, and `call: Call`. Its
return type is the answer: a model, or None for no content.
"""

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, get_type_hints

from umlauf_http.commands import Idempotency
from umlauf_http.identity import Access
from umlauf_http.wire import In, Out, Query

View = Callable[..., Any]

_PATH_PARAMETER: Final = re.compile(r"{(\w+)}")


@dataclass(frozen=True)
class Operation:
    name: str
    method: str
    path: str
    status: int
    errors: tuple[int, ...]
    access: Access
    groups: tuple[str, ...]
    idempotency: Idempotency
    secret: frozenset[str]
    """Body and answer fields that are never stored: passwords, private keys."""
    named_by: str | None
    """The body field that names a caller who is not signed in: keys of two of them never meet."""
    needs_match: bool
    """Two editors may meet here: the caller must say which version it edits (If-Match)."""
    view: View
    parameters: Mapping[str, Any]

    @property
    def route(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def path_parameters(self) -> tuple[str, ...]:
        return tuple(_PATH_PARAMETER.findall(self.path))

    @property
    def body(self) -> type[In] | None:
        found = self.parameters.get("body")
        return found if isinstance(found, type) and issubclass(found, In) else None

    @property
    def query(self) -> type[Query] | None:
        found = self.parameters.get("query")
        return found if isinstance(found, type) and issubclass(found, Query) else None

    @property
    def takes_raw_body(self) -> bool:
        return "raw" in self.parameters

    @property
    def answer(self) -> type[Out] | None:
        found = self.parameters["return"]
        return found if isinstance(found, type) and issubclass(found, Out) else None

    def require_consistent(self) -> None:
        """Refuse, at import, a view whose parameters do not fit its route."""
        known = {"body", "query", "raw", "call", "return", *self.path_parameters}
        unknown = set(self.parameters) - known
        missing = set(self.path_parameters) - set(self.parameters)
        if unknown or missing:
            raise TypeError(
                f"{self.name}: parameters {sorted(unknown | missing)} do not fit {self.path}"
            )
        if self.access is Access.STAFF and not self.groups:
            raise TypeError(f"{self.name}: a staff operation names the groups that may call it")


def parameters_of(view: View) -> dict[str, Any]:
    """The view's parameters and return type, evaluated. Each must be annotated."""
    hints = get_type_hints(view)
    hints.setdefault("return", type(None))
    unannotated = set(inspect.signature(view).parameters) - set(hints)
    if unannotated:
        raise TypeError(f"{view.__name__}: annotate {sorted(unannotated)}")
    return hints
