"""`expand[]`: objects in place of their ids, in a copy of the answer."""

import copy
from typing import Any

from local.stripe_standin.account import PREFIXES, Account
from local.stripe_standin.refusals import Refusal
from local.stripe_standin.wire import Json

MAX_PATHS, MAX_DEPTH = 20, 4

_KINDS = {prefix: kind for kind, prefix in PREFIXES.items()}


def expand(account: Account, answer: Json, paths: list[str]) -> Json:
    """Expand each dotted path, such as `latest_charge` or `data.customer`."""
    if len(paths) > MAX_PATHS:
        raise Refusal(f"You cannot expand more than {MAX_PATHS} properties.", param="expand")
    if not paths:
        return answer
    expanded = copy.deepcopy(answer)
    for path in paths:
        steps = path.split(".")
        if len(steps) > MAX_DEPTH:
            raise Refusal(f"You cannot expand more than {MAX_DEPTH} levels.", param="expand")
        _expand_in(account, expanded, steps, path)
    return expanded


def _expand_in(account: Account, node: Json, steps: list[str], path: str) -> None:
    name, *rest = steps
    if name not in node:
        raise _cannot(path)
    value = node[name]
    if isinstance(value, str):
        value = node[name] = _object_of(account, value, path)
    children = value if isinstance(value, list) else [value]
    for child in children:
        if child is None:
            continue
        if not isinstance(child, dict) or not (rest or "id" in child):
            raise _cannot(path)
        if rest:
            _expand_in(account, child, rest, path)


def _object_of(account: Account, object_id: str, path: str) -> Any:
    kind = _KINDS.get(object_id.partition("_")[0])
    found = account.tables[kind].get(object_id) if kind else None
    if found is None:
        raise _cannot(path)
    return copy.deepcopy(found)


def _cannot(path: str) -> Refusal:
    return Refusal(f"This property cannot be expanded ({path}).", param="expand")
