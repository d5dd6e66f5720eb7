"""Compares every deployed resource, property by property, with what the template asks for.

Ministack drops in silence what it does not know. Here that stops the start with one line per case.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from local import deployed, not_honoured
from local.deployment import ClientFactory, Resource, Stack
from local.errors import LocalCloudError

_MOST_LINES = 20


def compare(stack: Stack, client: ClientFactory) -> None:
    """Raise with a line for everything that is not honoured and not knowingly ignored."""
    lines = [line for resource in stack.resources.values() for line in _dropped(resource, client)]
    if lines:
        more = [f"and {len(lines) - _MOST_LINES} more"] if len(lines) > _MOST_LINES else []
        raise LocalCloudError("\n".join([*lines[:_MOST_LINES], *more]))


def _dropped(resource: Resource, client: ClientFactory) -> Iterator[str]:
    at = f"template.yaml: Resources.{resource.logical_id}"
    try:
        actual = deployed.read(client, resource)
    except (ClientError, LookupError) as error:
        yield f"{at} is not there after the deployment: {' '.join(str(error).split())}"
        return
    if actual is None:
        yield f"{at}: the local cloud cannot read {resource.kind} back"
        return
    for path in differences(resource.properties, actual):
        plain = ".".join(part for part in path.split(".") if not part.isdigit())
        if not_honoured.reason(resource.kind, plain) is None:
            yield f"{at}.Properties.{path} is not honoured by the local cloud"


def differences(expected: Any, actual: Any, path: str = "") -> Iterator[str]:
    """The paths of everything in `expected` that `actual` lacks or has otherwise.

    What the service adds is no difference. Case of first letters, numbers as text and policies as
    text are the services' own ways of saying the same.
    """
    if isinstance(expected, Mapping):
        yield from _mapping_differences(expected, _as_mapping(actual), path)
    elif isinstance(expected, list):
        yield from _list_differences(expected, actual, path)
    elif not _is_same(expected, actual):
        yield path


def _mapping_differences(
    expected: Mapping[str, Any], actual: Mapping[str, Any] | None, path: str
) -> Iterator[str]:
    if actual is None:
        yield path
        return
    by_name = {str(key).lower(): value for key, value in actual.items()}
    for key, value in expected.items():
        inner = f"{path}.{key}" if path else str(key)
        if str(key).lower() in by_name:
            yield from differences(value, by_name[str(key).lower()], inner)
        elif value not in (None, [], {}, ""):
            yield inner


def _list_differences(expected: list[Any], actual: Any, path: str) -> Iterator[str]:
    if not isinstance(actual, list):
        actual = [actual]
    for place, value in enumerate(expected):
        if not any(next(differences(value, other, path), None) is None for other in actual):
            # Name the place in the element most likely meant, the one at the same position.
            meant = actual[place] if place < len(actual) else None
            yield from differences(value, meant, f"{path}.{place}")


def _as_mapping(value: Any) -> Mapping[str, Any] | None:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return None
    return value if isinstance(value, Mapping) else None


def _is_same(expected: Any, actual: Any) -> bool:
    if actual is None or isinstance(actual, Mapping | list):
        return _as_json(expected) == actual if isinstance(expected, str) else expected is actual
    if isinstance(expected, bool) or isinstance(actual, bool):
        return str(expected).lower() == str(actual).lower()
    if str(expected) == str(actual):
        return True
    return _is_number(expected, actual) or (_as_json(expected) == _as_json(actual) is not None)


def _is_number(expected: Any, actual: Any) -> bool:
    try:
        return float(expected) == float(actual)
    except (TypeError, ValueError):
        return False


def _as_json(value: Any) -> Any:
    try:
        return json.loads(value)
    except (TypeError, ValueError):
        return None
