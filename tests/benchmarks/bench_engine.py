"""Print what the billing engine costs, beside plain arithmetic that comes to the same money."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from resource import RUSAGE_SELF, getrusage
from time import process_time
from typing import Final

from tests.benchmarks.output import Cell, Table, arguments, tell
from tests.billing_fakes import BillingWorld
from tests.offer_fakes import CITY_METERED
from umlauf.billing.bill_lines import BillLine
from umlauf.billing.composing import BilledContract, Draft, compose
from umlauf.billing.contracts import account_of, contract_of
from umlauf.billing.drafting import draft_documents
from umlauf.billing.model import LineKind, PriceBasis
from umlauf.billing.once_amounts import finished_bill
from umlauf.billing.proration import share
from umlauf.billing.rating import counted_in
from umlauf.billing.reconciling import prorated
from umlauf.billing.tax import Parties
from umlauf.billing.terms import UMLAUF
from umlauf.catalog.model import Supply, TaxCategory
from umlauf.catalog.price_models.graduated import Graduated
from umlauf.catalog.price_models.rating import Price, rate
from umlauf.catalog.price_models.tiers import Tier
from umlauf.kernel.calendar import Period, start_of_day

TIERS: Final = ((300, "0"), (900, "8.5"), (1500, "4.25"), (None, "2.125"))
PRICE: Final = Price(
    "EUR",
    Graduated(
        tuple(Tier(None if end is None else Decimal(end), Decimal(unit)) for end, unit in TIERS)
    ),
)
QUANTITIES: Final = tuple(range(1, 150_001, 3))
"""Seconds, priced per minute: into every tier."""
SUBSCRIPTIONS: Final = 2_000
ROWS: Final = 1_000_000
SEPTEMBER: Final = Period(date(2026, 9, 1), date(2026, 10, 1))
BATCHES: Final = 7
"""The quickest of so many counts: what disturbs a measurement only ever adds to it."""
LINES: Final = (
    ("base-fee", 5900, Period(date(2026, 9, 1), date(2026, 9, 16)), TaxCategory.STANDARD),
    ("base-fee", 7900, Period(date(2026, 9, 16), date(2026, 10, 1)), TaxCategory.STANDARD),
    ("theft-cover", 490, Period(date(2026, 9, 16), date(2026, 10, 1)), TaxCategory.STANDARD),
    ("guide", 300, SEPTEMBER, TaxCategory.REDUCED),
    ("map", 250, Period(date(2026, 9, 11), date(2026, 10, 1)), TaxCategory.REDUCED),
)
NOW: Final = datetime(2026, 10, 1, 6, tzinfo=UTC)
CONTRACT: Final = BilledContract(
    subscription_id="sub_1",
    customer_id="cus_1",
    currency="EUR",
    time_zone="Europe/Berlin",
    price_basis=PriceBasis.GROSS,
    parties=Parties("DE", "DE"),
)


def main() -> None:
    options = arguments(__doc__)
    month = million_rows()  # first: how much it needs shows only before others needed more
    tell([rating(), month, composing()], options.json)


def rating() -> Table:
    """Four tiers from counted seconds, beside a plain Decimal loop over the same tiers."""
    plain = _quickest(lambda: [plain_price(seconds) for seconds in QUANTITIES])
    engine = _quickest(lambda: [rate(PRICE, seconds, per=60) for seconds in QUANTITIES])
    wrong = [
        seconds
        for seconds in QUANTITIES
        if rate(PRICE, seconds, per=60).amount_minor != plain_price(seconds)
    ]
    if wrong:
        raise AssertionError(f"they differ at {wrong[:3]}")
    n = len(QUANTITIES)
    rows: list[list[Cell]] = [
        [name, seconds / n * 1e6, seconds / plain]
        for name, seconds in (("plain Decimal loop", plain), ("rate", engine))
    ]
    text = f"{n:,} quantities over four graduated tiers; the best of {BATCHES} rounds."
    return Table("Rating", text, ("what", "CPU µs each", "times the plain loop"), rows)


def plain_price(seconds: int) -> int:
    """What anyone would write: exact decimals, tier by tier, rounded once."""
    left, lower, cost = Decimal(seconds) / 60, Decimal(0), Decimal(0)
    for end, unit in TIERS:
        upper = left if end is None else min(left, Decimal(end))
        cost += max(upper - lower, Decimal(0)) * Decimal(unit)
        if end is None or left <= end:
            break
        lower = Decimal(end)
    return int(cost.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def million_rows() -> Table:
    """All usage of a month of many contracts, summed by day and rated."""
    began, before = process_time(), _peak_mib()
    by_day: dict[int, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for subscription, day, seconds in usage_rows():
        by_day[subscription][day] += seconds
    summed = process_time()
    amounts = [
        rate(PRICE, counted_in(SEPTEMBER, days), per=60).amount_minor for days in by_day.values()
    ]
    rated, after = process_time(), _peak_mib()
    sums: dict[int, int] = defaultdict(int)
    for subscription, _, seconds in usage_rows():
        sums[subscription] += seconds
    if amounts != [plain_price(seconds) for seconds in sums.values()]:
        raise AssertionError("they differ")
    plain = process_time() - rated
    rows: list[list[Cell]] = [
        ["plain sums and Decimal loops", ROWS, plain, plain / ROWS * 1e6],
        ["rows read and summed by day", ROWS, summed - began, (summed - began) / ROWS * 1e6],
        ["contracts rated", SUBSCRIPTIONS, rated - summed, (rated - summed) / SUBSCRIPTIONS * 1e6],
    ]
    text = f"""\
{ROWS:,} rows of {SUBSCRIPTIONS:,} contracts in one process, read one by one as from a file. It held
{after - before:.0f} MiB more than before at most."""
    return Table("A month of usage", text, ("what", "count", "CPU s", "CPU µs each"), rows)


def usage_rows() -> Iterator[tuple[int, date, int]]:
    """Contract, day and seconds, all over the place and the same every time."""
    for n in range(ROWS):
        mixed = n * 2_654_435_761 % 2**32
        yield n % SUBSCRIPTIONS, SEPTEMBER.start + timedelta(days=mixed % 30), mixed % 1_800


def composing() -> Table:
    """A five-line invoice: prorated, taxed at two rates, composed."""
    rounds = 2_000
    lines = [_line(*given) for given in LINES]
    tasks: Sequence[tuple[str, Callable[[], object]]] = (
        ("plain arithmetic", plain_invoice),
        ("prorate and compose", _composed),
        (
            "compose alone",
            lambda: compose(lines, contract=CONTRACT, entity=UMLAUF, now=NOW),
        ),
        ("a whole bill: what is due, rated and composed", _whole_bill()),
    )
    draft = _composed()
    net, tax = plain_invoice()
    if (draft.net.amount_minor, draft.tax.amount_minor) != (net, tax):
        raise AssertionError(f"{draft.net} and {draft.tax}, plainly {net} and {tax}")
    figures = {name: _quickest(partial(_repeat, task, rounds)) / rounds for name, task in tasks}
    least = figures["plain arithmetic"]
    rows: list[list[Cell]] = [
        [name, seconds * 1e6, seconds / least] for name, seconds in figures.items()
    ]
    text = f"""\
