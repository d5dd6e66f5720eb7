"""The operations of the control API: what runs, the clock, events, the inbox, saved states."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local.front import BadRequest, Request

if TYPE_CHECKING:
    from local.cloud import LocalCloud

_SHORT = re.compile(r"(\d+(?:\.\d+)?)([smhdw])")
_ISO = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_LONGEST = timedelta(days=366 * 20)
_DEFAULT_PAGE = 100


def parse_duration(text: object) -> timedelta:
    """Read `30d`, `12h`, `90m` or an ISO 8601 duration such as `P30D` or `PT12H`."""
    if not isinstance(text, str):
        message = 'give a duration, such as {"duration": "30d"}'
        raise BadRequest(message)
    short, iso = _SHORT.fullmatch(text.strip()), _ISO.fullmatch(text.strip())
    if short:
        duration = timedelta(**{_UNITS[short[2]]: min(float(short[1]), 1e7)})
    elif iso and any(iso.groups()):
        amounts = [int(group[:7]) if group else 0 for group in iso.groups()]
        duration = timedelta(**dict(zip(_ISO_UNITS, amounts, strict=True)))
    else:
        message = f"{text!r} is no duration: say 30d, 12h, 90m or P30D"
        raise BadRequest(message)
    if duration > _LONGEST:
        message = f"{text!r} is more than the clock can be moved at once (20 years)"
        raise BadRequest(message)
    return duration


_ISO_UNITS = ("weeks", "days", "hours", "minutes", "seconds")


def parse_instant(text: object) -> datetime:
    """Read an RFC 3339 instant; a time without an offset is refused."""
    try:
        instant = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        message = f'{text!r} is no instant: say {{"to": "2026-10-01T00:00:00Z"}}'
        raise BadRequest(message)
    return instant.astimezone(UTC)


class Control:
    """Binds a cloud to its control API."""

    def __init__(self, cloud: "LocalCloud") -> None:
        self._cloud = cloud
        cloud.extend("GET", "/status", self._status)
        cloud.extend("GET", "/clock", self._clock)
        cloud.extend("POST", "/clock/advance", self._advance)
        cloud.extend("POST", "/clock/set", self._set)
        cloud.extend("GET", "/events", self._events)
        cloud.extend("GET", "/inbox", cloud.inbox.answer)
        cloud.extend("POST", "/state/save", self._save)
        cloud.extend("POST", "/state/load", self._load)

    def _status(self, _: Request) -> dict[str, Any]:
        cloud = self._cloud
        return {
            "status": "running",
            "now": _text(cloud.now()),
            "http_url": cloud.http_url,
            "mqtt": f"{cloud.mqtt_host}:{cloud.mqtt_port}",
            "resources": cloud.resource_count,
            "invocations": cloud.functions.invocations,
            "events": len(cloud.events.all()),
            "alarms": cloud.alarms.raised(),
            "outputs": cloud.outputs,
        }

    def _clock(self, _: Request) -> dict[str, Any]:
        return {"now": _text(self._cloud.now()), "is_running": self._cloud.clock.is_running_along}

    def _advance(self, request: Request) -> dict[str, Any]:
        self._cloud.advance(parse_duration(request.body.get("duration")))
        return self._clock(request)

    def _set(self, request: Request) -> dict[str, Any]:
        self._cloud.move_to(parse_instant(request.body.get("to")))
        return self._clock(request)

    def _events(self, request: Request) -> dict[str, Any]:
        after = _whole_number(request.query, "after", 0)
        return self._cloud.events.page(after, _whole_number(request.query, "limit", _DEFAULT_PAGE))

    def _save(self, request: Request) -> dict[str, Any]:
        path = _path(request)
        self._cloud.save(path)
        return {"saved": str(path)}

    def _load(self, request: Request) -> dict[str, Any]:
        path = _path(request)
        return {"loaded": str(path), "notes": self._cloud.load(path), **self._clock(request)}


def _text(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")


def _whole_number(query: Any, name: str, default: int) -> int:
    text = query.get(name) or str(default)
    if not (text.isascii() and text.isdigit()):
        message = f"{name} must be a whole number, not {text!r}"
        raise BadRequest(message)
    return int(text[:12])


def _path(request: Request) -> Path:
    path = request.body.get("path")
    if not isinstance(path, str) or not path:
        message = 'give a file, such as {"path": "month.state"}'
        raise BadRequest(message)
    return Path(path)
