"""The seven laws, each a pure function from the books to what breaks it.

Nothing, in a sound system.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final

from invariants.billing import (
    Violations,
    charges_happen_once,
    credit_is_where_documents_say,
    credit_of_customers,
    numbers_are_used_once,
)
from invariants.books import Books
from invariants.usage_events import events_are_rated_as_told
from umlauf.billing.charges import BilledCharge
from umlauf.billing.credit_notes import CreditNote
from umlauf.billing.model import Invoice, LineKind, Receivable
from umlauf.billing.terms import entity_of, keeper_of_wallets
from umlauf.catalog.meters import counts_events
from umlauf.dunning.model import Case, CaseState
from umlauf.fleet.model import Outcome, Reason, Restriction
from umlauf.inventory.model import Asset, EndedAssignment
from umlauf.kernel.calendar import Period
from umlauf.kernel.money import Money, total
from umlauf.ledger.balances import is_balanced, sub_ledger_gaps, trial_balance
from umlauf.ledger.books import Books as EntityBooks
from umlauf.ledger.books import books_of
from umlauf.ledger.model import Debtor, JournalEntry
from umlauf.subscriptions.model import Status, Subscription
from umlauf.usage.model import (
    METERS,
    NOTHING,
    ChargedBy,
    Correction,
    DayUsage,
    MeterPoint,
    PlacedReading,
    Registers,
)
from umlauf.wallets.model import Session, UnsettledUsage, Wallet, WalletEntry

_Stretch = tuple[str, str, Period]
"""A subscription, an item or meter, and the time."""
_USAGE: Final = frozenset({LineKind.USAGE, LineKind.USAGE_DIFFERENCE})


def books_balance(books: Books) -> Violations:
    """1.

    In the books of each entity entries balance, and the control account is the sum of its debtors,
    who owe it what their receivables say, less their credit with it; wallets and credit balances
    are their entries, and wallets together what the books of their keeper owe to prepaid customers.
    """
    entries = books.of(JournalEntry)
    debtors = books.of(Debtor)
    entities = {entry.legal_entity for entry in entries}
    entities |= {debtor.legal_entity for debtor in debtors}
    for name in sorted(entities):
        yield from _entity_balances(
            books_of(entity_of(name)),
            [one for one in entries if one.legal_entity == name],
            [one for one in debtors if one.legal_entity == name],
        )
    yield from _debtors_owe_what_is_open(books)
    yield from _references_stay_with_one_entity(entries)
    yield from credit_is_where_documents_say(books)
    yield from _wallets_are_their_entries(books)
    yield from _wallets_are_the_credit_account(books)


def _entity_balances(
    own: EntityBooks, entries: Sequence[JournalEntry], debtors: Sequence[Debtor]
) -> Violations:
    if not is_balanced(trial_balance(entries)):
        yield f"the trial balance of {own.legal_entity} is not zero"
    gaps = sub_ledger_gaps(entries, debtors, own.chart.debtors.number)
    for (debtor, currency), gap in gaps.items():
        yield f"debtor {own.legal_entity}.{debtor} differs from the journal by {gap} ({currency})"


def _references_stay_with_one_entity(entries: Sequence[JournalEntry]) -> Violations:
    """An invoice, a payment, a wallet: what is about one thing is in one entity's books."""
    entities: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        entities[entry.reference].add(entry.legal_entity)
    for reference, names in entities.items():
        if len(names) > 1:
            yield f"{reference} stands in the books of {' and '.join(sorted(names))}"


def _debtors_owe_what_is_open(books: Books) -> Violations:
    """To each entity in each currency; what was paid too much, and credit, count against it."""
    balances: Counter[tuple[str, str, str]] = Counter()
    for debtor in books.of(Debtor):
        for balance in debtor.balances:
            key = debtor.customer_id, debtor.legal_entity, balance.currency
            balances[key] += balance.amount_minor
    owed: Counter[tuple[str, str, str]] = Counter()
    for receivable in books.of(Receivable):
        left = receivable.open - receivable.overpaid
        key = receivable.customer_id, receivable.legal_entity, left.currency
        owed[key] += left.amount_minor
    owed.subtract(credit_of_customers(books))
    for key in sorted({*balances, *owed}):
        customer, entity, currency = key
        booked, is_open = Money(balances[key], currency), Money(owed[key], currency)
        if booked != is_open:
            yield f"{customer} has a balance of {booked} with {entity}, but {is_open} is open"


