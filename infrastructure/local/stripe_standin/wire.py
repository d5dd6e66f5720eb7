"""Stripe's wire format: bracketed forms in, JSON out."""

import json
from typing import Any
from urllib.parse import parse_qsl

Json = dict[str, Any]

MAX_PAIRS = 2_000
MAX_DEPTH = 12


class MalformedForm(Exception):
    """The body is not a form that Stripe would read."""


def form_pairs(text: str) -> list[tuple[str, str]]:
    """Split a form (a body or a query string) into its pairs, in order."""
    try:
        return parse_qsl(
            text, keep_blank_values=True, strict_parsing=bool(text), max_num_fields=MAX_PAIRS
        )
    except ValueError as error:
        raise MalformedForm(str(error)) from error


def nest(pairs: list[tuple[str, str]]) -> Json:
    """Turn `a[b][0]=x` into `{"a": {"b": {"0": "x"}}}`.

    Lists stay mappings from index to value here: whether `metadata[0]` is a list or a key named
    "0" only the parameter's type can tell (see `parameters`).
    """
    tree: Json = {}
    for name, value in pairs:
        *parents, last = _steps(name)
        node = tree
        for step in parents:
            child = node.setdefault(step or str(len(node)), {})
            if not isinstance(child, dict):
                raise MalformedForm(f"{name} is given both a value and parts")
            node = child
        node[last or str(len(node))] = value
    return tree


def dump(value: Json) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _steps(name: str) -> list[str]:
    head, bracket, rest = name.partition("[")
    if not bracket:
        return [head]
    if not head or not rest.endswith("]"):
        raise MalformedForm(f"{name} is not a parameter name")
    steps = [head, *rest[:-1].split("][")]
    if len(steps) > MAX_DEPTH:
        raise MalformedForm(f"{name} is nested too deeply")
    return steps
