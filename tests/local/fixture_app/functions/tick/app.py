"""Remembers when a schedule fired."""

from datetime import UTC, datetime
from typing import Any

from fixture_adapters import things


def handle(event: dict[str, Any], context: Any) -> None:
    things.put(f"tick#{event['kind']}", datetime.now(UTC).isoformat(), at=event.get("at", ""))