def _wallets_are_their_entries(books: Books) -> Violations:
    by_wallet: dict[str, list[WalletEntry]] = defaultdict(list)
    for entry in books.of(WalletEntry):
        by_wallet[entry.wallet_id].append(entry)
    for wallet in books.of(Wallet):
        booked = total((entry.amount for entry in by_wallet[wallet.id]), wallet.currency)
        if booked != wallet.balance:
            yield f"wallet {wallet.id} holds {wallet.balance}, its entries say {booked}"
        if wallet.available.amount_minor < 0:
            yield f"wallet {wallet.id} has {wallet.available} available"
        if len(by_wallet[wallet.id]) != wallet.entry_count:
            yield f"wallet {wallet.id} counts {wallet.entry_count} entries, not all are there"


def _wallets_are_the_credit_account(books: Books) -> Violations:
    """In each currency: what is in wallets is what their keeper's journal owes to their owners."""
    keeper = books_of(keeper_of_wallets())
    balances = trial_balance(
        one for one in books.of(JournalEntry) if one.legal_entity == keeper.legal_entity
    )
    in_wallets: Counter[str] = Counter()
    for wallet in books.of(Wallet):
        in_wallets[wallet.currency] += wallet.balance.amount_minor
    credit = keeper.chart.customer_credit.number
    owed = {currency: -sum_ for (account, currency), sum_ in balances.items() if account == credit}
    for currency in sorted({*in_wallets, *owed}):
        held = Money(in_wallets[currency], currency)
        booked = owed.get(currency, Money(0, currency))
        if held != booked:
            yield f"wallets hold {held}, account {credit} says {booked}"


def assets_have_one_holder(books: Books) -> Violations:
    """4. At most one holder an asset; every open assignment belongs to a live subscription."""
    assets = books.of(Asset)
    holders = Counter(one.holder.subscription_id for one in assets if one.holder)
    yield from (f"{name} holds {n} assets at once" for name, n in holders.items() if n > 1)
    subscriptions = {one.id: one for one in books.of(Subscription)}
    for asset in assets:
        yield from _wrong_holder(asset, subscriptions)
    ended: dict[str, list[EndedAssignment]] = defaultdict(list)
    for assignment in books.of(EndedAssignment):
        ended[assignment.asset_id].append(assignment)
    for asset_id, of_asset in ended.items():
        for one, other in pairwise(sorted(of_asset, key=lambda each: each.start)):
            if other.start < one.end:
                yield f"asset {asset_id} was with {one.subscription_id} and another at once"


def _wrong_holder(asset: Asset, subscriptions: dict[str, Subscription]) -> Violations:
    who = asset.holder or asset.reservation
    if who is None:
        return
    subscription = subscriptions.get(who.subscription_id)
    wanted = Status.ACTIVE if asset.holder else Status.PENDING
    if subscription is None or subscription.status is not wanted:
        yield f"asset {asset.id} is with {who.subscription_id}, which is not {wanted.value}"
    elif subscription.asset_id != asset.id:
        yield f"asset {asset.id} is with {subscription.id}, which has {subscription.asset_id}"


def usage_is_counted_once(books: Books) -> Violations:
    """5. What devices measured is what was metered, and what was metered is billed or open."""
    placed: dict[tuple[str, ChargedBy], Registers] = defaultdict(Registers)
    by_device: dict[str, Registers] = defaultdict(Registers)
    resets = set()
    sources: list[PlacedReading | Correction] = [*books.of(PlacedReading), *books.of(Correction)]
    for source in sources:
        device = source.device_id if isinstance(source, Correction) else source.reading.device_id
        by_device[device] += source.used
        placed[source.bucket.owner_id, source.bucket.charged_by] += source.used
        if isinstance(source, PlacedReading) and source.is_reset:
            resets.add(device)
    for point in books.of(MeterPoint):
        shown = point.latest.registers if point.latest else point.baseline
        if point.id not in resets and by_device[point.id] != shown - point.baseline:
            yield f"device {point.id} shows {shown - point.baseline}, counted {by_device[point.id]}"
    metered: dict[tuple[str, ChargedBy], Registers] = defaultdict(Registers)
    for day in books.of(DayUsage):
        metered[day.owner_id, ChargedBy.INVOICE] += day.by_invoice
        metered[day.owner_id, ChargedBy.WALLET] += day.by_wallet
        metered[day.owner_id, ChargedBy.NOBODY] += day.by_nobody
    for key in sorted({*placed, *metered}, key=str):
        if placed.get(key, NOTHING) != metered.get(key, NOTHING):
            yield f"{key[0]}: days say {metered[key]}, readings say {placed[key]}"
    yield from _rated_as_metered(books)
    yield from _wallets_settle_what_was_used(books, metered)


