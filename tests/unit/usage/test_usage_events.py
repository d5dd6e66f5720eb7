"""Usage events: each counts once, however often, in whichever order and batch it is told."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes import MemoryStore
from tests.use_fakes import KnownContracts, MemoryUsageEvents
from umlauf.usage.aggregation import Measurement
from umlauf.usage.ports import EventMeter, MeteredContract
from umlauf.usage.usage_events import (
    Report,
    ReportedCorrection,
    ReportedEvent,
    UsageEvent,
    measured,
)
from umlauf.usage.use_cases.record_usage_events import (
    EventOutcome,
    RecordedEvent,
    record_usage_events,
)

NOW = datetime(2026, 9, 15, 12, 0, tzinfo=UTC)
CONTRACT = MeteredContract(
    time_zone="Europe/Berlin",
    starts_on=date(2026, 8, 1),
    runs_until=None,
    is_settled=False,
    meters=(
        EventMeter("sales"),
        EventMeter("drilling", names=("eco", "boost")),
        EventMeter("riders", needs_subject=True),
        EventMeter("seats", is_level=True),
    ),
)


def told(event_id: str = "e-1", **content: Any) -> ReportedEvent:
    known: dict[str, Any] = {"meter": "sales", "at": NOW, "subscription_id": "sub_1"}
    return ReportedEvent(event_id=event_id, **(known | content))


class Desk:
    def __init__(self, contract: MeteredContract = CONTRACT) -> None:
        self.store = MemoryStore()
        self.events = MemoryUsageEvents(self.store)
        self.contracts = KnownContracts({"sub_1": contract})

    def tell(self, *reports: Report) -> list[RecordedEvent]:
        return record_usage_events(
            reports, works=self.store, now=NOW, events=self.events, contracts=self.contracts
        )

    def outcomes(self, *reports: Report) -> list[EventOutcome]:
        return [one.outcome for one in self.tell(*reports)]

    def counted(self, meter: str = "sales") -> tuple[Measurement, ...]:
        start = NOW - timedelta(days=90)
        return measured(self.events.of_meter("sub_1", meter, start, NOW + timedelta(days=1)))


def refused(found: Sequence[RecordedEvent]) -> tuple[str, str | None]:
    (one,) = found
    assert one.refusal is not None
    return one.refusal.code, one.refusal.field


def test_an_event_is_recorded_on_the_local_day_of_its_contract() -> None:
    desk = Desk()
    (one,) = desk.tell(told(at=datetime(2026, 9, 14, 22, 30, tzinfo=UTC)))
    assert one.outcome is EventOutcome.RECORDED
    assert one.event is not None
    assert one.event.day == date(2026, 9, 15)


def test_an_event_told_twice_is_recorded_once() -> None:
    desk = Desk()
    assert desk.outcomes(told(), told()) == [EventOutcome.RECORDED, EventOutcome.DUPLICATE]
    assert desk.outcomes(told(quantity=Decimal("1.00"))) == [EventOutcome.DUPLICATE]
    assert desk.store.commits == 1


def test_what_is_told_twice_at_once_is_recorded_once() -> None:
    desk = Desk()
    desk.store.before_commit = lambda _work: _ok(desk.tell(told()))
    assert desk.outcomes(told()) == [EventOutcome.DUPLICATE]
    assert len(desk.counted()) == 1


def _ok(_: object) -> None:
    """A rival's answer does not matter."""


@pytest.mark.parametrize(
    ("field", "content"),
    [
        ("quantity", {"quantity": Decimal(2)}),
        ("at", {"at": NOW - timedelta(seconds=1)}),
        ("meter", {"meter": "riders", "subject": "ada"}),
    ],
)
def test_an_id_names_one_event_and_the_field_that_differs_is_named(
    field: str, content: dict[str, Any]
) -> None:
    desk = Desk()
    desk.tell(told())
    assert refused(desk.tell(told(**content))) == ("usage.event_id_taken", field)
    assert desk.counted()[0].quantity == 1


@pytest.mark.parametrize(
    ("content", "code", "field"),
    [
        pytest.param({"subscription_id": "sub_2"}, "unknown_subscription", "subscription_id"),
        pytest.param({"meter": "smiles"}, "event_not_metered", "meter"),
        pytest.param({"meter": "drilling"}, "event_not_metered", "name", id="no level"),
        pytest.param(
            {"meter": "drilling", "name": "turbo"}, "event_not_metered", "name", id="no such level"
        ),
        pytest.param({"meter": "riders"}, "event_not_metered", "subject"),
        pytest.param({"quantity": Decimal("NaN")}, "absurd_event", "quantity"),
        pytest.param({"quantity": Decimal("Infinity")}, "absurd_event", "quantity", id="infinite"),
        pytest.param({"quantity": Decimal(-1)}, "absurd_event", "quantity", id="takes back"),
        pytest.param({"quantity": Decimal("1e-7")}, "absurd_event", "quantity", id="too fine"),
        pytest.param({"at": NOW + timedelta(minutes=6)}, "event_from_the_future", "at"),
        pytest.param({"at": NOW - timedelta(days=91)}, "event_too_old", "at"),
        pytest.param(
            {"at": datetime(2026, 7, 31, 21, 59, tzinfo=UTC)},
            "event_not_metered",
            "at",
            id="before",
        ),
        pytest.param({"event_id": "a#b"}, "umlauf.invalid_input", "id", id="an id that is none"),
    ],
)
def test_what_cannot_be_billed_is_refused_with_its_field(
    content: dict[str, Any], code: str, field: str
) -> None:
    desk = Desk()
    found, named = refused(desk.tell(told(**content)))
    assert (found.removeprefix("usage."), named) == (code, field)
    assert desk.counted() == ()


