"""Customers change, pause, skip and end their subscriptions, and see before what it costs."""

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest

from tests.functions.api_world import World
from tests.functions.gateway import Gateway, Reply
from tests.functions.subscription_stories import (
    CATALOG,
    bill,
    bill_through,
    euros,
    forecast_lines,
    issued_lines,
    running,
    started,
)
from umlauf.kernel.calendar import add_months
from umlauf.kernel.money import round_to_minor

# The shop's day: 2 November 2026. The tests of this module share it, so each begins where the one
# before ended; nothing here depends on the date but through the world's clock.


@pytest.fixture(scope="module", autouse=True)
def _catalog(shop: World) -> None:
    shop.act(shop.admin, "/v1/operator/plans", CATALOG)


@pytest.fixture(autouse=True)
def _from_noon(shop: World) -> None:
    """Each story begins at noon on the third of a month: no boundary comes by unasked."""
    following = (shop.now.replace(day=1) + timedelta(days=40)).replace(day=3, hour=11, minute=0)
    shop.now = following


def path_of(subscription_id: str, *parts: str) -> str:
    return "/".join(("/v1/subscriptions", subscription_id, *parts))


def preview(customer: Gateway, subscription_id: str, act: str, body: Any, until: str = "") -> Any:
    query = f"?until={until}" if until else ""
    reply = customer.post(path_of(subscription_id, act, f"preview{query}"), body)
    assert reply.status == 200, reply.text
    return reply.json


def as_shown(shown: Any) -> dict[str, Any]:
    names = ("as_of", "subscription_version")
    return {"as_shown": {name: shown[name] for name in names}}


def quantity(count: int, **more: Any) -> dict[str, Any]:
    return {"change": {"kind": "change_quantity", "quantity": count}, **more}


CHANGES: list[Any] = [
    pytest.param("changes", quantity(2), id="two instead of one"),
    pytest.param("changes", {"change": {"kind": "add_add_on", "add_on": "cover"}}, id="add-on"),
    pytest.param(
        "changes", {"change": {"kind": "change_plan", "plan_id": "cargo"}}, id="other plan"
    ),
    pytest.param("changes", quantity(2, starts_on="period_end"), id="at the period's end"),
    pytest.param("pauses", {}, id="pause from today"),
    pytest.param("cancellation", {}, id="notice"),
    pytest.param("withdrawal", {}, id="withdrawal"),
]


@pytest.mark.parametrize(("act", "body"), CHANGES)
def test_what_was_previewed_is_what_is_billed(shop: World, act: str, body: Any) -> None:
    subscription_id, customer = running(shop)
    customer_id = shop.look(customer, "/v1/me")["id"]
    before = issued_lines(customer_id)
    shop.later(days=9, minutes=7)
    shown = preview(customer, subscription_id, act, body)

    shop.later(minutes=50)
    done = shop.act(customer, path_of(subscription_id, act), {**body, **as_shown(shown)})
    assert _as_agreed(done) == _as_agreed(shown["subscription"])
    bill_through(shop, subscription_id, shown["until"])
    assert issued_lines(customer_id, but=before) == forecast_lines(shown["changed"])


def test_a_preview_holds_to_the_second(shop: World) -> None:
    """Where a part is measured in seconds, fifty minutes later would cost less."""
    subscription_id, customer = running(shop, "seconds")
    customer_id = shop.look(customer, "/v1/me")["id"]
    before = issued_lines(customer_id)
    shop.later(days=9, minutes=7)
    shown = preview(customer, subscription_id, "changes", quantity(2))
    shop.later(minutes=50)
    dear, cheap = shown, preview(customer, subscription_id, "changes", quantity(2))
    assert cheap["difference_now"] != dear["difference_now"]
    wish = quantity(2, **as_shown(dear))
    shop.act(customer, path_of(subscription_id, "changes"), wish)
    bill(shop, subscription_id)
    now = {"bills": dear["changed"]["bills"][:1]}
    assert issued_lines(customer_id, but=before) == forecast_lines(now)


def _with_a_box_ahead(shop: World) -> tuple[str, Gateway, str, Any]:
    subscription_id, customer = running(shop, "surprise-box")
    coming = _coming(shop, customer, path_of(subscription_id, "deliveries"))
    one = {"item": "box", "period_start": coming[1]["period_start"]}
    return subscription_id, customer, "deliveries/skips", one


