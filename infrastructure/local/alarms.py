"""Alarms: the metrics AWS publishes by itself, and a look at every alarm when the cloud is still.

Ministack keeps alarms and compares them when a metric is put, but it publishes nothing about
queues, looks at no alarm on its own, and shows an alarm the metric of every queue alike.
"""

# ruff: noqa: SLF001 - ministack offers nothing public for this; self_test guards each name

import time
from types import FunctionType
from typing import Any

from local.boot import Ministack
from local.patches import Patches

_VISIBLE = "ApproximateNumberOfMessagesVisible"


class Alarms:
    """Publishes queue metrics and evaluates alarms."""

    def __init__(self, ministack: Ministack) -> None:
        self._ministack = ministack

    def watch(self, patches: Patches) -> None:
        """Let ministack compare an alarm with the metric of its own dimensions only."""
        cloudwatch = self._ministack.cloudwatch
        compare = cloudwatch._evaluate_alarm

        def compare_own(alarm: dict[str, Any]) -> None:
            dimensions = {one["Name"]: one["Value"] for one in alarm.get("Dimensions") or []}
            of_alarm = cloudwatch._dims_key(dimensions)
            own = {key: points for key, points in cloudwatch._metrics.items() if key[2] == of_alarm}
            # The same code, but other metrics under the global name it reads them from.
            FunctionType(compare.__code__, {**vars(cloudwatch), "_metrics": own})(alarm)

        patches.replace(cloudwatch, "_evaluate_alarm", compare_own)

    def evaluate(self) -> None:
        """Bring every alarm's state up to date with what can be seen now."""
        self._ministack.call_scoped(self._evaluate)

    def raised(self) -> list[str]:
        """The names of the alarms that ring."""
        self.evaluate()
        names: list[str] = self._ministack.call_scoped(self._ringing)
        return names

    def _evaluate(self) -> None:
        cloudwatch, now = self._ministack.cloudwatch, time.time()
        for queue in self._ministack.sqs._queues.values():
            visible = sum(message["visible_at"] <= now for message in queue["messages"])
            name = {"QueueName": queue["name"]}
            cloudwatch.record_metric("AWS/SQS", _VISIBLE, visible, "Count", name)
        cloudwatch._evaluate_all_alarms()

    def _ringing(self) -> list[str]:
        alarms = self._ministack.cloudwatch._alarms.values()
        return sorted(alarm["AlarmName"] for alarm in alarms if alarm["StateValue"] == "ALARM")
