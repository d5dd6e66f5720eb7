"""A subscription as its customer sees it over the years: what they do with it, and the papers.

Everything goes through the HTTP APIs. Whatever is `agreed` to is previewed first and carried out as
shown; `keeps_promises` compares what was issued since with what was shown, line by line.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest

from demo.api import Api, Refused
from demo.people import GOOD_CARD
from tests.scenarios.town import Json, Rider, Town
from umlauf.ledger.chart import SKR04

Line = tuple[str, str, str, int]
"""Item, first day, first day no longer covered, cents. Given back is below zero."""
Tax = tuple[str, str, int, int]
"""Country, rate, net, tax. Given back is below zero."""

BERLIN: Final = ZoneInfo("Europe/Berlin")
AFTER_THE_RUN: Final = timedelta(minutes=10)  # the cycle runs five past midnight
_KINDS: Final = {"RE": "invoice", "GS": "credit_note", "ST": "cancellation", "KA": "deposit"}
_SHOWN_KINDS: Final = {"deposit_request": "deposit"}
_PAGE: Final = 100
_keys = count()


def local(day: str, hour: int = 12, minute: int = 0) -> datetime:
    """An instant by the clocks of Berlin, which are those of Amsterdam."""
    time = datetime.combine(date.fromisoformat(day), datetime.min.time(), BERLIN)
    return time.replace(hour=hour, minute=minute).astimezone(UTC)


def morning(day: str) -> datetime:
    """That day's billing is done."""
    return local(day, 0) + AFTER_THE_RUN


@dataclass(frozen=True, slots=True)
class Paper:
    """A document in figures. Two that say the same are equal, whatever they are called."""

    kind: str
    issued_on: str
    lines: tuple[Line, ...]
    taxes: tuple[Tax, ...]
    gross: int
    id: str = field(default="", compare=False)
    number: str = field(default="", compare=False)