def _with_a_skip(shop: World) -> tuple[str, Gateway, str, Any]:
    subscription_id, customer, skips, one = _with_a_box_ahead(shop)
    shop.act(customer, path_of(subscription_id, skips), one)
    return subscription_id, customer, "deliveries/restorations", one


def _with_a_change_ahead(shop: World) -> tuple[str, Gateway, str, Any]:
    subscription_id, customer = running(shop)
    wish = quantity(3, starts_on=_ahead(shop, 12))
    done = shop.act(customer, path_of(subscription_id, "changes"), wish)
    change_id = done["scheduled"][0]["id"]
    return subscription_id, customer, f"changes/{change_id}/withdrawal", {}


def _cancelled(shop: World) -> tuple[str, Gateway, str, Any]:
    subscription_id, customer = running(shop)
    shop.act(customer, path_of(subscription_id, "cancellation"), {"ends_on": _ahead(shop, 40)})
    return subscription_id, customer, "cancellation/revocation", {}


def _ended(shop: World) -> tuple[str, Gateway, str, Any]:
    subscription_id, customer = running(shop)
    shop.act(customer, path_of(subscription_id, "cancellation"), {})
    shop.later(days=4)
    bill(shop, subscription_id)
    assert shop.look(customer, path_of(subscription_id))["status"] == "ended"
    return subscription_id, customer, "reactivation", {}


TAKEN_BACK: list[Any] = [
    pytest.param(_with_a_box_ahead, id="a delivery is skipped"),
    pytest.param(_with_a_skip, id="a skipped delivery is restored"),
    pytest.param(_with_a_change_ahead, id="a change that lies ahead is withdrawn"),
    pytest.param(_cancelled, id="a cancellation is revoked"),
    pytest.param(_ended, id="an ended one is taken up again"),
]


@pytest.mark.parametrize("beginning", TAKEN_BACK)
def test_what_was_previewed_of_a_way_back_is_what_is_billed(
    shop: World, beginning: Callable[[World], tuple[str, Gateway, str, Any]]
) -> None:
    subscription_id, customer, act, body = beginning(shop)
    customer_id = shop.look(customer, "/v1/me")["id"]
    before = issued_lines(customer_id)
    shown = preview(customer, subscription_id, act, body, until=_ahead(shop, 70))
    assert shown["changed"] != shown["unchanged"]

    shop.later(minutes=50)
    done = shop.act(customer, path_of(subscription_id, act), {**body, **as_shown(shown)})
    assert _as_agreed(done) == _as_agreed(shown["subscription"])
    bill_through(shop, subscription_id, shown["until"])
    assert issued_lines(customer_id, but=before) == forecast_lines(shown["changed"])


@pytest.mark.parametrize("beginning", TAKEN_BACK)
def test_a_way_back_is_previewed_again_when_the_contract_moved_on(
    shop: World, beginning: Callable[[World], tuple[str, Gateway, str, Any]]
) -> None:
    subscription_id, customer, act, body = beginning(shop)
    shown = preview(customer, subscription_id, act, body)
    shop.act(customer, path_of(subscription_id, act), body)
    wish = {**body, **as_shown(shown)}
    refused = customer.post(path_of(subscription_id, act), wish, key=shop.key())
    _require(refused, 409, "subscriptions.stale_preview", "subscription_version")


def test_customers_take_up_again_only_what_they_left(shop: World) -> None:
    subscription_id, customer = running(shop)
    shop.act(shop.admin, f"/v1/operator/subscriptions/{subscription_id}/termination", {})
    shop.later(days=2)
    bill(shop, subscription_id)
    for path in ("reactivation", "reactivation/preview"):
        refused = customer.post(path_of(subscription_id, path), {}, key=shop.key())
        _require(refused, 409, "subscriptions.ended_for_cause", "subscription_id")


def test_a_preview_changes_nothing(shop: World) -> None:
    subscription_id, customer = running(shop)
    before = shop.look(customer, path_of(subscription_id))
    shown = preview(customer, subscription_id, "changes", quantity(3))
    assert shown["subscription"]["quantity"] == 3
    assert shop.look(customer, path_of(subscription_id)) == before
    again = preview(customer, subscription_id, "changes", quantity(3))
    assert again == shown


