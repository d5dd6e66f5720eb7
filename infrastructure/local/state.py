"""Saves the cloud to a file and reads it back: tables, queues, users, things, mails, the clock.

Everything ministack knows about its services is kept, certificates and their authority included, so
devices and logins go on working. A running execution is a thread; it cannot be written down. It is
marked as failed with `States.ServiceRestart`, and `load_state` says so.
"""

import gzip
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from local.boot import Ministack
from local.clock import Clock
from local.errors import LocalCloudError

_FORMAT = "umlauf-local-cloud/1"


class Keeper(Protocol):
    """A part of the local cloud that keeps something ministack does not."""

    def state(self) -> Any: ...

    def restore(self, state: Any, /) -> None: ...


@dataclass(frozen=True)
class StateParts:
    """What has state, and how to deploy the template over a loaded one."""

    ministack: Ministack
    clock: Clock
    own: Mapping[str, Keeper]
    after_load: Callable[[], None]


def save_state(parts: StateParts, path: Path) -> None:
    """Write the state; a half-written file never takes a good one's place."""
    document = {
        "format": _FORMAT,
        "now": parts.clock.now(),
        "own": {name: keeper.state() for name, keeper in parts.own.items()},
        "services": parts.ministack.call_scoped(parts.ministack.state),
    }
    text = json.dumps(document, default=parts.ministack.persistence.encode)
    unfinished = path.with_name(f"{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(gzip.compress(text.encode(), mtime=0))
        unfinished.replace(path)
    except OSError as error:
        message = f"the state cannot be written to {path}: {error.strerror}"
        raise LocalCloudError(message) from error


def load_state(parts: StateParts, path: Path) -> list[str]:
    """Put the saved state in the current one's place; give what could not come along."""
    document = _read(path, parts.ministack.persistence.decode)
    running = _running_executions(document)
    parts.ministack.replace_state(document["services"])
    parts.clock.jump(float(document["now"]))
    for name, keeper in parts.own.items():
        keeper.restore(document["own"][name])
    parts.after_load()
    return [f"execution {name} was running and has failed: it cannot be saved" for name in running]


def _read(path: Path, decode: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    try:
        text = gzip.decompress(path.read_bytes())
        document = json.loads(text, object_hook=decode)
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror or 'not a saved state'}"
        raise LocalCloudError(message) from error
    except (ValueError, EOFError) as error:
        message = f"{path} is not a saved state"
        raise LocalCloudError(message) from error
    if not isinstance(document, dict) or document.get("format") != _FORMAT:
        message = f"{path} is not a saved state of this version ({_FORMAT})"
        raise LocalCloudError(message)
    return document


def _running_executions(document: dict[str, Any]) -> list[str]:
    executions = document["services"].get("stepfunctions", {}).get("executions")
    values = [] if executions is None else executions.all_values()
    return sorted(execution["name"] for execution in values if execution["status"] == "RUNNING")
