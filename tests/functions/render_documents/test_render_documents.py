"""Each issued document is rendered once and lies in the archive for good, whatever goes wrong."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from io import BytesIO
from itertools import count
from types import ModuleType
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ConnectionClosedError
from moto import mock_aws
from pypdf import PdfReader

from tests.conftest import create_tables
from tests.functions.deployed import deliver
from tests.functions.loading import loaded
from umlauf.billing.credit_notes import CorrectedInvoice, CreditNote, NoteKind
from umlauf.billing.model import (
    AppliedCredit,
    CreditSource,
    Invoice,
    InvoiceLine,
    LineDiscount,
    LineKind,
    PriceBasis,
    Receivable,
    TaxAmount,
    TaxTreatment,
)
from umlauf.billing.stored_documents import StoredDocument
from umlauf.customers.billing_details import BillingDetails, PostalAddress
from umlauf.customers.model import Customer, Language
from umlauf.kernel.calendar import Period
from umlauf.kernel.money import Money
from umlauf.kernel.work import Aggregate, Work
from umlauf.payments.model import (
    FIRST_COLLECTION,
    MethodKind,
    Payer,
    PaymentAttempt,
    PaymentMethod,
    Purpose,
    attempt_id_of,
)
from umlauf_adapters.kernel import aws_clients
from umlauf_adapters.kernel.dynamo_works import DynamoWorks
from umlauf_adapters.kernel.items import EventItem
from umlauf_adapters.kernel.layouts import layout_of

BUCKET = "umlauf-test-documents"
NOW = datetime(2026, 11, 2, 6, 5, tzinfo=UTC)
NOVEMBER = Period(date(2026, 11, 1), date(2026, 12, 1))
GERMAN = TaxTreatment("DE", "standard", Decimal(19))
KEY = "umlauf-de/2026/RE-2026-000001.pdf"
ADA = Customer(
    id="cus_ada",
    email="ada@example.org",
    name="Ada Lovelace",
    country="DE",
    language=Language.GERMAN,
    time_zone="Europe/Berlin",
    signed_up_at=NOW,
    billing=BillingDetails(address=PostalAddress("Lindenstraße 4", "10969", "Berlin", "DE")),
)


def eur(amount_minor: int) -> Money:
    return Money(amount_minor, "EUR")


LINE = InvoiceLine(
    number=1,
    item="bike",
    kind=LineKind.BASE_FEE,
    name="E-Bike Flex",
    service_period=NOVEMBER,
    quantity=Decimal(1),
    unit="month",
    amount=eur(7191),
    net=eur(6043),
    treatment=GERMAN,
    discounts=(LineDiscount("WELCOME", "Willkommen: 10 %", eur(799)),),
)
INVOICE = Invoice(
    id="inv_one",
    number="RE-2026-000001",
    legal_entity="umlauf-de",
    customer_id=ADA.id,
    subscription_id="sub_one",
    currency="EUR",
    price_basis=PriceBasis.GROSS,
    is_business=False,
    lines=(LINE,),
    taxes=(TaxAmount(GERMAN, eur(6043), eur(1148)),),
    net=eur(6043),
    tax=eur(1148),
    gross=eur(7191),
    issued_on=date(2026, 11, 2),
    due_on=date(2026, 11, 16),
    issued_at=NOW,
)
NOTE = CreditNote(
    id="cn_one",
    number="GS-2026-000001",
    kind=NoteKind.CREDIT_NOTE,
    reason="contract_changed",
    legal_entity="umlauf-de",
    customer_id=ADA.id,
    subscription_id="sub_one",
    currency="EUR",
    price_basis=PriceBasis.GROSS,
    is_business=False,
    corrects=(CorrectedInvoice("inv_one", "RE-2026-000001", date(2026, 11, 2)),),
    lines=(replace(LINE, amount=eur(2397), net=eur(2014), discounts=()),),
    taxes=(TaxAmount(GERMAN, eur(2014), eur(383)),),
    net=eur(2014),
    tax=eur(383),
    gross=eur(2397),
    reductions=(),
    to_balance=eur(2397),
    issued_on=date(2026, 11, 21),
    issued_at=NOW + timedelta(days=19),
)
RECEIVABLE = Receivable(
    id="inv_one",
    number=INVOICE.number,
    legal_entity=INVOICE.legal_entity,
    customer_id=ADA.id,
    subscription_id="sub_one",
    amount=INVOICE.gross,
    issued_on=INVOICE.issued_on,
    due_on=INVOICE.due_on,
    time_zone="Europe/Berlin",
    watch_on=date(2026, 11, 17),
)


@pytest.fixture
def function(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The function in an account with its tables and its bucket."""
    monkeypatch.setenv("DOCUMENTS_BUCKET", BUCKET)
    with mock_aws():
        aws_clients.client.cache_clear()
        create_tables()
        aws_clients.client("s3").create_bucket(
            Bucket=BUCKET,
            ObjectLockEnabledForBucket=True,
            CreateBucketConfiguration={"LocationConstraint": "eu-central-1"},
        )
        with loaded("render_documents") as app:
            yield app
    aws_clients.client.cache_clear()


