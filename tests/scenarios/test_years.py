"""What customers live through in two years, on the moved clock; billing runs once a day."""

from collections.abc import Iterator

import pytest
import yaml

from demo.checking import read
from local.platform import Platform
from tests.scenarios.conftest import ROOT, running_platform
from tests.scenarios.telling import Tale, tell_together
from tests.scenarios.town import Town
from tests.scenarios.years import bound, calendars, flexibly, late, moving
from tests.scenarios.years.contracts import local

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


def test_after_two_years_all_seven_laws_hold(
    years: dict[Tale, Exception | None], platform: Platform
) -> None:
    books, report = read(platform)
    assert [(law.law, law.violations) for law in report.laws if law.broken] == []
    assert {
        queue.name: queue.messages for queue in books.dead_letter_queues if queue.messages
    } == {}
