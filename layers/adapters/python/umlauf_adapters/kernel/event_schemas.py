"""JSON Schemas of the domain events, generated from their dataclasses into `events/schemas/`.

`python -m umlauf_adapters.kernel.event_schemas` writes them; with `--check` it fails on drift
instead.
"""

import argparse
import importlib
import json
import pkgutil
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import umlauf
from umlauf_adapters.kernel.documents import kind_of

_SIMPLE: dict[type, dict[str, Any]] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    str: {"type": "string"},
    Decimal: {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
    type(None): {"type": "null"},
}


def event_classes() -> Iterator[type]:
    """Every event dataclass of every context, ordered by type."""
    found: dict[str, type] = {}
    for module in pkgutil.iter_modules(umlauf.__path__, "umlauf."):
        for part in pkgutil.iter_modules(importlib.import_module(module.name).__path__):
            if part.name == "events" and module.name != "umlauf.kernel":
                events = importlib.import_module(f"{module.name}.events")
                found |= {
                    cls.TYPE: cls
                    for cls in vars(events).values()
                    if isinstance(cls, type) and is_dataclass(cls) and hasattr(cls, "TYPE")
                }
    for _, cls in sorted(found.items()):
        yield cls


def schema_of(cls: type) -> dict[str, Any]:
    """The JSON Schema (2020-12) of an event's data.

    Unknown properties are allowed: versions grow.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": str(getattr(cls, "TYPE", cls.__name__)),
        **({"description": cls.__doc__} if cls.__doc__ and "(" not in cls.__doc__[:60] else {}),
        **_schema(cls),
    }


def _schema(hint: Any) -> dict[str, Any]:
    if hint in _SIMPLE:
        return dict(_SIMPLE[hint])
    if isinstance(hint, type) and issubclass(hint, Enum):
        return {"enum": [member.value for member in hint]}
    if isinstance(hint, type) and is_dataclass(hint):
        return _object_schema(hint)
    if hasattr(hint, "__supertype__"):
        return _schema(hint.__supertype__)
    return _generic_schema(get_origin(hint), get_args(hint))


def _generic_schema(origin: Any, args: tuple[Any, ...]) -> dict[str, Any]:
    if origin in (Union, types.UnionType):
        options = [_schema(arg) for arg in args if arg is not type(None)]
        return options[0] if len(options) == 1 else {"anyOf": options}
    if origin is Literal:
        return {"enum": list(args)}
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _schema(args[1])}
    if isinstance(origin, type) and issubclass(origin, Sequence | frozenset):
        return {"type": "array", "items": _schema(args[0])}
    return {}


def _object_schema(cls: type) -> dict[str, Any]:
    hints = get_type_hints(cls)
    required = [
        field.name
        for field in fields(cls)
        if field.default is MISSING
        and field.default_factory is MISSING
        and type(None) not in get_args(hints[field.name])
    ]
    properties = {field.name: _schema(hints[field.name]) for field in fields(cls)}
    if hasattr(cls, "KIND") and not hasattr(cls, "TYPE"):
        properties = {"kind": {"const": kind_of(cls)}, **properties}
    return {"type": "object", "properties": properties, "required": required}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail on drift, write nothing")
    parser.add_argument("--folder", type=Path, default=Path("events/schemas"))
    options = parser.parse_args()
    drifted = []
    for cls in event_classes():
        path = options.folder / f"{cls.TYPE}.json"  # type: ignore[attr-defined]
        text = json.dumps(schema_of(cls), indent=2) + "\n"
        if not path.exists() or path.read_text() != text:
            drifted.append(path)
            if not options.check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
    for path in drifted:
        print(f"{'differs' if options.check else 'written'}: {path}")  # noqa: T201
    return 1 if drifted and options.check else 0


if __name__ == "__main__":
    raise SystemExit(main())