def put(*aggregates: Aggregate) -> None:
    work = Work(NOW)
    for aggregate in aggregates:
        work.put(aggregate)
    DynamoWorks().commit(work)


def told(kind: str = "invoice_issued", **data: str) -> str:
    """The queue message of an event, with as much of its data as the function reads."""
    money = {"amount_minor": 7191, "currency": "EUR"}
    whole = {
        **dict.fromkeys(("invoice_id", "credit_note_id"), "inv_one"),
        **dict.fromkeys(("number", "legal_entity", "customer_id", "subscription_id"), "any"),
        **dict.fromkeys(("net", "tax", "gross", "to_balance"), money),
        "taxes": [],
        "lines": [],
        "lowered": [],
        "currency": "EUR",
        "is_business": False,
        "issued_on": "2026-11-02",
        "due_on": "2026-11-16",
        "kind": "credit_note",
        **data,
    }
    event_type = f"billing.{kind}.v1"
    envelope = {
        "id": "invoice#inv_one:1.0",
        "type": event_type,
        "aggregate": "invoice#inv_one",
        "version": 1,
        "occurred_at": "2026-11-02T06:05:00Z",
        "data": whole,
    }
    return json.dumps({"detail-type": event_type, "detail": envelope})


def stored(document_id: str = "inv_one") -> StoredDocument | None:
    found = [one for one in layout_of(StoredDocument).scan() if one.id == document_id]
    return found[0] if found else None


def file(key: str = KEY) -> bytes:
    answer = aws_clients.client("s3").get_object(Bucket=BUCKET, Key=key)
    return bytes(answer["Body"].read())


def versions() -> list[str]:
    found = aws_clients.client("s3").list_object_versions(Bucket=BUCKET)
    return [version["Key"] for version in found.get("Versions", [])]


def page(key: str = KEY) -> str:
    text = "\n".join(page.extract_text() for page in PdfReader(BytesIO(file(key))).pages)
    return " ".join(text.replace("\u2212", "-").split())


def announced() -> list[Any]:
    return [item.data for item in EventItem.scan() if item.type == "billing.document_stored.v1"]


def test_an_issued_invoice_lies_in_the_archive_with_its_hash_on_record(
    function: ModuleType,
) -> None:
    put(ADA, INVOICE, RECEIVABLE)
    assert deliver(function, told()) == []

    record = stored()
    assert record is not None
    assert (record.key, record.number) == (KEY, "RE-2026-000001")
    assert record.sha256 == sha256(file()).hexdigest()
    assert record.size_bytes == len(file())
    assert [event["sha256"] for event in announced()] == [record.sha256]
    shown = page()
    assert "Rechnung RE-2026-000001" in shown
    assert "Ada Lovelace Lindenstraße 4 10969 Berlin" in shown
    assert "Willkommen: 10 % -7,99" in shown
    assert "71,91 €" in shown


def test_a_credit_note_has_its_document_too(function: ModuleType) -> None:
    put(ADA, NOTE)
    assert deliver(function, told("credit_note_issued", credit_note_id="cn_one")) == []
    shown = page("umlauf-de/2026/GS-2026-000001.pdf")
    assert "Rechnungskorrektur GS-2026-000001" in shown
    assert "zu Rechnung RE-2026-000001 vom 02.11.2026" in shown


def test_the_same_news_again_changes_nothing(function: ModuleType) -> None:
    put(ADA, INVOICE, RECEIVABLE)
    first = told()
    assert deliver(function, first, first) == []
    assert deliver(function, first) == []
    assert versions() == [KEY]
    assert len(announced()) == 1


def breaking(carry_out: Callable[..., Any], *, at: int, is_done: bool) -> Callable[..., Any]:
    """Break one call to AWS: before it is carried out, or after, when only its answer is lost."""
    places = count(1)

    def call(client: BaseClient, operation: str, params: dict[str, Any]) -> Any:
        if next(places) != at:
            return carry_out(client, operation, params)
        if is_done:
            carry_out(client, operation, params)
        raise ConnectionClosedError(endpoint_url=operation)

    return call


