"""A small API of parking tickets: every trait an operation can have, without any business."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, ClassVar

from pydantic import Field

from tests.fakes import MemoryStore
from umlauf.kernel.errors import Conflict, NotFound, Transient
from umlauf.kernel.identifiers import derive_id
from umlauf_http.answering import Wiring
from umlauf_http.application import Application
from umlauf_http.calls import Call
from umlauf_http.commands import Idempotency
from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.wire import Day, In, MoneyOut, Out, PageOut, PageQuery, PositiveMoneyIn

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Ticket:
    KIND: ClassVar[str] = "ticket"
    id: str
    plate: str
    holder: str
    day: date
    version: int = 0


class AlreadyParked(Conflict):
    code = "parking.already_parked"


class Outage(Transient):
    code = "parking.outage"


class TicketIn(In):
    plate: str = Field(min_length=1, max_length=10)
    day: Day
    price: PositiveMoneyIn | None = None


class TicketOut(Out):
    id: str
    plate: str
    day: date
    price: MoneyOut | None


class TicketsOut(PageOut[TicketOut]):
    """Tickets."""


class PlateIn(In):
    plate: str = Field(min_length=1, max_length=10)


class LoginIn(In):
    name: str
    password: str


class LoginOut(Out):
    name: str
    token: str | None


class RawOut(Out):
    size: int


@dataclass
class Sample:
    """The application with its store; `calls` counts how often a view decided."""

    store: MemoryStore
    app: Application
    calls: list[str]


def build() -> Sample:
    store = MemoryStore()
    calls: list[str] = []
    app = Application("sample", Wiring(store, lambda: NOW, "pool-1"))
    app.include(_customer_routes(store, calls), _staff_routes(), _public_routes(calls))
    return Sample(store, app, calls)


def _customer_routes(store: MemoryStore, calls: list[str]) -> Routes:
    routes = Routes("tickets", Access.CUSTOMER)

    @endpoint(routes, "/v1/tickets", method="POST", status=201, errors=(409,))
    def park(body: TicketIn, call: Call) -> TicketOut:
        """Park here."""
        calls.append(body.plate)
        parked = [ticket.plate for ticket in store.all(Ticket)]
        if body.plate in parked:
            raise AlreadyParked(f"{body.plate} is parked; leave first", field="plate")
        ticket = Ticket(derive_id("tic", call.command_id), body.plate, call.customer_id, body.day)
        call.work.put(ticket)
        call.created(f"/v1/tickets/{ticket.id}")
        return _shown(ticket)

    @endpoint(routes, "/v1/tickets")
    def list_tickets(query: PageQuery) -> TicketsOut:
        """List tickets."""
        tickets = [_shown(ticket) for ticket in store.all(Ticket)]
        return TicketsOut(items=tickets[: query.limit], next_cursor=None)

    @endpoint(routes, "/v1/tickets/{ticket_id}")
    def get_ticket(ticket_id: str, call: Call) -> TicketOut:
        """Show a ticket."""
        ticket = _own(store, ticket_id, call)
        call.show_version(ticket.version)
        return _shown(ticket)

    @endpoint(routes, "/v1/tickets/{ticket_id}", method="PATCH", needs_match=True)
    def change_plate(ticket_id: str, body: PlateIn, call: Call) -> TicketOut:
        """Change the plate."""
        ticket = _own(store, ticket_id, call)
        call.require_version(ticket.version)
        changed = replace(ticket, plate=body.plate)
        call.work.put(changed)
        call.show_version(changed.version + 1)
        return _shown(changed)

    return routes


def _staff_routes() -> Routes:
    # The staff member's token comes from the same pool here: one sample has one pool.
    routes = Routes("outages", Access.STAFF, groups=("operators",))

    @endpoint(routes, "/v1/outages")
    def fail_for_a_while() -> RawOut:
        raise Outage("the barrier is stuck", retry_after_seconds=7)

    @endpoint(routes, "/v1/crashes", groups=("admins",))
    def crash() -> RawOut:
        raise ZeroDivisionError("secret detail")

    return routes


def _public_routes(calls: list[str]) -> Routes:
    routes = Routes("logins", Access.PUBLIC)

    @endpoint(routes, "/v1/logins", method="POST", status=201, secret=("password", "token"))
    def log_in(body: LoginIn) -> LoginOut:
        return LoginOut(name=body.name, token=f"token-of-{body.password}")

    @endpoint(routes, "/v1/raw", method="POST", idempotency=Idempotency.NONE)
    def take_raw(raw: bytes) -> RawOut:
        return RawOut(size=len(raw))

    @endpoint(routes, "/v1/nothing", method="POST", status=204, idempotency=Idempotency.NONE)
    def answer_nothing() -> None:
        """Say nothing."""

    @endpoint(routes, "/v1/keys", method="POST", idempotency=Idempotency.REPEATED)
    def hand_out_key(body: LoginIn, call: Call) -> LoginOut:
        calls.append(body.name)
        return LoginOut(name=call.command_id, token="fresh")

    return routes


def _own(store: MemoryStore, ticket_id: str, call: Call) -> Ticket:
    ticket = store.get(Ticket, ticket_id)
    if ticket is None or ticket.holder != call.customer_id:
        raise NotFound(f"there is no ticket {ticket_id}")
    return ticket


def _shown(ticket: Ticket, **price: Any) -> TicketOut:
    return TicketOut(id=ticket.id, plate=ticket.plate, day=ticket.day, price=price.get("price"))
