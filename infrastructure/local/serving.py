"""Serving until Ctrl-C: time runs along with the wall clock, changed code is picked up.

Between moves the cloud's clock runs at the pace of the real one, and what falls due on the way is
done within a second of it. A move stops it, does its work exactly, and lets it run again.
"""

import signal
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from local.cloud import LocalCloud
from local.errors import LocalCloudError

_LOOK_SECONDS = 0.5
_WATCHED_SUFFIXES = frozenset((".py", ".yaml", ".yml", ".json"))

Say = Callable[[str], None]
Snapshot = dict[Path, int]


class Reload:
    """Sees which deployed files have changed since the last look."""

    def __init__(self, cloud: LocalCloud) -> None:
        self._cloud = cloud
        self._code = self._snapshot(cloud.code_folders())
        self._definitions = self._snapshot(cloud.definition_files())

    def look(self) -> str | None:
        """Take changes over; what was done, in a word for a person, or None."""
        definitions = self._snapshot(self._cloud.definition_files())
        code = self._snapshot(self._cloud.code_folders())
        if definitions != self._definitions:
            self._definitions, self._code = definitions, code
            self._cloud.deploy()
            return "deployed the changed template"
        if code != self._code:
            changed = {path for path, _ in set(code.items()) ^ set(self._code.items())}
            self._code = code
            self._cloud.functions.discard()
            return f"reloaded {', '.join(sorted(path.name for path in changed))}"
        return None

    @staticmethod
    def _snapshot(places: list[Path]) -> Snapshot:
        files = [
            file
            for place in places
            for file in ([place] if place.is_file() else place.rglob("*"))
            if file.suffix in _WATCHED_SUFFIXES and "__pycache__" not in file.parts
        ]
        snapshot: Snapshot = {}
        for file in files:
            try:
                snapshot[file] = file.stat().st_mtime_ns
            except FileNotFoundError:
                continue  # gone between the listing and the look
        return snapshot


class Serving:
    """Keeps a started cloud alive in the background."""

    def __init__(self, cloud: LocalCloud, say: Say = print) -> None:
        self._cloud = cloud
        self._say = say
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="serving")

    def start(self) -> None:
        self._cloud.run_along(is_on=True)
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join(10)
        self._cloud.run_along(is_on=False)

    def _run(self) -> None:
        reload = Reload(self._cloud)
        while not self._over.wait(_LOOK_SECONDS):
            try:
                self._cloud.catch_up()
                done = reload.look()
            except LocalCloudError as error:
                self._say(f"local cloud: {error}")
            else:
                if done:
                    self._say(f"local cloud: {done}")


def serve(cloud: LocalCloud, say: Say = print) -> None:
    """Serve a started cloud until Ctrl-C or SIGTERM."""
    interrupted = threading.Event()

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        interrupted.set()

    before = {
        number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)
    }
    serving = Serving(cloud, say)
    serving.start()
    try:
        interrupted.wait()
    finally:
        serving.stop()
        for number, handler in before.items():
            signal.signal(number, handler)