def test_cut_off_at_any_call_and_told_again_it_is_one_document(
    function: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also if the customer has another name by then: what was put first is the document."""
    carry_out = BaseClient._make_api_call  # noqa: SLF001 - where every call passes
    failed = 0
    for at in range(1, 12):
        for is_done in (False, True):
            number = f"RE-2026-{at:04}{is_done:02}"
            invoice = replace(INVOICE, id=f"inv_{at}_{is_done}", number=number)
            person = replace(ADA, id=f"cus_{at}_{is_done}")
            put(person, replace(invoice, customer_id=person.id))
            news = told(invoice_id=invoice.id)
            broken = breaking(carry_out, at=at, is_done=is_done)
            with monkeypatch.context() as patch:
                patch.setattr(BaseClient, "_make_api_call", broken)
                failed += len(deliver(function, news))
            known = layout_of(Customer).get(f"CUSTOMER#{person.id}", "PROFILE")
            assert known is not None
            put(replace(known, name="Ada King"))

            assert deliver(function, news) == []
            record = stored(invoice.id)
            assert record is not None
            assert record.sha256 == sha256(file(record.key)).hexdigest()
            assert versions().count(record.key) == 1
    assert len(announced()) == 22
    assert failed >= 10, "the faults did not reach the function"


def test_a_number_that_holds_another_document_stops_the_message(function: ModuleType) -> None:
    put(ADA, INVOICE, RECEIVABLE)
    aws_clients.client("s3").put_object(
        Bucket=BUCKET, Key=KEY, Body=b"another", Metadata={"document-id": "inv_other"}
    )
    assert deliver(function, told()) == [0]
    assert stored() is None
    assert file() == b"another"


def test_news_of_what_is_not_there_comes_again_and_spares_the_others(function: ModuleType) -> None:
    put(ADA, INVOICE, RECEIVABLE)
    assert deliver(function, told(invoice_id="inv_none"), told()) == [0]
    assert stored() is not None


def test_only_what_was_paid_in_the_act_of_issuing_is_taken_off(function: ModuleType) -> None:
    at_once = AppliedCredit("one", CreditSource.BALANCE, eur(2000), NOW)
    later = AppliedCredit("two", CreditSource.BALANCE, eur(500), NOW + timedelta(hours=1))
    put(ADA, INVOICE, replace(RECEIVABLE, credits=(at_once, later)))
    assert deliver(function, told()) == []
    shown = page()
    assert "Aus Ihrem Guthaben bezahlt -20,00 €" in shown
    assert "Zu zahlen 51,91 €" in shown


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        pytest.param(None, "Bitte überweisen Sie bis zum 16.11.2026", id="nothing on file"),
        pytest.param(
            MethodKind.CARD, "am 02.11.2026 von Ihrer Karte ab. Karte Visa ····4242", id="card"
        ),
        pytest.param(
            MethodKind.SEPA_DEBIT,
            "am 03.11.2026 oder kurz danach per SEPA-Lastschrift ein. Konto ····3000",
            id="direct debit",
        ),
    ],
)
def test_the_page_says_how_the_invoice_will_be_paid(
    function: ModuleType, kind: MethodKind | None, said: str
) -> None:
    put(ADA, INVOICE, RECEIVABLE)
    if kind:
        put(
            Payer(ADA.id, "cus_stripe", default_method_id="pmt_one"),
            method(kind),
        )
    assert deliver(function, told()) == []
    assert said in page()
    is_debit = kind is MethodKind.SEPA_DEBIT
    assert ("Mandatsreferenz UML-0001 Gläubiger-ID DE98ZZZ09999999999" in page()) == is_debit
    assert ("IBAN" in page().partition("Umlauf GmbH Beispielstraße")[0]) == (kind is None)


def method(kind: MethodKind, method_id: str = "pmt_one") -> PaymentMethod:
    is_card = kind is MethodKind.CARD
    label, mandate = ("visa 4242", "") if is_card else ("sepa 3000", "UML-0001")
    return PaymentMethod(method_id, ADA.id, kind, "pm_one", "print", label, NOW, mandate)


def test_a_page_names_what_the_collection_began_with_whatever_is_the_default_by_then(
    function: ModuleType,
) -> None:
    attempt = PaymentAttempt(
        id=attempt_id_of(Purpose.INVOICE, INVOICE.id, FIRST_COLLECTION),
        purpose=Purpose.INVOICE,
        subject_id=INVOICE.id,
        customer_id=ADA.id,
        method_id="pmt_one",
        amount=INVOICE.gross,
        number=1,
        created_at=NOW,
        kind=MethodKind.SEPA_DEBIT,
        provider_customer_id="cus_stripe",
        provider_method_id="pm_one",
    )
    put(ADA, INVOICE, RECEIVABLE, attempt, Payer(ADA.id, "cus_stripe", "pmt_two"))
    put(method(MethodKind.SEPA_DEBIT), method(MethodKind.CARD, "pmt_two"))
    assert deliver(function, told()) == []
    assert "Konto ····3000" in page()


def test_what_credit_paid_is_not_asked_for_again(function: ModuleType) -> None:
    whole = AppliedCredit("one", CreditSource.BALANCE, INVOICE.gross, NOW)
    put(ADA, INVOICE, replace(RECEIVABLE, credits=(whole,)))
    put(Payer(ADA.id, "cus_stripe", "pmt_one"), method(MethodKind.SEPA_DEBIT))
    assert deliver(function, told()) == []
    shown = page()
    assert "Aus Ihrem Guthaben bezahlt -71,91 €" in shown
    assert "Der Betrag ist aus Ihrem Guthaben bezahlt" in shown
    assert "SEPA" not in shown
