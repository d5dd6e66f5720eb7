"""Taking money in three steps: commit the intent, ask the provider, commit the answer.

Not a use case, for it takes more than one commit. A crash between any two steps leaves an attempt
that anybody can finish: asking again under the same key gives the provider's same payment, and
recording its answer again changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from umlauf.kernel.work import Claim, Work, carry_out
from umlauf.payments.errors import (
    PaymentInFlight,
    ProviderRefused,
    UnknownAttempt,
    UnknownPaymentMethod,
)
from umlauf.payments.model import (
    AttemptState,
    PaymentAttempt,
    PaymentOrder,
    ProviderPayment,
    ProviderStatus,
)
from umlauf.payments.ports import PaymentDesk
from umlauf.payments.reasons import REFUSED
from umlauf.payments.use_cases.begin_payment import begin_payment
from umlauf.payments.use_cases.settle_payment import settle_payment

KEY_IS_TRUSTED_FOR: Final = timedelta(hours=23)
"""The provider remembers a key for 24 hours; after that the same key would charge again."""

CUSTOMER_MAY_TAKE: Final = timedelta(minutes=30)
"""How long a customer has to confirm before another attempt may replace theirs."""

LEFT_BEHIND_AFTER: Final = timedelta(hours=1)
"""When an attempt that never heard an answer is taken for left behind by a crash."""

NEWS_IS_LOST_AFTER: Final = timedelta(days=3)
"""How long the provider repeats a webhook; a slow debit is looked at ourselves from then on."""


@dataclass(frozen=True, slots=True)
class Taken:
    """How far the payment got. `client_secret` only if the customer must confirm."""

    attempt: PaymentAttempt
    client_secret: str | None = None


def take_payment(order: PaymentOrder, *, desk: PaymentDesk, now: datetime) -> Taken:
    """Take the money, or say how far it got; the same order again finds the same attempt.

    An attempt that somebody left behind is finished first. Raises what `begin_payment` and the
    provider raise; a decline is an answer: `attempt.state` is FAILED.
    """
    try:
        attempt = _begin(order, desk, now)
    except PaymentInFlight as met:
        finish_payment(met.attempt_id, desk=desk, now=now)
        attempt = _begin(order, desk, now)
    return _finish(attempt, desk, now)


def finish_payment(attempt_id: str, *, desk: PaymentDesk, now: datetime) -> Taken:
    """Carry an attempt that is on record as far as it goes, or see how far it got by itself.

    Raises UnknownAttempt.
    """
    attempt = desk.attempts.get(attempt_id)
    if attempt is None:
        raise UnknownAttempt(f"there is no payment attempt {attempt_id}", field="attempt_id")
    return _finish(attempt, desk, now)


def needs_looking_after(attempt: PaymentAttempt, now: datetime) -> bool:
    """Whether nobody else may come to tell what became of an unsettled attempt."""
    patience = NEWS_IS_LOST_AFTER if attempt.state is AttemptState.PROCESSING else LEFT_BEHIND_AFTER
    return not attempt.is_settled and now - attempt.created_at >= patience


def record_report(
    attempt: PaymentAttempt,
    report: ProviderPayment,
    *,
    desk: PaymentDesk,
    now: datetime,
    inbox: Claim | None = None,
) -> PaymentAttempt:
    """Commit what the provider says about an attempt, together with the message's claim if any.

    Raises AlreadyClaimed for a message that was taken in before.
    """
    final = _close_door(attempt, report, desk)

    def decide(work: Work) -> PaymentAttempt:
        if inbox is not None:
            work.claim(inbox)
        return settle_payment(
            attempt.id,
            final,
            work=work,
            attempts=desk.attempts,
            live_payments=desk.live_payments,
        )

    return carry_out(decide, works=desk.works, now=now)


def _close_door(
    attempt: PaymentAttempt, report: ProviderPayment, desk: PaymentDesk
) -> ProviderPayment:
    """Withdraw a failed payment that the customer's app could still confirm.

    Otherwise a further attempt and the app's second try might both succeed.
    """
    has_failed = report.status is ProviderStatus.FAILED
    if has_failed and attempt.is_customer_present and report.reference and not report.is_final:
        return desk.provider.cancel(report.reference)
    return report


def _finish(attempt: PaymentAttempt, desk: PaymentDesk, now: datetime) -> Taken:
    if attempt.is_settled:
        return Taken(attempt)
    report = _ask(attempt, desk, now)
    settled = record_report(attempt, report, desk=desk, now=now)
    return Taken(settled, report.client_secret if settled.awaits_customer else None)


def _begin(order: PaymentOrder, desk: PaymentDesk, now: datetime) -> PaymentAttempt:
    return carry_out(
        lambda work: begin_payment(order, work=work, desk=desk), works=desk.works, now=now
    )


def _ask(attempt: PaymentAttempt, desk: PaymentDesk, now: datetime) -> ProviderPayment:
    age = now - attempt.created_at
    if attempt.provider_reference is not None:
        seen = desk.provider.payment(attempt.provider_reference)
        if seen.status is ProviderStatus.AWAITS_CUSTOMER and age > CUSTOMER_MAY_TAKE:
            return desk.provider.cancel(attempt.provider_reference)
        return seen
    charge = attempt.charge
    if age > KEY_IS_TRUSTED_FOR:
        found = desk.provider.find(charge)
        if found is not None:
            return found
    try:
        return desk.provider.charge(charge)
    except (ProviderRefused, UnknownPaymentMethod):
        # Nothing was begun and nothing ever will be, so the attempt must not stay live.
        return ProviderPayment("", ProviderStatus.FAILED, attempt.id, reason_code=REFUSED)
