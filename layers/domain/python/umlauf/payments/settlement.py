"""What the provider's word does to an attempt.

One table, the same for an answer, a webhook or a look-up.

The provider's state is fetched and compared, never inferred from the order of its messages:
whatever is not a step forward from where the attempt stands changes nothing. Money that did arrive
is booked even after a failure, but not after a return: a return is final here and in billing, so
what a dispute won later brings back is booked by hand.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from umlauf.kernel.events import Event
from umlauf.kernel.money import Money
from umlauf.payments.events import (
    PaymentFailed,
    PaymentProcessing,
    PaymentReturned,
    PaymentSucceeded,
)
from umlauf.payments.model import (
    AttemptState,
    LivePayment,
    PaymentAttempt,
    ProviderPayment,
    ProviderStatus,
)
from umlauf.payments.reasons import UNKNOWN, Reason, Retry, reason

_STEPS_FORWARD: Final = frozenset(
    {
        (AttemptState.CREATED, ProviderStatus.AWAITS_CUSTOMER),
        (AttemptState.CREATED, ProviderStatus.PROCESSING),
        (AttemptState.CREATED, ProviderStatus.SUCCEEDED),
        (AttemptState.CREATED, ProviderStatus.FAILED),
        (AttemptState.CREATED, ProviderStatus.RETURNED),
        (AttemptState.PROCESSING, ProviderStatus.SUCCEEDED),
        (AttemptState.PROCESSING, ProviderStatus.FAILED),
        (AttemptState.PROCESSING, ProviderStatus.RETURNED),
        (AttemptState.FAILED, ProviderStatus.SUCCEEDED),
        (AttemptState.FAILED, ProviderStatus.RETURNED),
        (AttemptState.SUCCEEDED, ProviderStatus.RETURNED),
    }
)


@dataclass(frozen=True, slots=True)
class Settlement:
    attempt: PaymentAttempt
    live: LivePayment
    events: tuple[Event, ...]


def settle(
    attempt: PaymentAttempt, live: LivePayment, report: ProviderPayment, now: datetime
) -> Settlement | None:
    """The attempt after the provider's report, or None if the report changes nothing."""
    if (attempt.state, report.status) not in _STEPS_FORWARD:
        return None
    reference = report.reference or attempt.provider_reference
    known = replace(attempt, provider_reference=reference, awaits_customer=False)
    match report.status:
        case ProviderStatus.AWAITS_CUSTOMER:
            waiting = replace(known, awaits_customer=True)
            return None if waiting == attempt else Settlement(waiting, live, ())
        case ProviderStatus.PROCESSING:
            processing = replace(known, state=AttemptState.PROCESSING)
            return Settlement(processing, live, (_processing(processing),))
        case ProviderStatus.SUCCEEDED:
            return _succeeded(known, live, now)
        case ProviderStatus.FAILED:
            return _failed(known, live, report, now)
        case ProviderStatus.RETURNED:
            return _returned(known, live, report, now)


def _processing(attempt: PaymentAttempt) -> PaymentProcessing:
    return PaymentProcessing(
        attempt.id,
        attempt.purpose,
        attempt.customer_id,
        attempt.amount,
        attempt.provider_reference or "",
        attempt.invoice_id,
        attempt.top_up_id,
        attempt.wallet_id,
    )


def _succeeded(attempt: PaymentAttempt, live: LivePayment, now: datetime) -> Settlement:
    paid = replace(
        attempt, state=AttemptState.SUCCEEDED, settled_at=now, reason_code=None, retry=None
    )
    event = PaymentSucceeded(
        paid.id,
        paid.purpose,
        paid.customer_id,
        paid.amount,
        paid.provider_reference or "",
        now,
        paid.invoice_id,
        paid.top_up_id,
        paid.wallet_id,
        paid.legal_entity,
    )
    return Settlement(paid, live.end(paid.id).add(paid.amount), (event,))


def _failed(
    attempt: PaymentAttempt, live: LivePayment, report: ProviderPayment, now: datetime
) -> Settlement:
    why = reason(report.reason_code or UNKNOWN)
    advice = why.advice(live.attempts_made)
    failed = replace(
        attempt, state=AttemptState.FAILED, settled_at=now, reason_code=why.code, retry=advice
    )
    event = PaymentFailed(
        attempt_id=failed.id,
        purpose=failed.purpose,
        customer_id=failed.customer_id,
        payment_method_id=failed.method_id,
        amount=failed.amount,
        reason_code=why.code,
        retry=advice,
        is_customer_fault=why.is_customer_fault,
        failed_at=now,
        retry_not_before=_not_before(why, advice, now),
        fee=report.bank_fee,
        invoice_id=failed.invoice_id,
        top_up_id=failed.top_up_id,
        wallet_id=failed.wallet_id,
        legal_entity=failed.legal_entity,
    )
    return Settlement(failed, live.end(failed.id), (event,))


def _returned(
    attempt: PaymentAttempt, live: LivePayment, report: ProviderPayment, now: datetime
) -> Settlement:
    """Take a success back. If its news never reached us, tell it first.

    The books need both sides.
    """
    had_arrived = attempt.state is AttemptState.SUCCEEDED
    arrived = Settlement(attempt, live, ()) if had_arrived else _succeeded(attempt, live, now)
    why = reason(report.reason_code or UNKNOWN)
    advice = why.advice(live.attempts_made)
    returned = replace(
        arrived.attempt, state=AttemptState.RETURNED, reason_code=why.code, retry=advice
    )
    event = PaymentReturned(
        attempt_id=returned.id,
        purpose=returned.purpose,
        customer_id=returned.customer_id,
        payment_method_id=returned.method_id,
        amount=returned.amount,
        reason_code=why.code,
        bank_fee=report.bank_fee or Money(0, returned.amount.currency),
        is_customer_fault=why.is_customer_fault,
        retry=advice,
        returned_at=now,
        retry_not_before=_not_before(why, advice, now),
        invoice_id=returned.invoice_id,
        top_up_id=returned.top_up_id,
        wallet_id=returned.wallet_id,
        legal_entity=returned.legal_entity,
    )
    emptied = arrived.live.add(-returned.amount)
    return Settlement(returned, emptied, (*arrived.events, event))


def _not_before(why: Reason, advice: Retry, now: datetime) -> datetime | None:
    return now + timedelta(days=why.wait_days) if advice is Retry.LATER else None
