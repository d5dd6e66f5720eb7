"""A month of everything, billed undisturbed and cut off at every single call."""

import json
import re
from collections import Counter
from typing import Any

import pytest

from invariants.billing import (
    charges_happen_once,
    credit_is_where_documents_say,
    numbers_are_used_once,
)
from invariants.books import read_books
from tests.functions.billing_world import (
    OCTOBER,
    WRITE,
    CutOff,
    Cycle,
    SavedTables,
    counted_calls,
    documents,
)
from tests.functions.eventful_month import PARTS, EventfulMonth
from umlauf_adapters.kernel.documents import encode

pytestmark = pytest.mark.usefixtures("tables")
BILLING_LAWS = (charges_happen_once, numbers_are_used_once, credit_is_where_documents_say)


def issued_now(found: dict[str, Any]) -> dict[str, list[Any]]:
    return {
        kind: [one for one in found[kind] if one.issued_at == OCTOBER]
        for kind in ("Invoice", "CreditNote")
    }


def content(found: dict[str, Any]) -> dict[str, list[str]]:
    """Everything, with documents named by what they charge instead of by their numbers.

    A contract that was cut off between two bills is further back in the queue when it is begun
    again, so it gets a later number. Which numbers are voided follows from that.
    """
    names: dict[str, str] = {}
    for document in (*found["Invoice"], *found["CreditNote"]):
        charges = sorted(line.charge_id for line in document.lines)
        name = f"{document.KIND} of {' '.join(charges)}"
        names |= {document.id: name, document.number: name}
    any_name = re.compile("|".join(re.escape(name) for name in names))
    return {
        kind: sorted(
            any_name.sub(lambda match: names[match[0]], json.dumps(encode(one), sort_keys=True))
            for one in of_kind
        )
        for kind, of_kind in found.items()
        if kind != "DocumentNumber"
    }


def broken_laws() -> list[str]:
    books = read_books(frozenset(), ())
    return [violation for law in BILLING_LAWS for violation in law(books)]


def test_the_month_has_everything_in_it() -> None:
    """Else cutting it off would prove little."""
    EventfulMonth().store()
    report = Cycle().run()
    now = issued_now(documents())
    kinds = Counter(line.kind.value for invoice in now["Invoice"] for line in invoice.lines)
    assert {one["kind"] for one in report["documents"]} == {
        "invoice",
        "credit_note",
        "deposit_request",
    }
    assert kinds.keys() >= {
        "base_fee",
        "add_on",
        "one_off",
        "deposit",
        "usage",
        "usage_difference",
    }
    assert any(line.discounts for invoice in now["Invoice"] for line in invoice.lines)
    assert any(
        len({line.subscription_id for line in invoice.lines}) > 1 for invoice in now["Invoice"]
    )
    assert report["report"]["parked"] == {"billing.vat_id_missing": 1}
    assert broken_laws() == []


@pytest.mark.parametrize("part", PARTS)
def test_cut_off_at_any_call_it_ends_in_the_same_documents(
    part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut off between the same two writes, it begins the same again: reads leave nothing behind.

    So of the calls between two writes one is tried; that the others are like it is tried beside
    (`test_billing_tasks`). A part of the month at a time: the store copies itself at each write.
    """
    EventfulMonth().store([part])
    saved = SavedTables()
    with counted_calls(monkeypatch) as calls:
        Cycle().run()
        undisturbed = content(documents())
        writes = [n for n, name in enumerate(calls.made, start=1) if name == WRITE]
        for broken in writes:
            saved.restore()
            calls.break_call(broken)
            with pytest.raises(CutOff):
                Cycle().run()
            calls.break_call(0)
            Cycle().run()
            assert content(documents()) == undisturbed, f"cut off at call {broken}"
            assert broken_laws() == [], f"cut off at call {broken}"
    assert len(writes) > 3
