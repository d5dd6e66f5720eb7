"""Environment variables and standard streams of one invocation, inside a shared process.

A Lambda function reads `os.environ` and prints to `sys.stdout`. Here many invocations share one
process, so both are looked up in the context of the calling thread. An invocation sees its own
variables and the few that any process has; a variable the template forgot is missing here too.
"""

import contextlib
import os
import sys
import warnings
from collections.abc import Iterator, Mapping, MutableMapping
from contextvars import ContextVar, Token
from io import TextIOBase
from typing import Any, TextIO, cast

_variables: ContextVar[dict[str, str] | None] = ContextVar("invocation_variables", default=None)
_output: ContextVar[TextIOBase | None] = ContextVar("invocation_output", default=None)
_caller: ContextVar[str] = ContextVar("invocation_left", default="")


_OF_EVERY_PROCESS = frozenset(
    ("AWS_EC2_METADATA_DISABLED", "AWS_ENDPOINT_URL", "HOME", "LANG", "LC_ALL", "PATH", "TMPDIR")
)


class ContextEnvironment(MutableMapping[str, str]):
    """Stands in for `os.environ`: inside an invocation it shows the invocation's variables."""

    def __init__(self, process: MutableMapping[str, str]) -> None:
        self.process = process

    def __getitem__(self, name: str) -> str:
        own = _variables.get()
        if own is None:
            return self.process[name]
        if name in own:
            return own[name]
        if name in _OF_EVERY_PROCESS:
            return self.process[name]
        raise KeyError(name)

    def __setitem__(self, name: str, value: str) -> None:
        own = _variables.get()
        if own is None:
            self.process[name] = value
        else:
            own[name] = value

    def __delitem__(self, name: str) -> None:
        own = _variables.get()
        if own is None:
            del self.process[name]
        else:
            del own[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._visible())

    def __len__(self) -> int:
        return len(self._visible())

    def _visible(self) -> dict[str, str]:
        own = _variables.get()
        if own is None:
            return dict(self.process)
        return {k: v for k, v in self.process.items() if k in _OF_EVERY_PROCESS} | own

    def copy(self) -> dict[str, str]:
        return dict(self)


class ContextStream:
    """Stands in for `sys.stdout` or `sys.stderr`: an invocation's lines go to its own log."""

    def __init__(self, process: TextIO) -> None:
        self.process = process

    def _target(self) -> TextIO | TextIOBase:
        return _output.get() or self.process

    def write(self, text: str) -> int:
        return self._target().write(text)

    def flush(self) -> None:
        self._target().flush()

    def __getattr__(self, name: str) -> object:
        return getattr(self._target(), name)


def install() -> None:
    """Put both stand-ins in place, once per process; without an invocation they change nothing."""
    if not isinstance(os.environ, ContextEnvironment):
        os.environ = ContextEnvironment(os.environ)  # type: ignore[assignment]  # noqa: B003


_real_warn = warnings.warn


def _warn(
    message: Any,
    category: type[Warning] | None = None,
    stacklevel: int = 1,
    source: object = None,
    **named: Any,
) -> None:
    """A function's warning is a line in its log, also where the process makes errors of them."""
    output = _output.get()
    if output is None:
        _real_warn(message, category, stacklevel + 1, source, **named)
    else:
        output.write(f"{getattr(category, '__name__', 'UserWarning')}: {message}\n")


def route_streams() -> None:
    """Let invocations print to their own logs from here on (test runners swap the streams)."""
    warnings.warn = _warn
    if not isinstance(sys.stdout, ContextStream):
        sys.stdout = cast("TextIO", ContextStream(sys.stdout))
    if not isinstance(sys.stderr, ContextStream):
        sys.stderr = cast("TextIO", ContextStream(sys.stderr))


def restore_streams() -> None:
    """Give the process its own streams back."""
    warnings.warn = _real_warn
    if isinstance(sys.stdout, ContextStream):
        sys.stdout = sys.stdout.process
    if isinstance(sys.stderr, ContextStream):
        sys.stderr = sys.stderr.process


@contextlib.contextmanager
def invocation(variables: Mapping[str, str], output: TextIOBase) -> Iterator[None]:
    """Run the block as an invocation with these variables and this log."""
    route_streams()
    variables_token: Token[dict[str, str] | None] = _variables.set(dict(variables))
    output_token: Token[TextIOBase | None] = _output.set(output)
    try:
        yield
    finally:
        _output.reset(output_token)
        _variables.reset(variables_token)


def leave_invocation() -> None:
    """Forget the invocation in the current context: from here the cloud itself is at work."""
    own = _variables.get()
    _caller.set(own.get("AWS_LAMBDA_FUNCTION_NAME", "") if own else "")
    _variables.set(None)
    _output.set(None)


def caller() -> str:
    """The function for which the cloud is at work; empty for a caller outside."""
    return _caller.get()