def test_events_are_taken_up_to_the_edges_of_their_time() -> None:
    early = told("early", at=datetime(2026, 7, 31, 22, 0, tzinfo=UTC))
    ahead = told("ahead", at=NOW + timedelta(minutes=5))
    assert set(Desk().outcomes(early, ahead)) == {EventOutcome.RECORDED}


def test_a_contract_that_is_over_takes_what_happened_before_until_its_last_bill() -> None:
    over = replace(CONTRACT, runs_until=date(2026, 9, 10))
    before, after = told(at=NOW - timedelta(days=6)), told()
    assert Desk(over).outcomes(before) == [EventOutcome.RECORDED]
    assert refused(Desk(over).tell(after)) == ("usage.event_not_metered", "at")
    settled = Desk(replace(over, is_settled=True))
    assert refused(settled.tell(before)) == ("usage.contract_settled", "subscription_id")


def test_a_refusal_stops_no_other() -> None:
    desk = Desk()
    found = desk.outcomes(told("a"), told("b", meter="smiles"), told("c"))
    assert found == [EventOutcome.RECORDED, EventOutcome.REFUSED, EventOutcome.RECORDED]


def test_only_a_level_goes_down() -> None:
    desk = Desk()
    desk.tell(told("up", meter="seats", quantity=Decimal(3)))
    assert desk.outcomes(told("down", meter="seats", quantity=Decimal(-1))) == [
        EventOutcome.RECORDED
    ]


# --- Corrections ----------------------------------------------------------------------------------


def cancelling(corrects: str, event_id: str = "c-1") -> ReportedCorrection:
    return ReportedCorrection(subscription_id="sub_1", event_id=event_id, corrects=corrects)


def test_a_corrected_event_counts_no_more_and_both_stay_on_record() -> None:
    desk = Desk()
    assert desk.outcomes(told("a"), told("b"), cancelling("a")) == [EventOutcome.RECORDED] * 3
    assert [one.id for one in desk.counted()] == ["b"]
    assert len(list(desk.store.all(UsageEvent))) == 3


def test_a_correction_told_twice_is_one_also_when_both_come_at_once() -> None:
    desk = Desk()
    desk.tell(told("a"))
    desk.store.before_commit = lambda _work: _ok(desk.tell(cancelling("a")))
    assert desk.outcomes(cancelling("a"), cancelling("a")) == [EventOutcome.DUPLICATE] * 2
    assert desk.counted() == ()


def test_an_event_is_corrected_once() -> None:
    desk = Desk()
    desk.tell(told("a"), cancelling("a"))
    assert refused(desk.tell(cancelling("a", "c-2"))) == (
        "usage.event_corrected_already",
        "corrects",
    )


@pytest.mark.parametrize("corrects", ["never", "c-1"])
def test_what_is_no_event_cannot_be_corrected(corrects: str) -> None:
    desk = Desk()
    desk.tell(told("a"), cancelling("a"))
    assert refused(desk.tell(cancelling(corrects, "c-2"))) == ("usage.unknown_event", "corrects")


# --- Laws -----------------------------------------------------------------------------------------

STREAMS = st.lists(
    st.builds(
        lambda number, minutes, quantity: told(
            f"e-{number}", at=NOW - timedelta(minutes=minutes), quantity=Decimal(quantity)
        ),
        st.integers(0, 20),
        st.integers(0, 60_000),
        st.integers(0, 50),
    ),
    max_size=12,
    unique_by=lambda one: one.event_id,
)


@given(STREAMS, st.data())
def test_order_repetition_and_batches_change_nothing_that_is_counted(
    stream: list[ReportedEvent], data: st.DataObject
) -> None:
    once = Desk()
    once.tell(*stream)
    again = Desk()
    shuffled = data.draw(st.permutations([*stream, *stream[:3]]))
    cut = data.draw(st.integers(0, len(shuffled)))
    again.tell(*shuffled[:cut])
    again.tell(*shuffled[cut:])
    assert again.counted() == once.counted()
    assert len(once.counted()) == len(stream)
