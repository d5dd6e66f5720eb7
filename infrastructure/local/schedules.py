"""EventBridge Scheduler schedules and scheduled rules, fired by the movable clock.

Cron expressions are read in the schedule's own time zone. As EventBridge Scheduler documents it, a
local time skipped in spring does not fire that day, and one repeated in autumn fires once.
"""

# ruff: noqa: SLF001 - ministack offers nothing public for this; self_test guards each name

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from local.boot import Ministack

# A yearly schedule in a skipped hour needs one more look; more than this is no schedule at all.
_LOOKS = 32

NextLocal = Callable[[datetime], datetime | None]


@dataclass(frozen=True)
class _Occurrence:
    """One schedule's next moment and what to do then."""

    moment: float
    key: tuple[str, str, str]
    dispatch: Callable[[float], None]


def next_in_zone(next_local: NextLocal, after: float, zone: ZoneInfo) -> float | None:
    """The next instant after `after` at which the wall clock of `zone` shows a matching time."""
    local = datetime.fromtimestamp(after, zone).replace(tzinfo=UTC)
    for _ in range(_LOOKS):
        candidate = next_local(local)
        if candidate is None:
            return None
        instant = candidate.replace(tzinfo=zone).timestamp()
        exists = datetime.fromtimestamp(instant, zone).replace(tzinfo=UTC) == candidate
        if exists and instant > after:
            return instant
        local = candidate
    return None


class Schedules:
    """A due source over every schedule and scheduled rule that is deployed."""

    def __init__(self, ministack: Ministack, started_at: float) -> None:
        self._ministack = ministack
        self._started_at = started_at
        self._fired: dict[tuple[str, str, str], float] = {}
        self._next_cron = functools.lru_cache(4096)(self._compute_next_cron)

    def next_due(self, _now: float) -> float | None:
        return min((o.moment for o in self._occurrences()), default=None)

    def fire(self, now: float) -> None:
        due = sorted(
            (o for o in self._occurrences() if o.moment <= now), key=lambda o: (o.moment, o.key)
        )
        for occurrence in due:
            self._fired[occurrence.key] = occurrence.moment
            self._ministack.call_scoped(occurrence.dispatch, occurrence.moment)

    def state(self) -> list[list[Any]]:
        return [[*key, moment] for key, moment in sorted(self._fired.items())]

    def restore(self, state: list[list[Any]]) -> None:
        self._fired = {(a, b, c): float(moment) for a, b, c, moment in state}

    def _occurrences(self) -> Iterator[_Occurrence]:
        for key, schedule in list(self._ministack.scheduler._schedules._data.items()):
            if schedule.get("State") == "ENABLED":
                moment = self._next_of_schedule(key, schedule)
                if moment is not None:
                    run = functools.partial(self._run_schedule, key, schedule)
                    yield _Occurrence(moment, key, run)
        for key, rule in list(self._ministack.eventbridge._rules._data.items()):
            if rule.get("State") == "ENABLED" and rule.get("ScheduleExpression"):
                since = float(rule.get("CreationTime") or self._started_at)
                moment = self._next(rule["ScheduleExpression"], "UTC", self._fired.get(key), since)
                if moment is not None:
                    yield _Occurrence(moment, key, functools.partial(self._run_rule, key, rule))

    def _next_of_schedule(
        self, key: tuple[str, str, str], schedule: dict[str, Any]
    ) -> float | None:
        epoch = self._ministack.scheduler._to_epoch
        since = float(schedule.get("CreationDate") or self._started_at)
        start, end = epoch(schedule.get("StartDate")), epoch(schedule.get("EndDate"))
        if start is not None:
            since = max(since, start - 1)
        zone = schedule.get("ScheduleExpressionTimezone") or "UTC"
        last = self._fired.get(key)
        moment = self._next(schedule["ScheduleExpression"], zone, last, since)
        return None if moment is None or (end is not None and moment > end) else moment

    def _next(self, expression: str, zone: str, last: float | None, since: float) -> float | None:
        at = self._ministack.scheduler._at_time_epoch(expression)
        if at is not None:
            local = datetime.fromtimestamp(at, UTC)
            return None if last is not None else local.replace(tzinfo=ZoneInfo(zone)).timestamp()
        base = since if last is None else last
        interval: float | None = self._ministack.eventbridge._parse_rate_seconds(expression)
        return self._next_cron(expression, zone, base) if interval is None else base + interval

    def _compute_next_cron(self, expression: str, zone: str, after: float) -> float | None:
        eventbridge = self._ministack.eventbridge
        fields = eventbridge._parse_cron_fields(expression)
        if fields is None:
            return None
        find = functools.partial(eventbridge._cron_next_fire, fields)
        return next_in_zone(find, after, ZoneInfo(zone))

    def _run_schedule(
        self, key: tuple[str, str, str], schedule: dict[str, Any], moment: float
    ) -> None:
        target = dict(schedule.get("Target") or {})
        if "Input" in target:
            target["Input"] = _with_context(target["Input"], schedule, moment)
        self._dispatch("aws.scheduler", schedule, [target], moment)
        if schedule.get("ActionAfterCompletion") == "DELETE":
            expression = schedule["ScheduleExpression"]
            if self._ministack.scheduler._at_time_epoch(expression) is not None:
                self._ministack.scheduler._schedules._data.pop(key, None)

    def _run_rule(self, key: tuple[str, str, str], rule: dict[str, Any], moment: float) -> None:
        targets = self._ministack.eventbridge._targets._data.get(key, [])
        self._dispatch("aws.events", rule, targets, moment)

    def _dispatch(
        self, source: str, owner: dict[str, Any], targets: list[dict[str, Any]], moment: float
    ) -> None:
        responses = self._ministack.responses
        event = {
            "EventId": responses.new_uuid(),
            "Source": source,
            "DetailType": "Scheduled Event",
            "Detail": "{}",
            "EventBusName": owner.get("EventBusName", "default"),
            "Time": int(moment),
            "Resources": [owner.get("Arn", "")],
            "Account": responses.get_account_id(),
            "Region": responses.get_region(),
        }
        for target in targets:
            self._ministack.eventbridge._invoke_target(target, event, owner)


def _with_context(text: str, schedule: dict[str, Any], moment: float) -> str:
    """Fill in the context attributes that EventBridge Scheduler offers to a target's input."""
    at = datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    values = {
        "schedule-arn": schedule.get("Arn", ""),
        "scheduled-time": at,
        "execution-id": f"{schedule.get('Name', '')}-{int(moment)}",
        "attempt-number": "1",
    }
    for name, value in values.items():
        text = text.replace(f"<aws.scheduler.{name}>", value)
    return text