@dataclass
class Contract:
    """One customer's subscription. `papers` are all the customer's."""

    town: Town
    rider: Rider
    _promised: list[Paper] = field(default_factory=list)
    _known: int = 0
    _read: dict[str, Paper] = field(default_factory=dict)

    @property
    def api(self) -> Api:
        return self.rider.app.api

    @property
    def path(self) -> str:
        return f"/v1/subscriptions/{self.rider.subscription_id}"

    # --- acts ---------------------------------------------------------------------------------

    def begins(self, *, is_on_line: bool = False) -> None:
        """The bike is handed over, and the first day is billed. `is_on_line`: it will report."""
        if is_on_line:
            self.town.hand_over(self.rider)
        else:
            self.town.office.hand_over([self.rider.who])
        self.town.bill()

    def agrees(self, act: str, body: Json | None = None, *, until: str | None = None) -> Json:
        """Preview, carry out exactly what was shown, and have billed what is due at once."""
        return self._as_shown(self.api, f"{self.path}/{act}", body or {}, until)

    def staff_agrees(self, act: str, body: Json | None = None, *, until: str | None = None) -> Json:
        """The same, done by staff."""
        path = f"/v1/operator/subscriptions/{self.rider.subscription_id}/{act}"
        return self._as_shown(self.town.staff, path, body or {}, until)

    def _as_shown(self, api: Api, path: str, wanted: Json, until: str | None) -> Json:
        query = "" if until is None else f"?until={until}"
        shown = api.post(f"{path}/preview{query}", wanted)
        self._promised = [
            _shown_paper(document, bill["bills_on"])
            for bill in shown["changed"]["bills"]
            for document in bill["documents"]
        ]
        self._known = len(self.papers())
        pin = {name: shown[name] for name in ("as_of", "subscription_version")}
        answer = api.post(path, {**wanted, "as_shown": pin}, key=_key())
        self.town.bill()
        self.keeps_promises()
        return answer

    def changes(self, kind: str, **wanted: Any) -> Json:
        """Agree to a change that begins as the plan's policy has it, or on `starts_on`."""
        starts_on = wanted.pop("starts_on", None)
        body = {"change": {"kind": kind, **wanted}}
        return self.agrees("changes", body | ({"starts_on": starts_on} if starts_on else {}))

    def does(self, act: str, body: Json | None = None) -> Json:
        """What has no preview."""
        answer = self.api.post(f"{self.path}/{act}", body or {}, key=_key())
        self.town.bill()
        return answer

    def is_refused(self, act: str, body: Json | None = None) -> tuple[str, str]:
        """The code and the text of the refusal."""
        with pytest.raises(Refused) as refused:
            self.api.post(f"{self.path}/{act}", body or {}, key=_key())
        return refused.value.code, str(refused.value)

    def returns_the_bike(self) -> None:
        back = {"asset_id": self.rider.who.asset_id, "station_id": "sta_depot"}
        self.town.staff.post("/v1/operator/returns", back, key=_key())
        fit = {"asset_id": self.rider.who.asset_id, "is_fit": True}
        self.town.staff.post("/v1/operator/inspections", fit, key=_key())
        self.town.cloud.settle()

    def puts_details(self, **details: Any) -> None:
        """Replace the billing details."""
        self._puts("/v1/me/billing-details", self.town.token(self.rider), details)

    def is_made_a_business(self, company: str) -> None:
        """Staff has seen the register."""
        path = f"/v1/operator/customers/{self.rider.customer_id}/billing-details"
        details = {"company_name": company, "is_business": True}
        self._puts(path, self.town.staff_token(), details)

    def _puts(self, path: str, token: str, details: Json) -> None:
        """Put what was read a moment before; the address stays unless it is one of the details."""
        signed_in = {"Authorization": f"Bearer {token}"}
        known = self.town.http.get(path, headers=signed_in)
        headers = {**signed_in, "If-Match": known.headers["ETag"]}
        changed = {"address": known.json()["address"], **details}
        answer = self.town.http.put(path, json=changed, headers=headers)
        assert answer.is_success, answer.text

    def gets_credit(self, paper: Paper, **wanted: Any) -> Json:
        """A credit note by staff, as previewed."""
        path = f"/v1/operator/invoices/{paper.id}/credit-notes"
        shown = self.town.staff.post(f"{path}/preview", {"reason": "goodwill", **wanted})
        note = self.town.staff.post(path, {"reason": "goodwill", **wanted}, key=_key())
        assert {name: note[name] for name in ("lines", "taxes")} == {
            name: shown[name] for name in ("lines", "taxes")
        }
        self.town.cloud.settle()
        return note

    def credit_is_refused(self, paper: Paper, **wanted: Any) -> str:
        """The code of the refusal."""
        path = f"/v1/operator/invoices/{paper.id}/credit-notes"
        with pytest.raises(Refused) as refused:
            self.town.staff.post(path, {"reason": "goodwill", **wanted}, key=_key())
        return refused.value.code

    def is_paid_out(self, minor: int) -> None:
        body = {
            "amount": {"amount_minor": minor, "currency": "EUR"},
            "reference": f"transfer {next(_keys)}",
            "paid_on": self.town.cloud.now().date().isoformat(),
        }
        path = f"/v1/operator/customers/{self.rider.customer_id}/pay-outs"
        self.town.staff.post(path, body, key=_key())
        self.town.cloud.settle()

    # --- what is there ------------------------------------------------------------------------

    def shown(self) -> Json:
        return self.api.get(self.path)

    def papers(self) -> list[Paper]:
        """Every document of the customer, in the order in which they came."""
        new = []
        for path, name in (("/v1/invoices", "invoice"), ("/v1/credit-notes", "credit_note")):
            for one in self.api.get(path, limit=_PAGE)["items"]:
                if one["id"] not in self._read:
                    document = self.api.get(f"{path}/{one['id']}")
                    new.append(_paper(document, document[name]))
        for paper in sorted(new, key=lambda one: (one.issued_on, one.number)):
            self._read[paper.id] = paper
        return list(self._read.values())

    def latest(self) -> Paper:
        return self.papers()[-1]

    def keeps_promises(self) -> None:
        """What was issued since the last agreement is what was shown then, for its days."""
        today = self.town.cloud.now().astimezone(BERLIN).date().isoformat()
        shown = [paper for paper in self._promised if paper.issued_on <= today]
        assert _by_day(self.papers()[self._known :]) == _by_day(shown)

    def open_of(self, paper: Paper) -> dict[str, int]:
        """What became of an invoice, in cents; what is nothing is left out."""
        receivable = self.api.get(f"/v1/invoices/{paper.id}")["receivable"]
        return {
            name: amount["amount_minor"]
            for name, amount in receivable.items()
            if name not in {"status", "cancelled_by"} and amount["amount_minor"]
        }

    def credit(self) -> int:
        """What the customer has to their credit."""
        balances = self.api.get("/v1/credit-balances")["items"]
        return sum(one["amount"]["amount_minor"] for one in balances)

    def owes_by_the_books(self) -> int:
        """The debtor's balance in the ledger: what is open, less what is to their credit."""
        self.town.cloud.settle()
        path, owed = "/v1/operator/journal-entries", 0
        query: dict[str, Any] = {"customer_id": self.rider.customer_id, "limit": _PAGE}
        for _ in range(_PAGE):
            page = self.town.staff.get(path, **query)
            for posting in (one for entry in page["items"] for one in entry["postings"]):
                if posting["account"] == SKR04.debtors.number:
                    sign = 1 if posting["side"] == "debit" else -1
                    owed += sign * int(posting["amount"]["amount_minor"])
            if page["next_cursor"] is None:
                return owed
            query["cursor"] = page["next_cursor"]
        raise AssertionError("more pages of journal entries than anybody can have")


