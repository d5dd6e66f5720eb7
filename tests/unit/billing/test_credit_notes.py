"""What a credit note gives back, of which line, and with how much tax."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.credit_fakes import (
    GERMAN,
    NOVEMBER,
    REDUCED,
    charges_of,
    euros,
    invoice_over,
    updated,
)
from umlauf.billing.credit_notes import (
    ByLine,
    NoteKind,
    PartOf,
    Whole,
    cancel_whole,
    compose_credit_note,
    credit_invoice,
    header_of,
    remaining,
)
from umlauf.billing.errors import NotCancellable, NothingToCredit, OverCredited, UnknownLine
from umlauf.billing.model import Invoice, LineRef, PriceBasis, TaxTreatment
from umlauf.kernel.money import CurrencyMismatch, Money

REASON = "lost a week to repairs"
TREATMENTS = (GERMAN, REDUCED, TaxTreatment("NL", "standard", Decimal(21)))

amounts = st.lists(st.integers(1, 9_999), min_size=1, max_size=5)
bases = st.sampled_from(PriceBasis)


@st.composite
def credited_invoices(draw: st.DrawFn) -> Invoice:
    minors = draw(amounts)
    treatments = [draw(st.sampled_from(TREATMENTS)) for _ in minors]
    return invoice_over(*minors, basis=draw(bases), treatments=treatments)


def test_a_credit_of_six_sevenths_at_an_odd_rate_rounds_its_tax_once() -> None:
    odd = TaxTreatment("DE", "standard", Decimal("23.33"))
    invoice = invoice_over(2999, treatments=[odd])
    note = credit_invoice(invoice, charges_of(invoice), PartOf(euros(2571)), REASON).draft
    assert (note.net, note.tax, note.gross) == (euros(2571), euros(600), euros(3171))


def test_a_whole_credit_gives_back_the_invoice_to_the_cent() -> None:
    invoice = invoice_over(3361, 3361, 3361)
    note = credit_invoice(invoice, charges_of(invoice), Whole(), REASON).draft
    assert (note.net, note.tax, note.gross) == (invoice.net, invoice.tax, invoice.gross)


def test_every_line_of_a_note_points_at_the_line_it_corrects() -> None:
    invoice = invoice_over(1000, 2000, 3000)
    wanted = ByLine({3: euros(500), 1: None})
    note = credit_invoice(invoice, charges_of(invoice), wanted, REASON).draft
    assert [(line.number, line.corrects, line.amount) for line in note.lines] == [
        (1, LineRef(invoice.id, 1), euros(1000)),
        (2, LineRef(invoice.id, 3), euros(500)),
    ]
    assert all(line.service_period == NOVEMBER for line in note.lines)
    assert note.header.corrects[0].number == invoice.number


@given(credited_invoices(), st.data())
def test_notes_that_give_an_invoice_back_in_parts_give_back_exactly_its_tax(
    invoice: Invoice, data: st.DataObject
) -> None:
    charges, net, tax = charges_of(invoice), euros(0), euros(0)
    for _ in range(4):
        left = {number: money for number, money in remaining(invoice, charges).items() if money}
        if not left:
            break
        number = data.draw(st.sampled_from(sorted(left)))
        part = euros(data.draw(st.integers(1, left[number].amount_minor)))
        proposal = credit_invoice(invoice, charges, ByLine({number: part}), REASON)
        charges = updated(charges, proposal.charges)
        net, tax = net + proposal.draft.net, tax + proposal.draft.tax
    if any(remaining(invoice, charges).values()):
        rest = credit_invoice(invoice, charges, Whole(), REASON)
        charges = updated(charges, rest.charges)
        net, tax = net + rest.draft.net, tax + rest.draft.tax
    assert (net, tax) == (invoice.net, invoice.tax)
    assert not any(remaining(invoice, charges).values())


@given(credited_invoices(), st.data())
def test_no_sequence_of_credits_gives_back_more_than_was_billed(
    invoice: Invoice, data: st.DataObject
) -> None:
    charges, given_back = charges_of(invoice), euros(0)
    wishes = st.one_of(
        st.just(Whole()),
        st.integers(-5, 20_000).map(lambda minor: PartOf(euros(minor))),
        st.dictionaries(
            st.integers(1, 6), st.none() | st.integers(-5, 12_000).map(euros), max_size=3
        ).map(ByLine),
    )
    for wish in data.draw(st.lists(wishes, max_size=6)):
        try:
            proposal = credit_invoice(invoice, charges, wish, REASON)
        except (OverCredited, NothingToCredit, UnknownLine):
            continue
        charges = updated(charges, proposal.charges)
        given_back = given_back + proposal.draft.gross
        assert proposal.draft.gross.amount_minor > 0
    assert all(euros(0) <= charge.credited <= charge.amount for charge in charges)
    assert given_back <= invoice.gross


@given(credited_invoices(), st.integers(1, 99_999))
def test_a_part_is_spread_over_the_lines_without_losing_a_cent(invoice: Invoice, part: int) -> None:
    charges = charges_of(invoice)
    whole = sum(line.amount.amount_minor for line in invoice.lines)
    wanted = PartOf(euros(min(part, whole)))
    note = credit_invoice(invoice, charges, wanted, REASON).draft
    assert sum(line.amount.amount_minor for line in note.lines) == wanted.amount.amount_minor
    assert sum(line.net.amount_minor for line in note.lines) == note.net.amount_minor


@pytest.mark.parametrize(
    ("wanted", "field", "remedy"),
    [
        pytest.param(PartOf(euros(3001)), "amount", "30.00 EUR is left", id="more than all"),
        pytest.param(PartOf(euros(0)), "amount", "above zero", id="nothing"),
        pytest.param(ByLine({1: euros(1001)}), "lines.1", "10.00 EUR is left", id="a line's more"),
        pytest.param(ByLine({1: euros(-1)}), "lines.1", "above zero", id="below zero"),
    ],
)
def test_a_refusal_names_the_field_and_what_is_left(
    wanted: PartOf | ByLine, field: str, remedy: str
) -> None:
    invoice = invoice_over(1000, 2000)
    with pytest.raises(OverCredited, match=remedy) as refused:
        credit_invoice(invoice, charges_of(invoice), wanted, REASON)
    assert refused.value.field == field


def test_a_line_that_is_not_there_is_named_with_those_that_are() -> None:
    invoice = invoice_over(1000, 2000)
    with pytest.raises(UnknownLine, match="choose one of 1, 2") as refused:
        credit_invoice(invoice, charges_of(invoice), ByLine({7: None}), REASON)
    assert refused.value.field == "lines.7"


def test_another_currency_is_refused() -> None:
    invoice = invoice_over(1000)
    with pytest.raises(CurrencyMismatch, match="is in EUR"):
        credit_invoice(invoice, charges_of(invoice), PartOf(Money(100, "USD")), REASON)


def test_what_was_given_back_whole_is_not_given_back_again() -> None:
    invoice = invoice_over(1000)
    first = credit_invoice(invoice, charges_of(invoice), Whole(), REASON)
    with pytest.raises(NothingToCredit, match=invoice.number):
        credit_invoice(invoice, first.charges, Whole(), REASON)


def test_a_goodwill_credit_leaves_the_time_paid_and_a_cancellation_may_free_it() -> None:
    invoice = invoice_over(1000)
    goodwill = credit_invoice(invoice, charges_of(invoice), Whole(), REASON)
    assert goodwill.charges[0].covered == (NOVEMBER,)

    kept = cancel_whole(invoice, charges_of(invoice), REASON, is_billed_again=False)
    freed = cancel_whole(invoice, charges_of(invoice), REASON, is_billed_again=True)
    assert kept.charges[0].covered == (NOVEMBER,)
    assert freed.charges[0].covered == ()


def test_a_cancellation_mirrors_the_whole_invoice() -> None:
    invoice = invoice_over(1000, 0, 2999, basis=PriceBasis.GROSS, treatments=[GERMAN] * 3)
    note = cancel_whole(invoice, charges_of(invoice), REASON, is_billed_again=False).draft
    assert note.header.kind is NoteKind.CANCELLATION
    assert (note.net, note.tax, note.taxes) == (invoice.net, invoice.tax, invoice.taxes)
    assert [line.net for line in note.lines] == [line.net for line in invoice.lines]


def test_an_invoice_is_not_cancelled_once_something_of_it_was_credited() -> None:
    invoice = invoice_over(1000)
    part = credit_invoice(invoice, charges_of(invoice), PartOf(euros(1)), REASON)
    with pytest.raises(NotCancellable, match="credit what is left"):
        cancel_whole(invoice, part.charges, REASON, is_billed_again=False)


def test_credits_inside_an_invoice_are_neither_credited_nor_cancelled() -> None:
    invoice = invoice_over(10_000, -6_000)
    of_another = replace(invoice.lines[1], corrects=LineRef("inv_before", 1))
    invoice = replace(invoice, lines=(invoice.lines[0], of_another))
    assert remaining(invoice, charges_of(invoice)) == {1: euros(10_000)}
    with pytest.raises(NotCancellable, match="credit its charges"):
        cancel_whole(invoice, charges_of(invoice), REASON, is_billed_again=False)


class TestAnInvoiceWithAMaximum:
    """100.00 were used, of which a maximum took 60.00 off."""

    INVOICE = invoice_over(10_000, -6_000)

    @pytest.mark.parametrize("is_billed_again", [True, False])
    def test_is_cancelled_as_a_whole(self, *, is_billed_again: bool) -> None:
        proposal = cancel_whole(
            self.INVOICE, charges_of(self.INVOICE), REASON, is_billed_again=is_billed_again
        )
        note = proposal.draft
        assert (note.net, note.tax, note.taxes) == (euros(4_000), euros(760), self.INVOICE.taxes)
        assert [line.amount for line in note.lines] == [euros(10_000), euros(-6_000)]
        assert not any(charge.left for charge in proposal.charges)

    @pytest.mark.parametrize("first", [1, 1_234, 3_999])
    def test_gives_back_what_was_paid_and_no_more(self, first: int) -> None:
        charges = charges_of(self.INVOICE)
        part = credit_invoice(self.INVOICE, charges, PartOf(euros(first)), REASON)
        charges = updated(charges, part.charges)
        with pytest.raises(OverCredited, match="is left to be credited"):
            credit_invoice(self.INVOICE, charges, ByLine({1: None}), REASON)
        rest = credit_invoice(self.INVOICE, charges, Whole(), REASON)
        charges = updated(charges, rest.charges)
        assert part.draft.net + rest.draft.net == euros(4_000)
        assert part.draft.tax + rest.draft.tax == euros(760)
        with pytest.raises(NothingToCredit):
            credit_invoice(self.INVOICE, charges, Whole(), REASON)

    def test_that_leaves_nothing_is_not_cancelled(self) -> None:
        invoice = invoice_over(6_000, -6_000)
        with pytest.raises(NotCancellable, match="comes to nothing"):
            cancel_whole(invoice, charges_of(invoice), REASON, is_billed_again=False)


class TestAPlanChangeBelowZero:
    """New charges stand on the note against what is given back."""

    @pytest.mark.parametrize(
        ("back", "new", "total"),
        [
            pytest.param(48_383, 802, 47_581, id="a cheaper plan after six days"),
            pytest.param(23_995, 963, 23_032, id="capped by an earlier credit"),
        ],
    )
    def test_the_note_is_over_the_difference(self, back: int, new: int, total: int) -> None:
        untaxed = TaxTreatment("US", "outside_scope", Decimal(0))
        invoice = invoice_over(59_995, treatments=[untaxed])
        original = invoice.lines[0]
        lines = [
            replace(original, amount=euros(new)),
            replace(original, amount=euros(-back), corrects=LineRef(invoice.id, 1)),
        ]
        note = compose_credit_note(lines, header_of(invoice, "plan change"), charges_of(invoice))
        assert [line.amount for line in note.lines] == [euros(-new), euros(back)]
        assert note.gross == euros(total)

    def test_what_is_given_back_bears_what_it_bore_whatever_is_charged_beside_it(self) -> None:
        """0.1007 of tax on 0.53, so 0.10; 0.0057 on 0.03, so 0.01. Rounded once it were 0.0950."""
        invoice = invoice_over(53)
        original = invoice.lines[0]
        lines = [
            replace(original, amount=euros(-53), corrects=LineRef(invoice.id, 1)),
            replace(original, amount=euros(3), number=2),
        ]
        note = compose_credit_note(lines, header_of(invoice, "plan change"), charges_of(invoice))
        assert (note.net, note.tax) == (euros(50), euros(10 - 1))

    @pytest.mark.parametrize("new", [1000, 2000])
    def test_a_total_that_is_owed_is_no_credit_note(self, new: int) -> None:
        invoice = invoice_over(1000)
        original = invoice.lines[0]
        lines = [
            replace(original, amount=euros(-1000), corrects=LineRef(invoice.id, 1)),
            replace(original, amount=euros(new), number=2),
        ]
        with pytest.raises(NothingToCredit, match="issue an invoice"):
            compose_credit_note(lines, header_of(invoice, "plan change"), charges_of(invoice))
