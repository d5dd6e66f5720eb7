"""Plans with their terms, phases and policies in the document."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from enum import Enum
from typing import Any, Final, TypeVar

from umlauf.catalog.document.items import read_add_on, read_item, write_add_on, write_item
from umlauf.catalog.document.nodes import (
    NOTHING,
    Node,
    major_text,
    read_interval,
    write_interval,
)
from umlauf.catalog.document.price_models import Written
from umlauf.catalog.model import AddOn, Plan, Terms
from umlauf.catalog.policies import (
    ChangePolicy,
    ChangeTiming,
    Commitment,
    CreditPolicy,
    PausePolicy,
    Phase,
    ProrationBasis,
)
from umlauf.kernel.calendar import Interval
from umlauf.kernel.money import minor_digits

T = TypeVar("T")
Reader = Callable[[Node], object]


def read_plan(plan_id: str, node: Node, add_ons: Mapping[str, AddOn]) -> Plan:
    found = node.fields(
        required={"name", "interval", "items"}, optional={"add_ons", *_OPTIONAL_OF_PLANS}
    )
    values = {
        name: read(found[key]) for key, (name, read) in _OPTIONAL_OF_PLANS.items() if key in found
    }
    if "add_ons" in found:
        values["add_ons"] = tuple(_offered(one, add_ons) for one in found["add_ons"].items())
    return node.build(
        Plan,
        plan_id=plan_id,
        name=found["name"].text(),
        interval=read_interval(found["interval"]),
        items=tuple(read_item(one) for one in found["items"].items()),
        **values,
    )


def write_plan(plan: Plan, add_ons: Mapping[str, AddOn]) -> dict[str, Written]:
    """Write a plan; an add-on that stands among `add_ons` as it is here is only named."""
    written = {
        "name": plan.name,
        "product": plan.product_id,
        "interval": write_interval(plan.interval),
        "asset_model": plan.asset_model,
        "prices_include_tax": None if plan.prices_include_tax else False,
        "anchor_day": plan.anchor_day,
        "proration": _unusual(plan.proration, ProrationBasis.ACTUAL_DAYS),
        "terms": _written(plan.terms),
        "phases": [_write_phase(phase) for phase in plan.phases],
        "changes": _written(plan.changes),
        "pauses": False if plan.pauses is None else _written(plan.pauses) or None,
        "commitments": {one.currency: _write_commitment(one) for one in plan.commitments},
        "add_ons": [
            one.id if add_ons.get(one.id) == one else {"id": one.id, **write_add_on(one)}
            for one in plan.add_ons
        ],
        "items": [write_item(item) for item in plan.items],
    }
    return {name: value for name, value in written.items() if value not in (None, {}, [])}


def _offered(node: Node, add_ons: Mapping[str, AddOn]) -> AddOn:
    """An add-on of the document by its id, or one that only this plan offers."""
    if isinstance(node.value, Mapping):
        found = node.fields(required={"id", "name", "items"})
        rest = {name: value for name, value in node.value.items() if name != "id"}
        return read_add_on(found["id"].text(), Node(rest, node.path))
    try:
        return add_ons[node.text()]
    except KeyError:
        raise node.refuse(f"must be one of {', '.join(add_ons) or 'none: add_ons'}") from None


def _read_as(make: Callable[..., T], readers: Mapping[str, Reader]) -> Callable[[Node], T]:
    """A reader of a mapping whose fields are all optional and named as in the domain."""

    def read(node: Node) -> T:
        found = node.fields(required=NOTHING, optional=readers.keys())
        return node.build(make, **{name: readers[name](one) for name, one in found.items()})

    return read


def _written(policy: Any) -> dict[str, Written]:
    """The fields of a policy that are not as usual."""
    usual = type(policy)()
    return {
        field.name: _plain(getattr(policy, field.name))
        for field in fields(policy)
        if getattr(policy, field.name) != getattr(usual, field.name)
    }


def _plain(value: Any) -> Written:
    match value:
        case Interval():
            return write_interval(value)
        case Enum():
            return value.value
        case tuple():
            return [_plain(one) for one in value]
        case _:
            return value


def _unusual(value: Enum, usual: Enum) -> Written:
    return None if value is usual else value.value


def _read_pauses(node: Node) -> PausePolicy | None:
    if isinstance(node.value, bool):
        return PausePolicy() if node.value else None
    return _PAUSES(node)


def _read_phase(node: Node) -> Phase:
    found = node.fields(required={"name"}, optional={"length", "free"})
    return node.build(
        Phase,
        name=found["name"].text(),
        length=read_interval(found["length"]) if "length" in found else None,
        is_free=found["free"].truth() if "free" in found else False,
    )


def _write_phase(phase: Phase) -> dict[str, Written]:
    written: dict[str, Written] = {"name": phase.name}
    if phase.length is not None:
        written["length"] = write_interval(phase.length)
    if phase.is_free:
        written["free"] = True
    return written


def _read_commitments(node: Node) -> tuple[Commitment, ...]:
    return tuple(_read_commitment(currency, one) for currency, one in node.entries())


def _read_commitment(currency: str, node: Node) -> Commitment:
    found = node.fields(required=NOTHING, optional={"minimum", "maximum"})
    digits = node.build(minor_digits, currency=currency)
    amounts = {f"{name}_minor": one.whole_minor(digits) for name, one in found.items()}
    return node.build(Commitment, currency=currency, **amounts)


def _write_commitment(commitment: Commitment) -> dict[str, Written]:
    digits = minor_digits(commitment.currency)
    bounds = {"minimum": commitment.minimum_minor, "maximum": commitment.maximum_minor}
    return {name: major_text(one, digits) for name, one in bounds.items() if one is not None}


def _credit(node: Node) -> CreditPolicy:
    return node.one_of(CreditPolicy)


def _timing(node: Node) -> ChangeTiming:
    return node.one_of(ChangeTiming)


_TERMS: Final = _read_as(
    Terms,
    {
        "minimum_term": read_interval,
        "notice": read_interval,
        "ends_with_period": Node.truth,
        "term_options": lambda node: tuple(read_interval(one) for one in node.items()),
        "credit_on_end": _credit,
        "withdrawal_days": Node.whole,
    },
)
_CHANGES: Final = _read_as(
    ChangePolicy,
    {"upgrade": _timing, "downgrade": _timing, "credit": _credit, "grants_trial": Node.truth},
)
_PAUSES: Final = _read_as(
    PausePolicy,
    {
        "most_days": Node.whole,
        "stops_clock": Node.truth,
        "credit": _credit,
        "notice_days": Node.whole,
    },
)
_OPTIONAL_OF_PLANS: Final[Mapping[str, tuple[str, Reader]]] = {
    "product": ("product_id", Node.text),
    "asset_model": ("asset_model", Node.text),
    "prices_include_tax": ("prices_include_tax", Node.truth),
    "anchor_day": ("anchor_day", Node.whole),
    "proration": ("proration", lambda node: node.one_of(ProrationBasis)),
    "terms": ("terms", _TERMS),
    "phases": ("phases", lambda node: tuple(_read_phase(one) for one in node.items())),
    "changes": ("changes", _CHANGES),
    "pauses": ("pauses", _read_pauses),
    "commitments": ("commitments", _read_commitments),
}
