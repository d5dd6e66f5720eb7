"""Numbers come in blocks and all end accounted for; runs look at every day."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.billing_fakes import MemoryNumbers, MemoryParkedContracts, MemoryRuns
from tests.fakes import MemoryStore
from umlauf.billing.documents import DocumentKind
from umlauf.billing.errors import RunFinished
from umlauf.billing.events import ContractParked, RunCompleted
from umlauf.billing.numbering import (
    MAX_BLOCK,
    DocumentNumber,
    FreeNumber,
    NumberBlock,
    NumberUse,
    Series,
    free_numbers,
)
from umlauf.billing.runs import (
    MAX_WINDOW,
    BillingRun,
    IssuedDocuments,
    PartReport,
    RunCursor,
)
from umlauf.billing.use_cases.begin_run import begin_run
from umlauf.billing.use_cases.finish_run import finish_run
from umlauf.billing.use_cases.park_contract import Obstacle, park_contract
from umlauf.billing.use_cases.release_contract import release_contract
from umlauf.billing.use_cases.reserve_numbers import NumbersWanted, reserve_numbers
from umlauf.billing.use_cases.start_run import start_run
from umlauf.billing.use_cases.take_number import take_number
from umlauf.billing.use_cases.void_unused_numbers import void_unused_numbers
from umlauf.kernel.money import Money
from umlauf.kernel.work import AlreadyClaimed, StaleVersion, Work

NOW = datetime(2026, 10, 1, 9, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
REPORT = PartReport(due=2, nothing_to_charge=1)
IN_VAIN = PartReport(due=2, parked={"billing.vat_id_missing": 2}, parked_before=2)


class World:
    def __init__(self) -> None:
        self.store = MemoryStore()
        self.numbers = MemoryNumbers(self.store)
        self.runs = MemoryRuns(self.store)
        self.parked = MemoryParkedContracts(self.store)

    def begin(self, now: datetime = NOW, *, has_contracts: bool = True) -> BillingRun | None:
        window = (self.runs.cursor() or RunCursor()).window(now)
        return self.store.run(
            lambda work: begin_run(window, has_contracts=has_contracts, work=work, runs=self.runs),
            now,
        )

    def begun(self, now: datetime = NOW) -> BillingRun:
        run = self.begin(now)
        assert run is not None
        return run

    def reserve(self, run_id: str, shard: str = "0", count: int = 3) -> NumberBlock:
        wanted = NumbersWanted(run_id, shard, "RE-2026", count)
        return self.store.run(
            lambda work: reserve_numbers(wanted, work=work, numbers=self.numbers, runs=self.runs),
            NOW,
        )

    def use(self, block: NumberBlock, number: str) -> None:
        used = DocumentNumber(number, block.id, NumberUse.ISSUED, f"inv_{number}")
        self.store.run(lambda work: work.put(used), NOW)

    def void(self, block: NumberBlock) -> list[str]:
        settled = self.store.run(
            lambda work: void_unused_numbers(block, work=work, numbers=self.numbers), NOW
        )
        return [number.id for number in settled if number.use is NumberUse.VOIDED]

    def finish(self, run_id: str, now: datetime = NOW, report: PartReport = REPORT) -> BillingRun:
        def decide(work: Work) -> BillingRun:
            run = self.runs.get(run_id)
            assert run is not None
            numbers = list(self.store.all(DocumentNumber))
            return finish_run(run, report, through=now, numbers=numbers, work=work, runs=self.runs)

        return self.store.run(decide, now)


@pytest.fixture
def world() -> World:
    return World()


def test_blocks_of_a_series_follow_each_other_without_gap(world: World) -> None:
    run = world.begun()
    blocks = [world.reserve(run.id, shard, count) for shard, count in (("0", 3), ("1", 2))]
    blocks.append(world.reserve(run.id, "0", 1))
    assert [list(block.numbers()) for block in blocks] == [
        ["RE-2026-000001", "RE-2026-000002", "RE-2026-000003"],
        ["RE-2026-000004", "RE-2026-000005"],
        ["RE-2026-000006"],
    ]
    assert [block.id for block in world.numbers.blocks(run.id, "0")] == [
        f"{run.id}#0#0000",
        f"{run.id}#0#0001",
    ]


def test_two_shards_that_reserve_at_once_get_different_numbers(world: World) -> None:
    run = world.begun()

    def interfere(_work: Work) -> None:
        world.reserve(run.id, "1")

    world.store.before_commit = interfere
    mine = world.reserve(run.id, "0")
    (theirs,) = world.numbers.blocks(run.id, "1")
    assert not set(mine.numbers()) & set(theirs.numbers())


@pytest.mark.parametrize("count", [0, MAX_BLOCK + 1])
def test_a_block_has_bounds(count: int) -> None:
    with pytest.raises(ValueError, match="a block holds"):
        Series("RE-2026").reserve("block", count)


def test_a_rerun_finds_the_numbers_that_are_left(world: World) -> None:
    run = world.begun()
    block = world.reserve(run.id)
    world.use(block, "RE-2026-000002")
    left = free_numbers([block], world.numbers.taken(block), "RE-2026")
    assert [free.number for free in left] == ["RE-2026-000001", "RE-2026-000003"]
    assert free_numbers([block], [], "RE-2027") == []


def test_what_nobody_used_is_voided_on_record_once(world: World) -> None:
    block = world.reserve(world.begun().id)
    world.use(block, "RE-2026-000002")
    expected = ["RE-2026-000001", "RE-2026-000003"]
    assert world.void(block) == expected
    commits = world.store.commits
    assert world.void(block) == expected
    assert world.store.commits == commits
    voided = [n for n in world.numbers.taken(block) if n.use is NumberUse.VOIDED]
    assert all(number.reason and number.document_id is None for number in voided)


def test_a_voided_number_can_no_longer_be_issued(world: World) -> None:
    block = world.reserve(world.begun().id)
    world.void(block)
    with pytest.raises(StaleVersion):
        world.use(block, "RE-2026-000001")


def test_several_numbers_taken_by_one_work_follow_each_other(world: World) -> None:
    def take(command_id: str, *series: str) -> list[tuple[str, str]]:
        def decide(work: Work) -> list[FreeNumber]:
            return [
                take_number(one, command_id, work=work, numbers=world.numbers) for one in series
            ]

        return [(one.number, one.block_id) for one in world.store.run(decide, NOW)]

    taken = take("cmd_1", "RE-2026", "GS-2026", "RE-2026", "RE-2026") + take("cmd_2", "RE-2026")
    assert [number for number, _ in taken] == [
        "RE-2026-000001",
        "GS-2026-000001",
        "RE-2026-000002",
        "RE-2026-000003",
        "RE-2026-000004",
    ]
    assert {block_id for _, block_id in taken} == {one.id for one in world.store.all(NumberBlock)}


def test_a_finished_run_reserves_nothing_more(world: World) -> None:
    run = world.begun()
    world.finish(run.id)
    with pytest.raises(RunFinished):
        world.reserve(run.id)


def test_finishing_notices_numbers_reserved_meanwhile(world: World) -> None:
    """Else they would be neither used nor voided."""
    run = world.begun()
    work = Work(NOW)
    finish_run(run, PartReport(), through=NOW, numbers=(), work=work, runs=world.runs)
    world.reserve(run.id)
    with pytest.raises(StaleVersion):
        world.store.commit(work)


def test_a_run_that_was_cut_off_is_taken_up_by_the_next(world: World) -> None:
    first = world.begun()
    assert world.begun(NOW + HOUR).id == first.id
    assert world.begin(NOW + 2 * HOUR, has_contracts=False) is not None
    world.finish(first.id, NOW + 2 * HOUR)
    assert world.begun(NOW + 3 * HOUR).id != first.id


def test_an_hour_with_nothing_due_opens_no_run(world: World) -> None:
    assert world.begin(has_contracts=False) is None
    cursor = world.runs.cursor()
    assert cursor is not None
    assert (cursor.completed_through, cursor.open_run_id) == (NOW, None)


def test_a_run_that_only_tried_parked_contracts_in_vain_gives_its_place_to_the_next(
    world: World,
) -> None:
    first = world.begun()
    world.finish(first.id)
    for hour in range(1, 4):
        vain = world.begun(NOW + hour * HOUR)
        assert (vain.id, vain.started_at) == ("run_000002", NOW + hour * HOUR)
        assert world.finish(vain.id, NOW + hour * HOUR, IN_VAIN).report == IN_VAIN
    useful = world.begun(NOW + 4 * HOUR)
    block = world.reserve(useful.id)
    world.use(block, "RE-2026-000001")
    world.finish(useful.id, NOW + 4 * HOUR)
    assert world.begun(NOW + 5 * HOUR).id == "run_000003"
    told = [event.run_id for event in world.store.events if isinstance(event, RunCompleted)]
    assert told == ["run_000001", "run_000002"]


@pytest.mark.parametrize(
    "news",
    [
        pytest.param(PartReport(due=1, billed=1), id="one is billed"),
        pytest.param(PartReport(due=1, nothing_to_charge=1), id="one cost nothing"),
        pytest.param(
            PartReport(due=2, parked={"a.code": 2}, parked_before=1), id="one more is parked"
        ),
    ],
)
def test_a_run_with_news_keeps_its_record(world: World, news: PartReport) -> None:
    world.finish(world.begun().id, NOW, news)
    assert world.begun(NOW + HOUR).id == "run_000002"


def start(world: World, command_id: str, now: datetime = NOW) -> str:
    return world.store.run(lambda work: start_run(command_id, work=work, runs=world.runs).id, now)


def test_a_run_by_hand_is_open_at_once_and_keeps_its_record(world: World) -> None:
    assert start(world, "cmd_1") == "run_000001"
    assert world.begin(NOW + MINUTE, has_contracts=False) == world.runs.get("run_000001")
    world.finish("run_000001", NOW + MINUTE, PartReport())
    assert world.begun(NOW + HOUR).id == "run_000002"


def test_a_run_by_hand_takes_nobodys_place(world: World) -> None:
    """A repeated last task of the quiet run would close it at once."""
    quiet = world.finish(world.begun().id, NOW, IN_VAIN)
    assert start(world, "cmd_1", NOW + MINUTE) == "run_000002"
    world.finish(quiet.id, NOW + MINUTE, IN_VAIN)
    by_hand = world.runs.get("run_000002")
    assert by_hand is not None
    assert by_hand.finished_at is None


def test_a_run_by_hand_joins_the_one_under_way(world: World) -> None:
    under_way = world.begun()
    assert start(world, "cmd_1", NOW + MINUTE) == under_way.id
    joined = world.runs.get(under_way.id)
    assert joined is not None
    assert joined.is_by_hand


def test_a_command_starts_one_run_for_ever(world: World) -> None:
    world.finish(start(world, "cmd_1"))
    with pytest.raises(AlreadyClaimed) as again:
        start(world, "cmd_1", NOW + HOUR)
    assert again.value.claim.answer == {"run_id": "run_000001"}
    assert world.begun(NOW + HOUR).id == "run_000002"


def test_a_run_reports_once(world: World) -> None:
    run = world.begun()
    world.finish(run.id)
    world.finish(run.id, NOW + HOUR)
    (completed,) = [event for event in world.store.events if isinstance(event, RunCompleted)]
    assert (completed.run_id, completed.due) == (run.id, 2)
    cursor = world.runs.cursor()
    assert cursor is not None
    assert cursor.completed_through == NOW


def test_a_run_reports_what_its_numbers_say(world: World) -> None:
    """An execution that was cut off left its documents, but no report."""
    run = world.begun()
    block = world.reserve(run.id, count=5)
    free = free_numbers([block], [], block.series)
    for number, kind, gross, contracts in (
        (free[0], DocumentKind.INVOICE, Money(5900, "EUR"), ("sub_1", "sub_2", "sub_1")),
        (free[1], DocumentKind.INVOICE, Money(6400, "USD"), ("sub_3",)),
        (free[2], DocumentKind.DEPOSIT_REQUEST, Money(20000, "EUR"), ("sub_1",)),
        (free[3], DocumentKind.CREDIT_NOTE, Money(100, "EUR"), ("sub_4",)),
    ):
        work = Work(NOW)
        work.put(number.used_on(f"doc_{number.number}", kind, gross, contracts))
        world.store.commit(work)
    world.void(block)
    finished = world.finish(run.id)
    assert finished.report == replace(REPORT, billed=4)
    assert finished.voided_numbers == (free[4].number,)
    assert finished.documents == (
        IssuedDocuments(DocumentKind.INVOICE, 2, (Money(5900, "EUR"), Money(6400, "USD"))),
        IssuedDocuments(DocumentKind.CREDIT_NOTE, 1, (Money(100, "EUR"),)),
        IssuedDocuments(DocumentKind.DEPOSIT_REQUEST, 1, (Money(20000, "EUR"),)),
    )


@given(
    start=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds the zone
    gaps=st.lists(st.integers(1, 60 * 24 * 10), min_size=1, max_size=12),
)
def test_no_day_is_passed_over_however_late_a_run_comes(start: datetime, gaps: list[int]) -> None:
    cursor, now = RunCursor().completed(start), start
    seen = {start.date().isoformat()}
    for minutes in gaps:
        now += timedelta(minutes=minutes)
        for _ in range(20):
            window = cursor.window(now)
            seen.update(window.buckets)
            cursor = cursor.completed(window.through)
            if window.through == now:
                break
        assert cursor.completed_through == now
    day = start.date()
    while day <= now.date():
        assert day.isoformat() in seen
        day += timedelta(days=1)


def test_a_run_looks_at_a_bounded_stretch_and_hourly_at_little() -> None:
    hourly = RunCursor().completed(NOW).window(NOW + HOUR)
    assert hourly.buckets == ("2026-10-01",)
    after_outage = RunCursor().completed(NOW).window(NOW + timedelta(days=90))
    assert len(after_outage.buckets) <= MAX_WINDOW / timedelta(days=1) + 1
    assert after_outage.through < NOW + timedelta(days=90)


def test_the_first_runs_of_a_day_look_at_yesterday_once_more() -> None:
    midnight = datetime(2026, 10, 1, tzinfo=UTC)
    first = RunCursor().completed(midnight - timedelta(minutes=55)).window(midnight + 5 * MINUTE)
    second = RunCursor().completed(midnight + 5 * MINUTE).window(midnight + HOUR)
    assert first.buckets == second.buckets == ("2026-09-30", "2026-10-01")


def test_reports_add_up() -> None:
    one = PartReport(2, 1, 0, {"not_due": 1}, {})
    other = PartReport(3, 1, 1, {}, {"billing.tax_rate_unknown": 1})
    assert one + other == PartReport(5, 2, 1, {"not_due": 1}, {"billing.tax_rate_unknown": 1})


def park(world: World, code: str, now: datetime = NOW) -> None:
    obstacle = Obstacle(code, "why")
    world.store.run(
        lambda work: park_contract(
            "sub_1", obstacle, run_id="run_1", due_at=NOW, work=work, parked=world.parked
        ),
        now,
    )


def release(world: World) -> None:
    world.store.run(lambda work: release_contract("sub_1", work=work, parked=world.parked), NOW)


def test_a_parked_contract_is_told_of_once_for_each_reason(world: World) -> None:
    for code in ("a.one", "a.one", "a.two"):
        park(world, code)
    told = [event.reason_code for event in world.store.events if isinstance(event, ContractParked)]
    assert told == ["a.one", "a.two"]
    (parked,) = world.parked.waiting().items
    assert (parked.attempts, parked.reason_code) == (3, "a.two")


def test_a_released_contract_waits_no_more_and_may_be_parked_anew(world: World) -> None:
    release(world)
    park(world, "a.one")
    release(world)
    assert world.parked.waiting().items == []
    park(world, "a.one", NOW + HOUR)
    (parked,) = world.parked.waiting().items
    assert (parked.attempts, parked.first_parked_at) == (1, NOW + HOUR)


def test_a_contract_that_stays_parked_is_tried_ever_less_often(world: World) -> None:
    tried, now = [], NOW
    for hour in range(24 * 5):
        now = NOW + hour * HOUR + timedelta(seconds=7 * (hour % 3))
        known = world.parked.get("sub_1")
        if known is None or known.is_to_be_tried(now):
            park(world, "a.one", now)
            tried.append(hour)
    assert tried[:24] == list(range(24))
    assert tried[24:] == [47, 71, 95, 119]
    stuck = world.parked.get("sub_1")
    assert stuck is not None
    assert stuck.is_stuck


def test_what_changes_on_a_parked_contract_makes_it_due_anew(world: World) -> None:
    park(world, "a.one", NOW + HOUR)
    waiting = world.parked.get("sub_1")
    assert waiting is not None
    assert waiting.waits_since(NOW)
    assert not waiting.waits_since(NOW + HOUR + MINUTE)