def joins(town: Town, name: str, plan: str, *, country: str = "DE", **wanted: Any) -> Contract:
    """Sign up, order, leave a card; the bike is set aside."""
    rider = town.sign_up(name, country=country, plan=plan)
    rider.app.add_method(card=GOOD_CARD)
    rider.app.order(**wanted)
    town.office.reserve(rider.who)
    return Contract(town, rider)


def fee(start: str, end: str, minor: int, item: str = "base-fee") -> Line:
    return item, start, end, minor


def german(gross: int, net: int, rate: str = "19") -> Tax:
    return "DE", rate, net, gross - net


def _by_day(papers: Iterable[Paper]) -> list[Paper]:
    return sorted(papers, key=lambda paper: (paper.issued_on, paper.kind, paper.lines))


def _key() -> str:
    return f"years-{next(_keys)}"


def _paper(document: Json, head: Json) -> Paper:
    kind = _KINDS[head["number"][:2]]
    return _in_figures(
        document,
        kind,
        head["issued_on"],
        sign=-1 if kind in {"credit_note", "cancellation"} else 1,
        gross=head["gross"]["amount_minor"],
        names=(head["id"], head["number"]),
    )


def _shown_paper(document: Json, day: str) -> Paper:
    kind = _SHOWN_KINDS.get(document["kind"], document["kind"])
    return _in_figures(document, kind, day, gross=document["gross"]["amount_minor"])


def _in_figures(
    document: Json,
    kind: str,
    day: str,
    *,
    gross: int,
    sign: int = 1,
    names: tuple[str, str] = ("", ""),
) -> Paper:
    return Paper(
        kind,
        day,
        tuple(
            (
                line["item"],
                line["service_start"],
                line["service_end"],
                sign * line["amount"]["amount_minor"],
            )
            for line in document["lines"]
        ),
        tuple(
            (
                tax["country"],
                tax["rate"],
                sign * tax["net"]["amount_minor"],
                sign * tax["tax"]["amount_minor"],
            )
            for tax in document["taxes"]
        ),
        sign * gross,
        *names,
    )