def test_the_difference_a_change_makes_is_told(shop: World) -> None:
    """On the first day of its period: two at 30.00 instead of one."""
    subscription_id, customer = running(shop)
    shown = preview(customer, subscription_id, "changes", quantity(2))
    assert shown["unchanged"]["now_due"] == euros(0)
    assert shown["changed"]["now_due"] == euros(3000)
    assert shown["difference_now"] == euros(3000)
    assert shown["unchanged"]["next_bill"] == euros(3000)
    assert shown["changed"]["next_bill"] == euros(6000)
    assert shown["changed"]["next_bill_on"] == shown["unchanged"]["next_bill_on"]


@pytest.mark.parametrize(
    ("how", "field", "word"),
    [
        pytest.param("old", "as_of", "60 minutes", id="an hour and a second old"),
        pytest.param(
            "other version", "subscription_version", "changed", id="of an earlier version"
        ),
    ],
)
def test_a_stale_preview_is_refused(shop: World, how: str, field: str, word: str) -> None:
    subscription_id, customer = running(shop)
    shown = preview(customer, subscription_id, "changes", quantity(2))
    if how == "old":
        shop.later(hours=1, seconds=1)
    else:
        shop.act(customer, path_of(subscription_id, "pauses"), {"starts_on": _ahead(shop, 20)})
    wish = quantity(2, **as_shown(shown))
    refused = customer.post(path_of(subscription_id, "changes"), wish, key=shop.key())
    assert (refused.status, refused.code) == (409, "subscriptions.stale_preview")
    assert refused.json["field"] == field
    assert word in refused.json["detail"]
    assert "preview again" in refused.json["detail"]
    assert shop.look(customer, path_of(subscription_id))["quantity"] == 1


def test_nothing_falls_due_before_it_was_decided(shop: World) -> None:
    """As of its preview, but a billing run that has just passed by must still see it."""
    subscription_id, customer = running(shop)
    shown = preview(customer, subscription_id, "changes", quantity(2))
    shop.later(minutes=59)
    wish = quantity(2, **as_shown(shown))
    done = shop.act(customer, path_of(subscription_id, "changes"), wish)
    assert done["next_due_at"] == shop.now.isoformat().replace("+00:00", "Z")


def test_a_scheduled_change_is_seen_and_withdrawn(shop: World) -> None:
    subscription_id, customer = running(shop)
    wish = quantity(4, starts_on="period_end")
    done = shop.act(customer, path_of(subscription_id, "changes"), wish)
    (listed,) = shop.look(customer, path_of(subscription_id, "changes"))["items"]
    assert listed == done["scheduled"][0]
    assert (listed["change"]["kind"], listed["change"]["quantity"]) == ("change_quantity", 4)
    assert shop.look(customer, path_of(subscription_id, "schedule"))["next_bill"] == euros(12000)

    withdrawal = path_of(subscription_id, "changes", listed["id"], "withdrawal")
    assert shop.act(customer, withdrawal, {})["scheduled"] == []
    gone = customer.post(withdrawal, {}, key=shop.key())
    assert (gone.status, gone.code) == (404, "subscriptions.unknown_scheduled_change")
    assert shop.look(customer, path_of(subscription_id, "schedule"))["next_bill"] == euros(3000)


def test_a_pause_is_previewed_begun_and_ended(shop: World) -> None:
    subscription_id, customer = running(shop)
    shop.later(days=10)
    shown = preview(customer, subscription_id, "pauses", {"ends_on": _ahead(shop, 5)})
    assert shown["changed"]["now_due"]["amount_minor"] < 0
    paused = shop.act(customer, path_of(subscription_id, "pauses"), {"ends_on": _ahead(shop, 5)})
    assert paused["pauses"] == [{"starts_on": _ahead(shop, 0), "ends_on": _ahead(shop, 5)}]
    shop.later(days=2)
    resumed = shop.act(customer, path_of(subscription_id, "resumption"), {})
    assert resumed["pauses"][0]["ends_on"] == _ahead(shop, 0)


