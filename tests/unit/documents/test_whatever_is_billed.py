"""Whatever billing issues in a contract's life has a document that passes the official rules."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.engine_histories import Story, stories
from tests.unit.documents.reading import totals_in
from tests.unit.documents.rules import Schematron
from tests.unit.documents.test_page import read
from umlauf.billing.arrangements import BY_TRANSFER, payment_of
from umlauf.billing.composing import Draft, issue
from umlauf.billing.credit_notes import (
    CONTRACT_CHANGED,
    CorrectedInvoice,
    CreditNote,
    NoteKind,
)
from umlauf.billing.documenting import Particulars, view_of_invoice, view_of_note
from umlauf.billing.documents import DocumentKind, DocumentView
from umlauf.billing.drafting import DraftDocument
from umlauf.billing.model import Invoice, TaxAmount
from umlauf.billing.terms import UMLAUF
from umlauf.customers.model import Customer, Language
from umlauf.kernel.money import Money
from umlauf_integrations.documents.cii_xml import invoice_xml
from umlauf_integrations.documents.pdf import invoice_pdf

MOST_CHECKED = 6
"""Of one life: a document of its tenth month is not checked by other rules than its second."""

few = settings(max_examples=15, suppress_health_check=list(HealthCheck))


@few
@given(story=stories(), language=st.sampled_from(Language))
def test_every_document_of_a_contracts_life_is_sound_valid_and_printed(
    schema: etree.XMLSchema, schematron: Schematron, story: Story, language: Language
) -> None:
    world = story.play()
    drafted = [one for _, _, documents in world.bills for one in documents]
    customer = Customer(
        id="cus",
        email="ada@example.org",
        name="Ada Lovelace",
        country="DE",
        language=language,
        time_zone="Europe/Berlin",
        signed_up_at=world.now,
    )
    for place, one in enumerate(drafted[:MOST_CHECKED], start=1):
        issued, view = document_of(one, place, customer)
        xml = invoice_xml(view)
        assert totals_in(xml) == (issued.net, issued.tax, issued.gross)
        schema.assertValid(etree.fromstring(xml))
        assert schematron.violations(xml) == []
        shown = read(invoice_pdf(replace(view, notes=("The end.",))))
        assert "The end." in shown.pages[-1].extract_text()


def document_of(
    one: DraftDocument, place: int, customer: Customer
) -> tuple[Invoice | CreditNote, DocumentView]:
    """What is issued of a draft, and its document."""
    if one.gross.amount_minor < 0:
        note = note_of(one.draft, place)
        return note, view_of_note(note, entity=UMLAUF, customer=customer)
    invoice = issue(one.draft, invoice_id=f"inv_{place}", number=f"RE-{place:06}")
    payment = payment_of(invoice, BY_TRANSFER, UMLAUF, paid=Money(0, invoice.currency))
    particulars = Particulars(payment=payment)
    view = view_of_invoice(invoice, entity=UMLAUF, customer=customer, particulars=particulars)
    assert (view.kind is DocumentKind.DEPOSIT_REQUEST) == one.is_deposit_request
    return invoice, view


def note_of(draft: Draft, place: int) -> CreditNote:
    """What a draft below zero becomes: its mirror, which gives what the draft takes off."""
    lines = (
        replace(line, amount=-line.amount, net=-line.net, discounts=()) for line in draft.lines
    )
    return CreditNote(
        id=f"cn_{place}",
        number=f"GS-{place:06}",
        kind=NoteKind.CREDIT_NOTE,
        reason=CONTRACT_CHANGED,
        legal_entity=draft.entity.id,
        customer_id=draft.contract.customer_id,
        subscription_id=draft.contract.subscription_id,
        currency=draft.contract.currency,
        price_basis=draft.contract.price_basis,
        is_business=False,
        corrects=(CorrectedInvoice("inv_1", "RE-000001", draft.issued_on),),
        lines=tuple(lines),
        taxes=tuple(TaxAmount(one.treatment, -one.net, -one.tax) for one in draft.taxes),
        net=-draft.net,
        tax=-draft.tax,
        gross=-draft.gross,
        reductions=(),
        to_balance=-draft.gross,
        issued_on=draft.issued_on,
        issued_at=draft.composed_at,
    )
