"""The customer's prepaid wallet, one per currency."""

from datetime import datetime

from payments import PaymentOut
from umlauf.kernel.money import Money
from umlauf.kernel.work import carry_out
from umlauf.payments.model import PaymentOrder, Purpose
from umlauf.payments.taking import take_payment
from umlauf.wallets.model import Wallet, WalletEntry, wallet_id_of
from umlauf.wallets.use_cases.request_top_up import request_top_up
from umlauf_http.calls import Call
from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.wire import (
    Currency,
    Identifier,
    In,
    MoneyOut,
    Out,
    PageOut,
    PageQuery,
    PositiveMoneyIn,
    Query,
)
from wiring import TOP_UPS, WALLETS, WORKS, payment_desk

routes = Routes(__name__, Access.CUSTOMER)


class WalletQuery(Query):
    currency: Currency = "EUR"


class EntriesQuery(PageQuery):
    currency: Currency = "EUR"


class WalletOut(Out):
    """`held` is part of the balance: what running sessions may cost."""

    id: str
    balance: MoneyOut
    held: MoneyOut
    available: MoneyOut

    @classmethod
    def of(cls, wallet: Wallet) -> "WalletOut":
        return cls(
            id=wallet.id,
            balance=MoneyOut.of(wallet.balance),
            held=MoneyOut.of(wallet.held),
            available=MoneyOut.of(wallet.available),
        )


class WalletEntryOut(Out):
    number: int
    kind: str
    amount: MoneyOut
    balance_after: MoneyOut
    reference: str
    booked_at: datetime

    @classmethod
    def of(cls, entry: WalletEntry) -> "WalletEntryOut":
        return cls(
            number=entry.number,
            kind=entry.entry_kind.value,
            amount=MoneyOut.of(entry.amount),
            balance_after=MoneyOut.of(entry.balance_after),
            reference=entry.reference,
            booked_at=entry.booked_at,
        )


class WalletEntriesOut(PageOut[WalletEntryOut]):
    """The wallet's movements, the newest first."""


class TopUpIn(In):
    """Without a method the default one is charged."""

    amount: PositiveMoneyIn
    payment_method_id: Identifier | None = None


class TopUpOut(Out):
    """The balance moves when the payment has succeeded, not before.

    With a `client_secret` the bank wants the customer to confirm; it is answered only once.
    """

    id: str
    wallet_id: str
    payment: PaymentOut
    client_secret: str | None


@endpoint(routes, "/v1/wallet")
def get_wallet(query: WalletQuery, call: Call) -> WalletOut:
    """Show the wallet; one that was never topped up is empty."""
    wallet_id = wallet_id_of(call.customer_id, query.currency)
    found = WALLETS.find(wallet_id)
    return WalletOut.of(found or Wallet(wallet_id, call.customer_id, Money(0, query.currency)))


@endpoint(routes, "/v1/wallet/entries")
def list_wallet_entries(query: EntriesQuery, call: Call) -> WalletEntriesOut:
    """List the wallet's movements, the newest first."""
    wallet_id = wallet_id_of(call.customer_id, query.currency)
    page = WALLETS.entries(wallet_id, limit=query.limit, cursor=query.cursor)
    return WalletEntriesOut.of(page, WalletEntryOut.of)


@endpoint(
    routes,
    "/v1/wallet/top-ups",
    method="POST",
    status=201,
    errors=(404,),
    secret=("client_secret",),
)
def top_up_wallet(body: TopUpIn, call: Call) -> TopUpOut:
    """Pay money into the wallet. A decline is an answer: see the payment's state."""
    top_up = carry_out(
        lambda work: request_top_up(
            call.command_id,
            call.customer_id,
            body.amount.money(),
            work=work,
            wallets=WALLETS,
            top_ups=TOP_UPS,
        ),
        works=WORKS,
        now=call.now,
    )
    order = PaymentOrder(
        purpose=Purpose.TOP_UP,
        subject_id=top_up.id,
        customer_id=call.customer_id,
        amount=top_up.amount,
        paid=Money(0, top_up.amount.currency),
        act=call.command_id,
        method_id=body.payment_method_id,
        wallet_id=top_up.wallet_id,
        is_customer_present=True,
    )
    taken = take_payment(order, desk=payment_desk(), now=call.now)
    return TopUpOut(
        id=top_up.id,
        wallet_id=top_up.wallet_id,
        payment=PaymentOut.of(taken),
        client_secret=taken.client_secret,
    )