def test_a_holiday_tells_its_effect_on_term_money_and_deliveries_in_one_command(
    shop: World,
) -> None:
    subscription_id, customer = running(shop, "boxes-for-a-year")
    first = shop.look(customer, path_of(subscription_id))
    term_end, box = first["minimum_term_ends_on"], add_months(shop.now.date(), 1)
    assert term_end == first["earliest_end_on"] == add_months(shop.now.date(), 12).isoformat()

    shop.later(days=9)
    holiday = {"starts_on": _ahead(shop, 0), "ends_on": (box + timedelta(days=9)).isoformat()}
    paused_days = _days(holiday["starts_on"], holiday["ends_on"])
    shown = preview(customer, subscription_id, "pauses", holiday)
    done = shop.act(customer, path_of(subscription_id, "pauses"), {**holiday, **as_shown(shown)})
    assert done["effect"] == shown["effect"]

    effect = done["effect"]
    later = (date.fromisoformat(term_end) + timedelta(days=paused_days)).isoformat()
    assert (effect["before"]["minimum_term_ends_on"], done["minimum_term_ends_on"]) == (
        term_end,
        later,
    )
    assert effect["after"]["earliest_end_on"] == done["earliest_end_on"] == later
    assert [(one["item"], one["period_start"]) for one in effect["deliveries_dropped"]] == [
        ("box", box.isoformat())
    ]
    (line,) = effect["given_back"]
    assert (line["service_start"], line["item"]) == (holiday["starts_on"], "base-fee")
    assert effect["credit"] == line["amount"] == shown["changed"]["now_due"]
    assert line["amount"]["amount_minor"] < 0

    shop.later(days=2)
    resumed = shop.act(customer, path_of(subscription_id, "resumption"), {})
    assert resumed["effect"]["after"]["minimum_term_ends_on"] < later
    assert [one["period_start"] for one in resumed["effect"]["deliveries_added"]] == [
        box.isoformat()
    ]


def test_an_open_pause_stops_the_term_and_says_so(shop: World) -> None:
    subscription_id, customer = running(shop, "boxes-for-a-year")
    done = shop.act(customer, path_of(subscription_id, "pauses"), {})
    assert done["term_stands_still"] is True
    assert (done["minimum_term_ends_on"], done["earliest_end_on"]) == (None, None)
    assert done["effect"]["before"]["term_stands_still"] is False


def test_a_subscription_tells_its_phase_and_what_follows(shop: World) -> None:
    subscription_id, customer = started(shop, "introduced")
    tried = shop.look(customer, path_of(subscription_id))
    ends_on = _ahead(shop, 14)
    assert (tried["phase"], tried["phase_ends_on"], tried["next_phase"]) == (
        "trial",
        ends_on,
        "introduction",
    )
    shop.later(days=14)
    introduced = shop.look(customer, path_of(subscription_id))
    assert (introduced["phase"], introduced["next_phase"]) == ("introduction", "regular")
    shop.later(days=70)
    regular = shop.look(customer, path_of(subscription_id))
    assert (regular["phase"], regular["phase_ends_on"], regular["next_phase"]) == (
        "regular",
        None,
        None,
    )


def test_deliveries_are_skipped_and_restored_until_their_cut_off(shop: World) -> None:
    subscription_id, customer = started(shop, "surprise-box")
    deliveries = path_of(subscription_id, "deliveries")
    first, second, *_ = _coming(shop, customer, deliveries)
    assert (first["comes"], second["comes"]) == (True, True)

    one = {"item": "box", "period_start": second["period_start"]}
    shop.act(customer, f"{deliveries}/skips", one)
    shop.act(customer, f"{deliveries}/skips", one)
    assert [each["is_skipped"] for each in _coming(shop, customer, deliveries)[:2]] == [False, True]
    shop.act(customer, f"{deliveries}/restorations", one)
    assert not _coming(shop, customer, deliveries)[1]["is_skipped"]

    shop.act(customer, path_of(subscription_id, "pauses"), {"starts_on": second["period_start"]})
    after = _coming(shop, customer, deliveries)[1]
    assert (after["is_paused"], after["comes"]) == (True, False)


