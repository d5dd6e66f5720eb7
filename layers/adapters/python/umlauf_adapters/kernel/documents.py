"""Frozen dataclasses to plain documents and back, by their type hints.

A document is made of dict, list, str, int, bool and None: it is stored as a native DynamoDB map and
published as JSON. Decimals become strings without exponent, instants RFC 3339 in UTC, dates ISO,
enums their value. A field that may hold several dataclasses carries `kind` (the class's `KIND`, or
its name). Missing fields take the dataclass's default, so old documents stay readable; unknown
fields are ignored.
"""

import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")
Encoder = Callable[[Any], Any]
Decoder = Callable[[Any], Any]


class _Need(Enum):
    REQUIRED = 1
    DEFAULT_IF_MISSING = 2
    NONE_IF_MISSING = 3


class UnreadableDocument(ValueError):
    """A stored or received document does not have the shape its type promises."""


def encode(value: Any) -> Any:
    """The document of a value. Raises TypeError for what has none (floats among them)."""
    return _encoder(cast("Any", type(value)))(value)


@cache
def _encoder(cls: Any) -> Encoder:
    for known, encoder in _ENCODERS:
        if issubclass(cls, known):
            return encoder
    if is_dataclass(cls):
        return _encode_dataclass
    raise TypeError(f"{cls.__name__} has no document form")


def encode_instant(instant: datetime) -> str:
    """RFC 3339 in UTC, sortable as text: always six digits after the second or none at all."""
    if instant.tzinfo is None:
        raise TypeError("a naive datetime has no document form")
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


# The first match wins, so what is more special stands first: an enum of texts, a datetime.
_ENCODERS: tuple[tuple[type, Encoder], ...] = (
    (Enum, lambda value: value.value),
    (bool, lambda value: value),
    (int, lambda value: value),
    (str, lambda value: value),
    (type(None), lambda value: value),
    (Decimal, lambda value: format(value, "f")),
    (datetime, encode_instant),
    (date, lambda value: value.isoformat()),
    (Mapping, lambda value: {str(encode(key)): encode(item) for key, item in value.items()}),
    (list, lambda value: [encode(item) for item in value]),
    (tuple, lambda value: [encode(item) for item in value]),
    (frozenset, lambda value: sorted(encode(item) for item in value)),
)


def decode(cls: type[T], document: Any) -> T:
    """The value of a document. Raises UnreadableDocument, naming the class and field."""
    return cast("T", _decoder(cast("Any", cls))(document))


def _encode_dataclass(value: Any) -> dict[str, Any]:
    cls = cast("Any", type(value))
    tagged, defaulted = _tagged_fields(cls), _defaulted_fields(cls)
    document: dict[str, Any] = {}
    for name in _field_names(cls):
        item = getattr(value, name)
        if item is None and name not in defaulted:
            continue
        encoded = encode(item)
        if name in tagged:
            encoded = _tag(item, encoded)
        document[name] = encoded
    return document


def _tag(item: Any, encoded: Any) -> Any:
    if isinstance(encoded, list):
        return [_tag(one, document) for one, document in zip(item, encoded, strict=True)]
    if isinstance(encoded, dict) and is_dataclass(item):
        return {"kind": kind_of(type(item)), **encoded}
    return encoded


def kind_of(cls: type) -> str:
    """What tells this dataclass apart in a field that may hold several."""
    return str(getattr(cls, "KIND", cls.__name__))


@cache
def _field_names(cls: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(cls))


@cache
def _defaulted_fields(cls: Any) -> frozenset[str]:
    """Fields that are something else than None when they are missing: their None is written."""
    return frozenset(
        field.name
        for field in fields(cls)
        if field.default not in (MISSING, None) or field.default_factory is not MISSING
    )


@cache
def _hints(cls: type) -> dict[str, Any]:
    return get_type_hints(cls)


@cache
def _tagged_fields(cls: Any) -> frozenset[str]:
    return frozenset(
        name for name in _field_names(cls) if len(_dataclasses_in(_hints(cls)[name])) > 1
    )


def _dataclasses_in(hint: Any) -> tuple[type, ...]:
    """The dataclasses a field may hold, directly or as the items of a sequence."""
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return tuple(cls for part in get_args(hint) for cls in _dataclasses_in(part))
    if origin in (tuple, list, Sequence):
        return tuple(cls for part in get_args(hint)[:1] for cls in _dataclasses_in(part))
    return (hint,) if isinstance(hint, type) and is_dataclass(hint) else ()


