"""Record what the provider says about an attempt."""

from umlauf.kernel.work import Work
from umlauf.payments.errors import UnknownAttempt
from umlauf.payments.model import PaymentAttempt, ProviderPayment
from umlauf.payments.ports import LivePayments, PaymentAttempts
from umlauf.payments.settlement import settle


def settle_payment(
    attempt_id: str,
    report: ProviderPayment,
    *,
    work: Work,
    attempts: PaymentAttempts,
    live_payments: LivePayments,
) -> PaymentAttempt:
    """Move the attempt on, tell the others, and free the place for a further attempt.

    A report that is old, repeated or overtaken changes nothing. Raises UnknownAttempt.
    """
    attempt = attempts.get(attempt_id)
    live = live_payments.get(attempt.subject_id) if attempt else None
    if attempt is None or live is None:
        raise UnknownAttempt(f"there is no payment attempt {attempt_id}", field="attempt_id")
    settlement = settle(attempt, live, report, work.now)
    if settlement is None:
        return attempt
    work.put(settlement.attempt, *settlement.events)
    if settlement.live != live:
        work.put(settlement.live)
    return settlement.attempt