def _rated_as_metered(books: Books) -> Violations:
    """A billed stretch's usage is charged to the last unit, or still open as late usage."""
    rated: Counter[_Stretch] = Counter()
    kept: Counter[_Stretch] = Counter()
    for charge in books.of(BilledCharge):
        stretch = charge.subscription_id, charge.item, charge.period
        if charge.kind in _USAGE:
            kept[stretch] += (charge.amount - charge.credited).amount_minor
        if charge.usage is not None:
            rated[stretch] += charge.usage.amount.amount_minor
    noted = _noted(books)
    for stretch, minor in rated.items():
        if not 0 <= minor - kept[stretch] <= noted[stretch]:
            yield (
                f"{_named(stretch)}: rated {minor}, charged {kept[stretch]}, "
                f"given back by notes {noted[stretch]}"
            )
    yield from _rated_and_never_metered(books)
    yield from events_are_rated_as_told(books)
    yield from _invoiced_and_never_rated(books)


def _rated_and_never_metered(books: Books) -> Violations:
    days: dict[str, list[DayUsage]] = defaultdict(list)
    for day in books.of(DayUsage):
        days[day.owner_id].append(day)
    rated: Counter[_Stretch] = Counter()
    for charge in books.of(BilledCharge):
        if charge.usage is not None and not counts_events(charge.usage.meter):
            of_meter = charge.subscription_id, charge.usage.meter, charge.period
            rated[of_meter] += int(charge.usage.counted)
    for (subscription, meter, period), quantity in rated.items():
        metered = sum(
            day.by_invoice.of(meter) for day in days[subscription] if period.contains(day.day)
        )
        if quantity > metered:
            name = _named((subscription, meter, period))
            yield f"{name}: rated {quantity}, metered only {metered}"


def _noted(books: Books) -> Counter[_Stretch]:
    """What credit notes gave back of usage, by hand or because less was counted."""
    noted: Counter[_Stretch] = Counter()
    for note in books.of(CreditNote):
        for line in note.lines:
            if line.kind in _USAGE:
                stretch = line.subscription_id, line.item, line.service_period
                noted[stretch] += line.amount.amount_minor
    return noted


def _invoiced_and_never_rated(books: Books) -> Violations:
    charges = {charge.id: charge for charge in books.of(BilledCharge)}
    for invoice in books.of(Invoice):
        for line in invoice.lines:
            if line.kind not in _USAGE:
                continue
            charge = charges.get(line.charge_id)
            if charge is None:
                yield f"invoice {invoice.number}, line {line.number}: was never rated"
            elif line.corrects is None and charge.amount != line.amount:
                yield f"{charge.id}: rated {charge.amount}, invoiced {line.amount}"


def _named(stretch: _Stretch) -> str:
    return " ".join(str(part) for part in stretch)


def _wallets_settle_what_was_used(
    books: Books, metered: dict[tuple[str, ChargedBy], Registers]
) -> Violations:
    settled: Counter[str] = Counter()
    meters = dict.fromkeys(METERS[:1])
    for session in books.of(Session):
        settled[session.subscription_id] += session.quantity
        meters[session.terms.meter] = None
    for usage in books.of(UnsettledUsage):
        settled[usage.subscription_id] += usage.quantity
    used: Counter[str] = Counter()
    for (owner, charged_by), registers in metered.items():
        if charged_by is ChargedBy.WALLET:
            used[owner] += sum(registers.of(meter) for meter in meters)
    for owner in sorted({*settled, *used}):
        if settled[owner] != used[owner]:
            yield f"{owner}: used {used[owner]} prepaid, settled or open {settled[owner]}"


def dunning_is_alive_or_over(books: Books) -> Violations:
    """6. Every case has a live execution or an end; no restriction outlives its reason."""
    open_cases = set()
    for case in books.of(Case):
        if not case.is_over:
            open_cases.add(case.id)
        if case.state is CaseState.OPEN and case.id not in books.running_executions:
            yield f"dunning case {case.id} is open, but nothing carries it on"
        if case.state is not CaseState.OPEN and case.id in books.running_executions:
            yield f"dunning case {case.id} is {case.state.value}, but still runs"
    for restriction in books.of(Restriction):
        is_in_force = restriction.outcome is Outcome.ALLOWED and restriction.lifted_at is None
        is_for_arrears = is_in_force and restriction.reason is Reason.ARREARS
        if is_for_arrears and restriction.request_id not in open_cases:
            yield f"restriction {restriction.id} outlives dunning case {restriction.request_id}"


def nothing_is_dropped(books: Books) -> Violations:
    """7. Every failed message is in a dead-letter queue that an alarm watches."""
    for queue in books.dead_letter_queues:
        if not queue.is_watched:
            yield f"no alarm watches dead-letter queue {queue.name}"


LAWS: Final[tuple[Callable[[Books], Violations], ...]] = (
    books_balance,
    charges_happen_once,
    numbers_are_used_once,
    assets_have_one_holder,
    usage_is_counted_once,
    dunning_is_alive_or_over,
    nothing_is_dropped,
)