def test_a_cancellation_shows_its_end_and_can_be_revoked(shop: World) -> None:
    subscription_id, customer = running(shop)
    shown = preview(customer, subscription_id, "cancellation", {})
    assert shown["changed"]["next_bill"] is None or shown["changed"]["bills"]
    ending = shop.act(customer, path_of(subscription_id, "cancellation"), {})
    assert ending["ends_on"] == shown["subscription"]["ends_on"]
    assert ending["end_reason"] == "cancelled"
    on = shop.act(customer, path_of(subscription_id, "cancellation", "revocation"), {})
    assert (on["ends_on"], on["end_reason"]) == (None, None)


def test_charges_tell_what_was_charged_and_given_back(shop: World) -> None:
    subscription_id, customer = running(shop)
    shop.act(customer, path_of(subscription_id, "withdrawal"), {})
    bill(shop, subscription_id)
    charges = shop.look(customer, path_of(subscription_id, "charges?limit=1"))
    (charge,) = charges["items"]
    assert (charge["amount"], charge["credited"]) == (euros(3000), euros(3000))
    assert charge["creditable"] == euros(0)
    assert charge["invoice_id"]


def test_each_line_of_an_invoice_can_be_recomputed_from_its_charge(shop: World) -> None:
    """What a customer, or an auditor, needs to explain a line stands in the API."""
    subscription_id, customer = running(shop)
    shop.later(days=10)
    shop.act(customer, path_of(subscription_id, "changes"), quantity(2))
    bill(shop, subscription_id)
    found = shop.look(customer, path_of(subscription_id, "charges"))["items"]
    charges = {charge["id"]: charge for charge in found}
    newest, first = shop.look(customer, "/v1/invoices")["items"]
    new, credit = shop.look(customer, f"/v1/invoices/{newest['id']}")["lines"]
    assert (credit["corrects_invoice_id"], credit["corrects_line"]) == (first["id"], 1)
    assert (new["corrects_invoice_id"], new["subscription_id"]) == (None, subscription_id)
    for line in (new, credit):
        charge = charges[line["charge_id"]]
        share = Fraction(
            _days(line["service_start"], line["service_end"]),
            _days(charge["full_start"], charge["full_end"]),
        )
        assert charge["proration"] == "actual_days"
        exact = Fraction(charge["full_price_minor"]) * share
        amount = round_to_minor(exact, "EUR").amount_minor
        assert abs(line["amount"]["amount_minor"]) == amount


def test_an_order_says_when_how_many_and_for_how_long(shop: World) -> None:
    _, customer = shop.sign_up()
    order = {
        "plan_id": "city-term",
        "currency": "EUR",
        "term": {"unit": "month", "count": 24},
        "quantity": 2,
        "add_ons": ["theft-cover"],
        "add_on_quantities": {"theft-cover": 2},
        "starts_on": _ahead(shop, 30),
        "early_start_requested": True,
    }
    ordered = shop.act(customer, "/v1/subscriptions", order)
    assert ordered["term"] == {"unit": "month", "count": 24}
    assert (ordered["quantity"], ordered["add_on_quantities"]) == (2, {"theft-cover": 2})
    assert ordered["wanted_start"] == _ahead(shop, 30)
    fair = {"plan_id": "city-fair", "currency": "EUR", "chosen_minor": {"base-fee": 2500}}
    assert shop.act(customer, "/v1/subscriptions", fair)["chosen_minor"] == {"base-fee": 2500}


