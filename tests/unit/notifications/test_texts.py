"""Every text exists in every language and says what it must."""

from dataclasses import replace
from datetime import date
from string import Formatter

import pytest

from tests.collect_fakes import CUSTOMER, NOW, a_customer
from umlauf.customers.model import Language
from umlauf.kernel.money import Money
from umlauf.notifications.formatting import format_date, format_money
from umlauf.notifications.model import (
    AskedPayment,
    Channel,
    Facts,
    Message,
    PaymentCase,
    Template,
)
from umlauf.notifications.rendering import render
from umlauf.notifications.templates import TEXTS

FACTS = Facts(
    Money(123450, "EUR"), "2026-000001", date(2026, 2, 3), Money(110, "EUR"), date(2026, 1, 31)
)
ABOUT_NO_INVOICE = {
    Template.WELCOME,
    Template.SUBSCRIPTION_STARTED,
    Template.TOPPED_UP,
    Template.TOP_UP_FAILED,
}


def a_message(template: Template, facts: Facts = FACTS) -> Message:
    return Message(
        id="msg_one",
        customer_id=CUSTOMER,
        template=template,
        channel=Channel.EMAIL,
        occasion="any",
        facts=facts,
        begun_at=NOW,
    )


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("template", list(Template))
def test_every_template_speaks_every_language(template: Template, language: Language) -> None:
    mail = render(a_message(template), a_customer(language=language))
    assert "Ada Lovelace" in mail.text
    assert "{" not in mail.subject + mail.text
    assert "\n" not in mail.subject
    if template not in ABOUT_NO_INVOICE:
        assert "2026-000001" in mail.subject


@pytest.mark.parametrize("template", list(Template))
def test_all_languages_name_the_same_figures(template: Template) -> None:
    named = {
        language: {field for _, field, _, _ in Formatter().parse(texts[template].body) if field}
        for language, texts in TEXTS.items()
    }
    assert len({frozenset(fields) for fields in named.values()}) == 1, named


@pytest.mark.parametrize("language", list(Language))
def test_a_fee_is_named_only_where_there_is_one(language: Language) -> None:
    customer = a_customer(language=language)
    with_fee = render(a_message(Template.LETTER), customer).text
    free = Facts(FACTS.amount, FACTS.number, FACTS.due_on)
    without_fee = render(a_message(Template.LETTER, free), customer).text
    assert format_money(Money(110, "EUR"), language) in with_fee
    assert len(without_fee) < len(with_fee)


@pytest.mark.parametrize("template", [Template.INVOICE_ISSUED, Template.DEPOSIT_REQUESTED])
@pytest.mark.parametrize("case", PaymentCase)
@pytest.mark.parametrize("language", list(Language))
def test_every_way_to_pay_is_said_in_every_language_in_short_lines(
    language: Language, case: PaymentCase, template: Template
) -> None:
    asks = case in {PaymentCase.DEBIT, PaymentCase.CARD, PaymentCase.TRANSFER}
    asked = AskedPayment(
        case=case,
        amount=Money(5000 if asks else 0, "EUR"),
        from_credit=Money(2021, "EUR"),
        collected_on=date(2026, 2, 4),
        mandate_id="UML-0001",
        creditor_id="DE98ZZZ09999999999",
        iban="DE89370400440532013000",
    )
    message = a_message(template, replace(FACTS, payment=asked))
    text = render(message, a_customer(language=language)).text
    assert "{" not in text
    assert max(len(line) for line in text.splitlines()) <= 80
    assert (format_money(asked.from_credit, language) in text) == asks
    assert (format_money(asked.amount, language) in text) == asks
    assert ("UML-0001" in text) == (case is PaymentCase.DEBIT)
    assert (asked.iban in text) == (case is PaymentCase.TRANSFER)


@pytest.mark.parametrize("language", list(Language))
def test_the_start_of_a_subscription_names_its_day(language: Language) -> None:
    started = a_message(Template.SUBSCRIPTION_STARTED, Facts(starts_on=date(2026, 1, 31)))
    text = render(started, a_customer(language=language)).text
    assert format_date(date(2026, 1, 31), language) in text


def test_a_name_with_braces_is_only_a_name() -> None:
    customer = a_customer(language=Language.ENGLISH)
    object.__setattr__(customer, "name", "{fee} {0} {name.__class__}")
    assert (
        "Hello {fee} {0} {name.__class__}," in render(a_message(Template.REMINDER), customer).text
    )


@pytest.mark.parametrize(
    ("language", "currency", "expected"),
    [
        (Language.GERMAN, "EUR", "1.234,50\u00a0€"),
        (Language.DUTCH, "EUR", "€\u00a01.234,50"),
        (Language.ENGLISH, "EUR", "€1,234.50"),
        (Language.ENGLISH, "USD", "$1,234.50"),
        (Language.GERMAN, "CHF", "1.234,50\u00a0CHF"),
        (Language.ENGLISH, "JPY", "JPY\u00a0123,450"),
    ],
)
def test_amounts_are_written_as_people_do(language: Language, currency: str, expected: str) -> None:
    assert format_money(Money(123450, currency), language) == expected


def test_dates_are_written_as_people_do() -> None:
    day = date(2026, 2, 3)
    assert [format_date(day, language) for language in Language] == [
        "03.02.2026",
        "03-02-2026",
        "3 February 2026",
    ]
