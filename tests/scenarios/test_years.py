"""What customers live through in two years, on the moved clock; billing runs once a day."""

from collections.abc import Iterator
from datetime import date

import pytest
import yaml

from demo.checking import read
from invariants.books import Books
from invariants.report import Report
from local.platform import Platform
from tests.scenarios.conftest import ROOT, running_platform
from tests.scenarios.telling import Tale, tell_together
from tests.scenarios.town import Town
from tests.scenarios.years import (
    bound,
    calendars,
    flexibly,
    late,
    moving,
    offers,
    prices,
    switching,
    undone,
    unpaid,
)
from tests.scenarios.years.contracts import local
from tests.unit.documents.reading import number_in, totals_in, xml_in
from umlauf.billing.credit_notes import CreditNote
from umlauf.billing.model import Invoice
from umlauf.billing.stored_documents import storage_key

pytestmark = pytest.mark.local

OPENING = local("2026-12-30")

TALES: tuple[Tale, ...] = (
    flexibly.a_flexible_year_is_billed_by_the_day_through_every_change,
    bound.a_term_of_two_years_moves_on_by_each_pause,
    bound.a_year_that_is_paid_at_once_can_be_paused_again_and_again,
    calendars.who_begins_on_the_31st_is_billed_on_the_last_of_every_month,
    calendars.days_of_23_and_25_hours_are_metered_and_prorated_as_they_are,
    moving.what_ends_after_the_move_is_taxed_where_the_customer_lives_then,
    late.what_is_told_late_is_charged_at_the_price_of_its_day,
    undone.who_withdraws_gets_all_of_it_back,
    undone.who_asked_for_an_early_start_pays_the_days_until_the_withdrawal,
    undone.what_should_never_have_been_is_given_back_whole,
    undone.an_invoice_of_two_is_given_back_to_the_last_cent_of_its_tax,
    offers.a_box_that_is_skipped_in_time_is_not_charged,
    offers.a_trial_ends_in_an_introduction_and_a_coupon_in_its_full_price,
    offers.a_deposit_comes_back_with_the_bike,
    offers.two_bikes_are_on_one_invoice_and_a_line_of_it_is_credited,
    prices.nobody_pays_more_than_the_cap_however_late_rides_are_told,
    prices.who_names_the_price_may_name_another,
    prices.a_company_pays_net_prices_behind_and_what_it_committed_to,
    switching.from_months_to_a_year_and_back,
    switching.from_prices_with_tax_to_prices_without,
    unpaid.a_credit_lowers_what_is_open_before_anything_is_left_over,
)


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    state = tmp_path_factory.mktemp("years")
    with running_platform(state, OPENING, BillingSchedule="cron(5 0 * * ? *)") as running:
        yield running


@pytest.fixture(scope="module")
def years(town: Town) -> dict[Tale, Exception | None]:
    plans = (ROOT / "tests/scenarios/years/plans.yaml").read_text("utf-8")
    town.staff.post("/v1/operator/plans", yaml.safe_load(plans), key="years-plans")
    return tell_together(TALES, town)


@pytest.mark.parametrize("tale", TALES, ids=lambda tale: tale.__name__)
def test_tale(tale: Tale, years: dict[Tale, Exception | None]) -> None:
    failure = years[tale]
    if failure is not None:
        raise failure


@pytest.fixture(scope="module")
def books(years: dict[Tale, Exception | None], platform: Platform) -> tuple[Books, Report]:
    return read(platform)


def test_after_two_years_all_seven_laws_hold(books: tuple[Books, Report]) -> None:
    records, report = books
    assert [(law.law, law.violations) for law in report.laws if law.broken] == []
    assert {
        queue.name: queue.messages for queue in records.dead_letter_queues if queue.messages
    } == {}


def test_every_file_carries_the_figures_of_its_document(
    books: tuple[Books, Report], platform: Platform
) -> None:
    """The laws prove that the file is the one on record; this, that it says what was billed."""
    s3, bucket = platform.cloud.client("s3"), platform.cloud.resource("DocumentsBucket")
    records, _ = books
    documents: list[Invoice | CreditNote] = [*records.of(Invoice), *records.of(CreditNote)]
    assert len(documents) > 100
    for document in documents:
        key = storage_key(document.legal_entity, document.issued_on, document.number)
        xml = xml_in(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
        assert number_in(xml) == document.number
        assert totals_in(xml) == (document.net, document.tax, document.gross), document.number


def test_in_each_series_numbers_follow_the_days_of_issue(books: tuple[Books, Report]) -> None:
    records, _ = books
    documents: list[Invoice | CreditNote] = [*records.of(Invoice), *records.of(CreditNote)]
    issued: dict[str, list[tuple[str, date]]] = {}
    for document in documents:
        series = document.number.rpartition("-")[0]
        issued.setdefault(series, []).append((document.number, document.issued_on))
    days = {series: [day for _, day in sorted(numbers)] for series, numbers in issued.items()}
    assert days == {series: sorted(of_series) for series, of_series in days.items()}
    assert set(days) == {"RE-2027", "RE-2028", "RE-2029", "GS-2027", "GS-2028", "KA-2027"}