BEFORE = "2026-11-01"
REFUSALS: list[Any] = [
    pytest.param(
        "changes",
        quantity(0),
        (400, "subscriptions.bad_quantity", "quantity"),
        id="a quantity of 0",
    ),
    pytest.param(
        "changes",
        quantity(2, starts_on=BEFORE),
        (409, "subscriptions.too_early", "starts_on"),
        id="a change before today",
    ),
    pytest.param(
        "changes",
        {"change": {"kind": "change_plan", "plan_id": "city-nowhere"}},
        (404, "catalog.unknown_plan", "plan_id"),
        id="an unknown plan",
    ),
    pytest.param(
        "changes",
        {"change": {"kind": "remove_add_on", "add_on": "helmet"}},
        (400, "catalog.unknown_add_on", "add_ons"),
        id="an unknown add-on",
    ),
    pytest.param(
        "changes",
        {"change": {"kind": "choose_amount", "item": "base-fee", "amount_minor": 1}},
        (400, "subscriptions.no_chosen_amount", "item"),
        id="a price that is not theirs to name",
    ),
    pytest.param(
        "changes",
        {"change": {"kind": "fly"}},
        (400, "request.invalid", "change.kind"),
        id="an unknown kind",
    ),
    pytest.param(
        "changes",
        {"change": {"quantity": 2}},
        (400, "request.invalid", "change.kind"),
        id="no kind",
    ),
    pytest.param(
        "pauses", {"starts_on": BEFORE}, (409, "subscriptions.too_early", "starts_on"), id="a pause"
    ),
    pytest.param(
        "resumption", {}, (409, "subscriptions.not_paused", "resumes_on"), id="no pause to end"
    ),
    pytest.param(
        "cancellation",
        {"ends_on": BEFORE},
        (409, "subscriptions.end_too_early", "ends_on"),
        id="an end before the notice",
    ),
    pytest.param(
        "cancellation",
        {"ends_on": "2150-01-01"},
        (400, "subscriptions.bad_dates", "ends_on"),
        id="an end far away",
    ),
    pytest.param(
        "deliveries/skips",
        {"item": "box", "period_start": "2026-12-01"},
        (400, "subscriptions.no_such_delivery", "period_start"),
        id="no such delivery",
    ),
    pytest.param(
        "changes/preview?until=2026-11-01", quantity(2), (400, None, "until"), id="a past horizon"
    ),
    pytest.param(
        "changes/preview?until=2150-01-01", quantity(2), (400, None, "until"), id="a far horizon"
    ),
]


@pytest.fixture(scope="module")
def one(shop: World) -> tuple[str, Gateway]:
    return running(shop)


@pytest.mark.parametrize(("act", "body", "problem"), REFUSALS)
def test_a_refusal_names_field_and_remedy(
    shop: World, one: tuple[str, Gateway], act: str, body: Any, problem: tuple[int, Any, str]
) -> None:
    subscription_id, customer = one
    status, code, field = problem
    refused = customer.post(path_of(subscription_id, act), body, key=shop.key())
    assert (refused.status, refused.code) == (status, code or "umlauf.invalid_input")
    assert refused.json["field"] == field
    assert len(refused.json["detail"]) > len("too bad")


def test_an_unknown_kind_of_change_is_told_the_choices(
    shop: World, one: tuple[str, Gateway]
) -> None:
    subscription_id, customer = one
    wish = {"change": {"kind": "fly-me"}}
    refused = customer.post(path_of(subscription_id, "changes"), wish, key=shop.key())
    (problem,) = refused.json["errors"]
    assert problem["message"] == (
        "choose one of change_plan, change_quantity, add_add_on, remove_add_on, choose_amount, "
        "bind_for"
    )
    assert "fly-me" not in refused.text


def test_a_change_after_the_end_is_refused(shop: World) -> None:
    subscription_id, customer = running(shop)
    ends_on = shop.act(customer, path_of(subscription_id, "cancellation"), {})["ends_on"]
    wish = quantity(2, starts_on=ends_on)
    refused = customer.post(path_of(subscription_id, "changes"), wish, key=shop.key())
    _require(refused, 400, "subscriptions.not_possible_then", "starts_on")


def test_pauses_that_overlap_are_refused(shop: World) -> None:
    subscription_id, customer = running(shop)
    pauses = path_of(subscription_id, "pauses")
    shop.act(customer, pauses, {"starts_on": _ahead(shop, 5), "ends_on": _ahead(shop, 9)})
    again = {"starts_on": _ahead(shop, 8), "ends_on": _ahead(shop, 12)}
    refused = customer.post(pauses, again, key=shop.key())
    _require(refused, 409, "subscriptions.pauses_overlap", "starts_on")


def test_a_delivery_under_way_cannot_be_skipped(shop: World) -> None:
    subscription_id, customer = started(shop, "surprise-box")
    deliveries = path_of(subscription_id, "deliveries")
    late = _coming(shop, customer, deliveries)[0]
    shop.now = shop.now.replace(day=10, hour=12)
    wish = {"item": "box", "period_start": _coming(shop, customer, deliveries)[0]["period_start"]}
    assert wish["period_start"] >= late["period_start"]
    refused = customer.post(f"{deliveries}/skips", wish, key=shop.key())
    _require(refused, 409, "subscriptions.skip_too_late", "period_start")


