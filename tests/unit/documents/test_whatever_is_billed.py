"""Whatever billing issues in a contract's life has a document that passes the official rules."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.engine_histories import Story, stories
from tests.unit.documents.rules import Schematron
from tests.unit.documents.test_page import read
from umlauf.billing.composing import issue
from umlauf.billing.documenting import Particulars, view_of_invoice
from umlauf.billing.documents import DocumentKind, Payment, PaymentMeans
from umlauf.billing.terms import UMLAUF
from umlauf.customers.model import Customer, Language
from umlauf_integrations.documents.cii_xml import invoice_xml
from umlauf_integrations.documents.pdf import invoice_pdf

MOST_CHECKED = 6
"""Of one life: a document of its tenth month is not checked by other rules than its second."""

few = settings(max_examples=15, suppress_health_check=list(HealthCheck))


@few
@given(story=stories(), language=st.sampled_from(Language))
def test_every_invoice_of_a_contracts_life_is_sound_valid_and_printed(
    schema: etree.XMLSchema, schematron: Schematron, story: Story, language: Language
) -> None:
    world = story.play()
    drafts = [
        one
        for _, _, documents in world.bills
        for one in documents
        if one.draft.gross.amount_minor >= 0
    ]
    for place, one in enumerate(drafts[:MOST_CHECKED], start=1):
        number = f"RE-{place:06}"
        invoice = issue(one.draft, invoice_id=f"inv_{place}", number=number)
        customer = Customer(
            id=invoice.customer_id,
            email="ada@example.org",
            name="Ada Lovelace",
            country="DE",
            language=language,
            time_zone="Europe/Berlin",
            signed_up_at=world.now,
        )
        payment = Payment(means=PaymentMeans.TRANSFER, reference=number)
        view = view_of_invoice(
            invoice, entity=UMLAUF, customer=customer, particulars=Particulars(payment=payment)
        )
        assert (view.kind is DocumentKind.DEPOSIT_REQUEST) == one.is_deposit_request
        assert (view.net, view.tax, view.gross) == (invoice.net, invoice.tax, invoice.gross)
        xml = invoice_xml(view)
        schema.assertValid(etree.fromstring(xml))
        assert schematron.violations(xml) == []
        shown = read(invoice_pdf(replace(view, notes=("The end.",))))
        assert "The end." in shown.pages[-1].extract_text()
