"""What functions print: one log file per function, and the metrics embedded in it.

CloudWatch turns log lines in the embedded metric format into metrics; so does this, which is what
alarms on our own metrics need.
"""

import io
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

RecordMetric = Callable[[str, str, float, str, dict[str, str]], None]


class FunctionLogs:
    """The log files, and the sink for metrics found in them."""

    def __init__(self, folder: Path, record_metric: RecordMetric) -> None:
        self._folder = folder
        self.record_metric = record_metric
        self._files: dict[str, io.TextIOWrapper] = {}
        self._lock = threading.Lock()

    def open(self, function: str) -> "InvocationOutput":
        """A place for one invocation's output; it reaches the file when the invocation ends."""
        return InvocationOutput(self, function)

    def append(self, function: str, text: str) -> None:
        with self._lock:
            file = self._files.get(function)
            if file is None:
                self._folder.mkdir(parents=True, exist_ok=True)
                path = self._folder / f"{function}.log"
                # Anew with each start: the clocks of two runs would make nonsense of one file.
                file = self._files[function] = path.open("w", encoding="utf-8")
            file.write(text)
            file.flush()

    def close(self) -> None:
        with self._lock:
            for file in self._files.values():
                file.close()
            self._files.clear()


class InvocationOutput(io.TextIOBase):
    """Collects what one invocation prints."""

    def __init__(self, logs: FunctionLogs, function: str) -> None:
        self._logs = logs
        self._function = function
        self._parts: list[str] = []

    def write(self, text: str) -> int:
        self._parts.append(text)
        return len(text)

    def flush(self) -> None:
        """Nothing to do: the file is written when the invocation ends."""

    def finish(self, *, is_error: bool, function_name: str) -> None:
        """Write the log and record the metrics in it, with Lambda's own two."""
        text = "".join(self._parts)
        if text:
            self._logs.append(self._function, text)
        for line in text.splitlines():
            if line.startswith("{") and '"_aws"' in line:
                self._record_embedded(line)
        record, of_function = self._logs.record_metric, {"FunctionName": function_name}
        record("AWS/Lambda", "Invocations", 1, "Count", of_function)
        record("AWS/Lambda", "Errors", int(is_error), "Count", of_function)

    def _record_embedded(self, line: str) -> None:
        try:
            entry = json.loads(line)
            directives = entry["_aws"]["CloudWatchMetrics"]
        except (ValueError, KeyError, TypeError):
            return  # an ordinary log line that only looks like one
        for directive in directives:
            for names in directive.get("Dimensions") or [[]]:
                dimensions = {name: str(entry[name]) for name in names if name in entry}
                for metric in directive.get("Metrics", []):
                    self._record_values(directive["Namespace"], metric, dimensions, entry)

    def _record_values(
        self,
        namespace: str,
        metric: dict[str, str],
        dimensions: dict[str, str],
        entry: dict[str, Any],
    ) -> None:
        values = entry.get(metric["Name"], [])
        for value in values if isinstance(values, list) else [values]:
            unit = metric.get("Unit", "None")
            self._logs.record_metric(namespace, metric["Name"], float(value), unit, dimensions)