def test_a_plan_without_price_in_the_currency_is_refused(shop: World) -> None:
    _, customer = shop.sign_up()
    shop.add_card(customer)
    order = {"plan_id": "surprise-box", "currency": "USD"}
    subscription_id = shop.act(customer, "/v1/subscriptions", order)["id"]
    shop.act(shop.admin, "/v1/operator/hand-overs", {"subscription_id": subscription_id})
    wish = {"change": {"kind": "change_plan", "plan_id": "cargo"}}
    for path in ("changes", "changes/preview"):
        refused = customer.post(path_of(subscription_id, path), wish, key=shop.key())
        _require(refused, 400, "catalog.no_price_in_currency", "currency")


def test_a_subscription_that_has_not_started_has_no_bills_to_show(shop: World) -> None:
    _, customer = shop.sign_up()
    subscription_id = shop.order(customer, "city-flexible")
    assert shop.look(customer, path_of(subscription_id, "schedule"))["bills"] == []
    assert shop.look(customer, path_of(subscription_id, "deliveries"))["items"] == []
    refused = customer.post(path_of(subscription_id, "changes"), quantity(2), key=shop.key())
    assert (refused.status, refused.code) == (409, "subscriptions.not_active")


@pytest.mark.parametrize(
    ("method", "act", "body"),
    [
        ("GET", "changes", None),
        ("GET", "schedule", None),
        ("GET", "charges", None),
        ("GET", "deliveries", None),
        ("POST", "changes", quantity(2)),
        ("POST", "changes/preview", quantity(2)),
        ("POST", "changes/chg_1/withdrawal", {}),
        ("POST", "changes/chg_1/withdrawal/preview", {}),
        ("POST", "pauses", {}),
        ("POST", "pauses/preview", {}),
        ("POST", "resumption", {}),
        ("POST", "resumption/preview", {}),
        ("POST", "deliveries/skips", {"item": "box", "period_start": "2026-12-15"}),
        ("POST", "deliveries/skips/preview", {"item": "box", "period_start": "2026-12-15"}),
        ("POST", "deliveries/restorations", {"item": "box", "period_start": "2026-12-15"}),
        ("POST", "deliveries/restorations/preview", {"item": "box", "period_start": "2026-12-15"}),
        ("POST", "cancellation", {}),
        ("POST", "cancellation/preview", {}),
        ("POST", "cancellation/revocation", {}),
        ("POST", "cancellation/revocation/preview", {}),
        ("POST", "reactivation", {}),
        ("POST", "reactivation/preview", {}),
        ("POST", "withdrawal", {}),
        ("POST", "withdrawal/preview", {}),
    ],
)
def test_anothers_subscription_is_not_there(
    shop: World, one: tuple[str, Gateway], method: str, act: str, body: Any
) -> None:
    subscription_id, _ = one
    _, stranger = shop.sign_up()
    headers = {"Idempotency_Key": shop.key()}
    refused = stranger.send(method, path_of(subscription_id, act), body, headers)
    assert (refused.status, refused.code) == (404, "subscriptions.unknown_subscription")


def _require(refused: Reply, status: int, code: str, field: str) -> None:
    assert (refused.status, refused.code) == (status, code), refused.text
    assert refused.json["field"] == field


def _ahead(shop: World, days: int) -> str:
    return (shop.now + timedelta(days=days)).date().isoformat()


def _coming(shop: World, customer: Gateway, path: str) -> Any:
    return shop.look(customer, path)["items"]


def _as_agreed(subscription: Any) -> Any:
    """Without what a preview cannot know: a scheduled change's name, and when it is recorded.

    What a pause does stands beside the subscription, in a preview and in the answer.
    """
    beside = {"next_due_at", "effect"}
    agreed = {name: value for name, value in subscription.items() if name not in beside}
    agreed["scheduled"] = [{**one, "id": ""} for one in subscription["scheduled"]]
    return agreed


def _days(start: str, end: str) -> int:
    return (date.fromisoformat(end) - date.fromisoformat(start)).days