@cache
def _decoder(hint: Any) -> Decoder:
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _union_decoder(args)
    if origin in (tuple, list, frozenset, set, Sequence) or (
        isinstance(origin, type) and issubclass(origin, Sequence)
    ):
        return _sequence_decoder(origin, args)
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        key, item = _decoder(args[0]), _decoder(args[1])
        return lambda document: {key(k): item(v) for k, v in document.items()}
    if origin is Literal or hint is Any:
        return _as_is
    if hasattr(hint, "__supertype__"):
        return _decoder(hint.__supertype__)
    if isinstance(hint, type):
        return _class_decoder(hint)
    raise TypeError(f"{hint!r} cannot be read from a document")


def _as_is(document: Any) -> Any:
    return document


def _class_decoder(cls: type) -> Decoder:
    if is_dataclass(cls):
        return _dataclass_decoder(cls)
    if issubclass(cls, Enum):
        return cls
    if issubclass(cls, datetime):
        return lambda document: datetime.fromisoformat(document).astimezone(UTC)
    simple: dict[type, Decoder] = {
        date: date.fromisoformat,
        Decimal: Decimal,
        int: int,
        str: str,
        bool: bool,
        type(None): _as_is,
        dict: _as_is,
    }
    if cls in simple:
        return simple[cls]
    raise TypeError(f"{cls!r} cannot be read from a document")


def _sequence_decoder(origin: Any, args: tuple[Any, ...]) -> Decoder:
    item = _decoder(args[0]) if args else _as_is
    build = origin if origin in (list, frozenset, set) else tuple
    if build is tuple and args and len(args) > 1 and args[-1] is not ...:
        each = [_decoder(arg) for arg in args]
        return lambda document: tuple(one(part) for one, part in zip(each, document, strict=True))
    return lambda document: build(item(part) for part in document)


def _union_decoder(args: tuple[Any, ...]) -> Decoder:
    options = [arg for arg in args if arg is not type(None)]
    if len(options) == 1:
        only = _decoder(options[0])
        return lambda document: None if document is None else only(document)
    if all(isinstance(option, type) and is_dataclass(option) for option in options):
        by_kind = {kind_of(option): _decoder(option) for option in options}

        def decode_tagged(document: Any) -> Any:
            if document is None:
                return None
            try:
                return by_kind[document["kind"]](document)
            except KeyError:
                raise UnreadableDocument(
                    f"kind must be one of {', '.join(sorted(by_kind))}: {document.get('kind')!r}"
                ) from None

        return decode_tagged
    return _as_is


def _dataclass_decoder(cls: type) -> Decoder:
    # Parts are looked up on first use, not here: a dataclass may contain itself.
    def decode_dataclass(document: Any) -> Any:
        if not isinstance(document, Mapping):
            raise UnreadableDocument(f"{cls.__name__} must be an object")
        values = {}
        for name, decoder, need in _parts(cls):
            item = document.get(name, MISSING)
            if item is not MISSING:
                values[name] = _decode_part(cls, name, decoder, item)
            elif need is _Need.REQUIRED:
                raise UnreadableDocument(f"{cls.__name__}.{name} is missing")
            elif need is _Need.NONE_IF_MISSING:
                values[name] = None
        return cls(**values)

    return decode_dataclass


def _decode_part(cls: type, name: str, decoder: Decoder, item: Any) -> Any:
    try:
        return decoder(item)
    except UnreadableDocument:
        raise
    except (TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise UnreadableDocument(f"{cls.__name__}.{name}: {error}") from error


@cache
def _parts(cls: type) -> tuple[tuple[str, Decoder, _Need], ...]:
    hints = _hints(cls)
    return tuple(
        (field.name, _decoder(hints[field.name]), _need(field, hints[field.name]))
        for field in fields(cls)
    )


def _need(field: Field[Any], hint: Any) -> _Need:
    if field.default is not MISSING or field.default_factory is not MISSING:
        return _Need.DEFAULT_IF_MISSING
    # encode() leaves None out, so what may be None may be missing.
    return _Need.NONE_IF_MISSING if type(None) in get_args(hint) else _Need.REQUIRED
