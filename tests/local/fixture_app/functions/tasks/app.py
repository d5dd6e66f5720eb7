"""Steps of the state machine."""

from datetime import UTC, datetime, timedelta
from typing import Any

from fixture_adapters import things
from fixture_rules.limits import Refused

attempts: dict[str, int] = {}


class Transient(Exception):
    pass


def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    name = event["name"]
    if name == "refused":
        raise Refused("not this one")
    attempts[name] = attempts.get(name, 0) + 1
    if name == "flaky" and attempts[name] <= 2:
        raise Transient("try again")
    things.put(f"task#{name}", f"{event['task']} {event.get('value', '')} {now.isoformat()}")
    if event["task"] == "item":
        return {"value": event["value"] * 2}
    return {"due_at": (now + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M:%SZ")}