Five lines of gross prices, four of them prorated, at 19 % and 7 %; the best of {BATCHES} rounds.
The whole bill is another one: a fee ahead and a month of metered use behind, from the contract's
history and the charges on record."""
    return Table("Composing", text, ("what", "CPU µs each", "times the plain one"), rows)


def plain_invoice() -> tuple[int, int]:
    """The same money without types: amounts by days, tax per rate, what is left is net."""
    grosses: dict[int, int] = defaultdict(int)
    for _, full, period, category in LINES:
        part = Decimal(full) * period.days / SEPTEMBER.days
        percent = 19 if category is TaxCategory.STANDARD else 7
        grosses[percent] += int(part.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    taxes = {
        percent: int(
            (Decimal(gross) * percent / (100 + percent)).quantize(
                Decimal(1), rounding=ROUND_HALF_UP
            )
        )
        for percent, gross in grosses.items()
    }
    tax = sum(taxes.values())
    return sum(grosses.values()) - tax, tax


def _composed() -> Draft:
    lines = [_line(*given) for given in LINES]
    return compose(lines, contract=CONTRACT, entity=UMLAUF, now=NOW)


def _line(item: str, full: int, period: Period, category: TaxCategory) -> BillLine:
    return BillLine(
        charge_id=f"sub_1#{item}#{period.start}#0",
        subscription_id="sub_1",
        item=item,
        kind=LineKind.BASE_FEE,
        name=item,
        plan_id="city-flat",
        plan_version=1,
        period=period,
        full_period=SEPTEMBER,
        full_minor=Decimal(full),
        amount=prorated(Decimal(full), share(period, SEPTEMBER), "EUR"),
        supply=Supply.SERVICE,
        tax_category=category,
        price_basis=PriceBasis.GROSS,
    )


def _whole_bill() -> Callable[[], object]:
    """Bills October's fee and September's use of one contract, without storing it."""
    world = BillingWorld()
    start = start_of_day(SEPTEMBER.start, "Europe/Berlin")
    contract = world.active_subscription(CITY_METERED, now=start)
    world.bill(contract, now=start)
    for day in (3, 12, 21):
        world.rollups.ride(contract.id, date(2026, 9, day), 200 * 60)
    due = world.subscriptions.get(contract.id)
    customer = world.customers.get(due.customer_id)
    account = account_of(due, SEPTEMBER.end, world.desk)
    known = replace(account, billed=tuple(account.billed))
    named = contract_of(due, customer, UMLAUF, world.desk)

    def bill() -> object:
        due_now, _ = finished_bill(known, SEPTEMBER.end)
        return draft_documents([due_now], named, UMLAUF, now=NOW, before=known.on_record)

    return bill


def _repeat(task: Callable[[], object], rounds: int) -> None:
    for _ in range(rounds):
        task()


def _quickest(count: Callable[[], object]) -> float:
    """CPU seconds of the quickest of some rounds, after one that only warms up."""
    count()
    times = []
    for _ in range(BATCHES):
        began = process_time()
        count()
        times.append(process_time() - began)
    return min(times)


def _peak_mib() -> float:
    return getrusage(RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
