"""Prepaid money: which grant pays first, and the gate before a start."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from tests.vectors.adapters.credits import use_credit
from tests.vectors.adapters.pricing import intensity
from tests.vectors.adapters.registry import adapter
from tests.vectors.cases import Case
from tests.vectors.shapes import Answer
from tests.vectors.words import amount, amounts, currency, instant, is_in_minor, money, zone_of
from umlauf.catalog.price_models.per_unit import PerUnit
from umlauf.catalog.price_models.rating import Price, rate
from umlauf.kernel.money import Money, minor_digits, total
from umlauf.wallets.errors import InsufficientBalance
from umlauf.wallets.grants import Grant, draw_down
from umlauf.wallets.model import EntryKind, SessionTerms, Wallet
from umlauf.wallets.pricing import affordable_units
from umlauf.wallets.start_policy import StartPolicy, grant_lease

LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)
CHARGE: Final = "(?:charge|debit|invoice|usage)(?:_cents)?"
MICRO_DIGITS: Final = 6
FOR_EVER: Final = 5_000
GIFTS: Final = {"promo", "promotional", "bonus", "free", "gift"}


@adapter("grants", CHARGE, may="at|now|on")
def drawdown(case: Case) -> Any:
    """Grants are printed from the oldest; without a day all of them are still usable."""
    grants = [_grant(row, case) for row in case.inputs["grants"]]
    printed = case.get("at|now|on")
    now = LONG_AGO if printed is None else instant(printed, zone_of(case))
    drawn = draw_down(grants, amount(case, "charge|debit|invoice|usage"), now)
    answer = Answer(drawn.uncovered, uncovered=drawn.uncovered, due=drawn.uncovered)
    for grant in drawn.grants:
        answer[grant.id] = drawn.drawn_from(grant.id)
        answer[f"left_{grant.id}"] = grant.left
    return answer


def _grant(row: Mapping[str, Any], case: Case) -> Grant:
    name = "amount_cents" if "amount_cents" in row else "amount"
    expires = row.get("expires", row.get("expires_at"))
    granted = row.get("granted", row.get("created", row.get("granted_at")))
    kind = str(row.get("kind", row.get("type", row.get("category", row["id"]))))
    return Grant(
        id=str(row["id"]),
        left=money(row[name], currency(case), in_minor=is_in_minor(name)),
        granted_at=LONG_AGO if granted is None else instant(granted, zone_of(case)),
        priority=row.get("priority", 50),
        expires_at=None if expires is None else instant(expires, zone_of(case)),
        is_promotional=row.get("promotional", kind in GIFTS),
    )


@adapter("balance(?:_cents)?", "min_to_start(?:_cents)?", may="after_top_up(?:_cents)?|usage")
def start_gate(case: Case) -> Any:
    wallet = _wallet(amount(case, "balance"))
    least = amount(case, "min_to_start")
    answer = Answer(start_allowed_before=_may_start(wallet, least))
    answer["start_allowed"] = answer.main = answer["start_allowed_before"]
    if case.has("after_top_up(?:_cents)?"):
        wallet = _wallet(amount(case, "after_top_up"))
        answer["start_allowed_after"] = _may_start(wallet, least)
    if case.has("usage"):
        model, used = intensity(case, case.inputs["usage"])
        debit = rate(Price(currency(case), model), used)
        after, _ = wallet.booked(EntryKind.RIDE, -debit, "case", LONG_AGO)
        answer.update(debit=debit, balance=after.balance)
    return answer


def _wallet(balance: Money) -> Wallet:
    return Wallet(id="wal_case", customer_id="cus_case", balance=balance)


def _may_start(wallet: Wallet, least: Money) -> bool:
    """Whether the gate lets somebody start who pays a minor unit a minute."""
    policy = StartPolicy(minimum_minor=least.amount_minor, reserve_minor=0)
    return _lease(wallet, _terms(wallet.currency, Decimal(1)), policy) is not None


def _terms(code: str, minor_per_minute: Decimal) -> SessionTerms:
    return SessionTerms(
        price=Price(code, PerUnit(minor_per_minute)),
        meter="case",
        meter_units_per_unit=1,
        tax_rate=Decimal(0),
        tax_country="DE",
    )


def _lease(wallet: Wallet, terms: SessionTerms, policy: StartPolicy) -> int | None:
    """How many minutes a start holds money for; None if nobody may start."""
    try:
        return grant_lease(wallet, terms, policy).quantity
    except InsufficientBalance:
        return None


@adapter("balance(?:_cents)?", CHARGE)
def balance_pays(case: Case) -> Any:
    """As far as it goes; the rest is due."""
    used, left, due = use_credit(
        amount(case, "balance"), amount(case, "charge|debit|invoice|usage")
    )
    return Answer(
        due, applied=used, used=used, paid=used, left=left, balance=left, due=due, remaining_due=due
    )


@adapter("(?:balance|credit)(?:_cents)?", "(?:invoices|bills)(?:_cents)?")
def balance_pays_in_turn(case: Case) -> Any:
    """Each invoice as far as the balance still goes."""
    left, due = amount(case, "balance|credit"), []
    for invoice in amounts(case, case.key("(?:invoices|bills)(?:_cents)?") or ""):
        _, left, open_ = use_credit(left, invoice)
        due.append(open_)
    return Answer(due, due=due, left=left, balance=left, credit_left=left)


@adapter("balance_micro", "rate_micro_per_min", "reserve_micro")
def prepaid_lease(case: Case) -> Any:
    """How far a start reaches: the reserve pays for what lies beyond the lease."""
    code = currency(case)
    balance, rate_, reserve = (
        Decimal(case.inputs[f"{name}_micro{rest}"]).scaleb(minor_digits(code)).scaleb(-MICRO_DIGITS)
        for name, rest in (("balance", ""), ("rate", "_per_min"), ("reserve", ""))
    )
    terms = _terms(code, rate_)
    policy = StartPolicy(minimum_minor=int(reserve), reserve_minor=int(reserve))
    wallet = _wallet(Money(int(balance), code))
    lease = _lease(wallet, terms, policy)
    below = total([Money(int(reserve), code), Money(-1, code)], code)
    return Answer(
        lease,
        start_allowed=lease is not None,
        lease_minutes=lease,
        minutes_to_zero=affordable_units(terms, wallet.balance, FOR_EVER),
        start_allowed_if_balance_below_reserve=_lease(_wallet(below), terms, policy) is not None,
    )


@adapter("balance(?:_cents)?", "(?:debits|charges|withdrawals)(?:_cents)?")
def debits_in_turn(case: Case) -> Any:
    """Each as far as the balance allows; what would go below zero is refused whole."""
    wallet = _wallet(amount(case, "balance"))
    taken: list[bool] = []
    name = case.key("(?:debits|charges|withdrawals)(?:_cents)?") or ""
    for debit in amounts(case, name):
        try:
            wallet, _ = wallet.booked(EntryKind.RIDE, -debit, "case", LONG_AGO)
        except InsufficientBalance:
            taken.append(False)
        else:
            taken.append(True)
    return Answer(
        wallet.balance,
        balance=wallet.balance,
        accepted=Answer(taken.count(True), each=taken),
        allowed=taken,
        succeed=taken.count(True),
        fail=taken.count(False),
        refused=taken.count(False),
    )
