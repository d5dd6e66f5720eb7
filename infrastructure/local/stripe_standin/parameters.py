"""What each call accepts, taken from the parameter types of the `stripe` library itself.

The library describes every call's parameters as TypedDicts. They are the one list that moves with
the version under test, so the stand-in refuses exactly what that version of the API does not know.
"""

import functools
import re
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Union

import stripe

from local.stripe_standin.refusals import Refusal, missing
from local.stripe_standin.wire import Json

_OPTIONS = frozenset(stripe.RequestOptions.__annotations__)
# Names that the request options use and the parameter modules themselves do not import.
_OPTION_TYPES = {"Mapping": Mapping, "StripeContext": str}
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,12})?")
_BOOLEANS = {"true": True, "false": False}

METADATA_KEYS, METADATA_KEY_LENGTH, METADATA_VALUE_LENGTH = 50, 40, 500


@dataclass(frozen=True, slots=True)
class Shape:
    """One parameter's type: any of the scalars, choices, fields or items it may be."""

    scalars: frozenset[type] = frozenset()
    choices: frozenset[str] = frozenset()
    fields: Mapping[str, "Shape"] | None = None
    required: frozenset[str] = frozenset()
    items: "Shape | None" = None
    is_free_form: bool = False
    may_be_empty: bool = False


@dataclass(slots=True)
class _Draft:
    """A shape under construction: a union adds the parts of each of its members."""

    scalars: set[type] = field(default_factory=set)
    choices: set[str] = field(default_factory=set)
    fields: dict[str, Shape] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    items: Shape | None = None
    has_fields: bool = False
    is_free_form: bool = False


@functools.cache
def shape_of(parameters: type) -> Shape:
    """Read a TypedDict of `stripe.params`, down to its last nested parameter."""
    hints = typing.get_type_hints(parameters, localns=_OPTION_TYPES)
    required: frozenset[str] = getattr(parameters, "__required_keys__", frozenset())
    fields = {name: _shape(hint) for name, hint in hints.items() if name not in _OPTIONS}
    return Shape(fields=fields, required=required - _OPTIONS)


def read(shape: Shape, given: Json) -> Json:
    """Check `given` against `shape` and turn its texts into integers, booleans and lists.

    Raises `Refusal` as Stripe does for the first parameter that is unknown, missing or wrong.
    """
    return _read_fields(shape, given, path="")


def _shape(hint: Any) -> Shape:
    draft = _Draft()
    for member in _members(hint):
        _add(draft, member)
    named = frozenset(choice for choice in draft.choices if choice)
    return Shape(
        scalars=frozenset(draft.scalars),
        choices=named,
        fields=draft.fields if draft.has_fields else None,
        required=draft.required,
        items=draft.items,
        is_free_form=draft.is_free_form,
        may_be_empty="" in draft.choices,
    )


def _members(hint: Any) -> tuple[Any, ...]:
    if typing.get_origin(hint) in (Union, types.UnionType):
        return tuple(part for member in typing.get_args(hint) for part in _members(member))
    return (hint,)


def _add(draft: _Draft, member: Any) -> None:
    origin = typing.get_origin(member)
    if origin is Literal:
        draft.choices.update(str(choice) for choice in typing.get_args(member))
    elif origin is list:
        draft.items = _shape(typing.get_args(member)[0])
    elif hasattr(member, "__required_keys__"):
        # A TypedDict; the library takes its own from typing_extensions, which typing disowns.
        nested = shape_of(member)
        draft.fields.update(nested.fields or {})
        draft.required = nested.required
        draft.has_fields = True
    elif member in (str, int, float, bool):
        draft.scalars.add(member)
    else:
        draft.is_free_form = True


def _read_fields(shape: Shape, given: Json, *, path: str) -> Json:
    fields = shape.fields or {}
    unknown = [_named(path, name) for name in given if name not in fields]
    if unknown:
        plural = "s" if len(unknown) > 1 else ""
        raise Refusal(
            f"Received unknown parameter{plural}: {', '.join(unknown)}",
            code="parameter_unknown",
            param=unknown[0],
        )
    for name in sorted(shape.required):
        if name not in given:
            raise missing(_named(path, name))
    return {
        name: _read_value(fields[name], value, path=_named(path, name))
        for name, value in given.items()
    }


def _read_value(shape: Shape, value: Any, *, path: str) -> Any:
    if isinstance(value, str):
        return _read_text(shape, value, path=path)
    if shape.items is not None:
        return _read_items(shape.items, value, path=path)
    if shape.fields is not None:
        return _read_fields(shape, value, path=path)
    if shape.is_free_form:
        return _read_free_form(value, path=path)
    raise Refusal(f"Invalid string: {path} must not have parts.", param=path)


def _read_items(items: Shape, value: Json, *, path: str) -> list[Any]:
    if not all(index.isascii() and index.isdigit() for index in value):
        raise Refusal("Invalid array", param=path)
    ordered = sorted(value, key=int)
    return [_read_value(items, value[index], path=f"{path}[{index}]") for index in ordered]


def _read_free_form(value: Json, *, path: str) -> Json:
    if len(value) > METADATA_KEYS:
        raise Refusal(f"{path} can have up to {METADATA_KEYS} keys.", param=path)
    for key, text in value.items():
        named = _named(path, key)
        if not isinstance(text, str):
            raise Refusal(f"{path} values can only be strings.", param=named)
        if len(key) > METADATA_KEY_LENGTH or len(text) > METADATA_VALUE_LENGTH:
            raise Refusal(
                f"{path} keys can be up to {METADATA_KEY_LENGTH} characters long and values up "
                f"to {METADATA_VALUE_LENGTH}.",
                param=named,
            )
    return value


def _read_text(shape: Shape, text: str, *, path: str) -> Any:
    if not text:
        return _read_empty(shape, path=path)
    if bool in shape.scalars and text in _BOOLEANS:
        return _BOOLEANS[text]
    if text in shape.choices:
        return text
    if int in shape.scalars:
        return _read_integer(text, path=path)
    if float in shape.scalars and _NUMBER.fullmatch(text):
        return float(text)
    if shape.choices:
        raise Refusal(
            f"Invalid {path}: must be one of {', '.join(sorted(shape.choices))}", param=path
        )
    if str in shape.scalars:
        return text
    raise Refusal(f"Invalid {_expected(shape)}: {text}", param=path)


def _read_integer(text: str, *, path: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise Refusal(f"Invalid integer: {text}", code="parameter_invalid_integer", param=path)
    return int(text)


def _read_empty(shape: Shape, *, path: str) -> str | list[Any]:
    if shape.may_be_empty:
        return ""
    raise Refusal(
        f"You passed an empty string for '{path}', which cannot be unset.",
        code="parameter_invalid_empty",
        param=path,
    )


def _expected(shape: Shape) -> str:
    if shape.items is not None:
        return "array"
    if bool in shape.scalars:
        return "boolean"
    return "object"


def _named(path: str, name: str) -> str:
    return f"{path}[{name}]" if path else name
