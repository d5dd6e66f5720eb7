"""Whatever comes in wrong gets a clear answer, and nothing of it is lost."""

import hmac
import json
from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from demo.checking import read
from local.platform import STRIPE_KEY, WEBHOOK_SECRET, Platform
from tests.scenarios.controllers import Controller
from tests.scenarios.town import Json, Rider, Town

pytestmark = pytest.mark.local

GIVEN_UP = timedelta(minutes=20)
"""A message is tried five times, three minutes apart."""


@pytest.fixture(scope="module")
def rider(town: Town) -> Rider:
    rider = town.subscribe("Anna")
    town.hand_over(rider)
    town.cloud.advance(timedelta(minutes=30))
    return rider


@pytest.fixture(scope="module")
def stranger(town: Town, rider: Rider) -> Rider:
    stranger = town.subscribe("Mallory")
    town.hand_over(stranger)
    return stranger


@pytest.fixture
def controller(town: Town, rider: Rider, stranger: Rider) -> Iterator[Controller]:
    """The stranger's, so that the rider's stays on line."""
    one = Controller(town, stranger)
    yield one
    one.close()


# --- devices ----------------------------------------------------------------------------------


def test_readings_that_cannot_be_right_end_in_watched_dead_letters(
    town: Town, rider: Rider, stranger: Rider, controller: Controller
) -> None:
    me, now = stranger.bike.device_id, town.cloud.now()
    good = stranger.ride(10, now)
    refused = {
        "devices.unreadable_message": b'{"device_id": ',
        "devices.message_too_large": b'{"device_id": "' + b"x" * 128 * 1024 + b'"}',
        "devices.speaks_for_another": _reading(good, device_id=rider.bike.device_id),
        "usage.reading_from_the_future": _reading(good, at=_text(now + timedelta(hours=1))),
        "usage.absurd_reading": _reading(good, seq=-1),
        "calendar.naive_instant": _reading(good, at="2026-08-31T08:00:00"),
        "binary": b"\xff\xfe\x00 no text at all",
    }
    assert controller.connect()
    topic = f"$aws/rules/readings/devices/{me}/readings"
    for payload in [*refused.values(), json.dumps(good).encode()]:
        assert controller.publish(topic, payload)
    town.cloud.settle()
    assert _ringing(town) == []

    town.cloud.advance(GIVEN_UP)
    letters = [json.loads(body) for body in _dead_letters(town, "Readings")]
    kept = {b64decode(letter["payload"]) for letter in letters}
    assert kept == set(refused.values())
    assert {letter["reported_by"] for letter in letters} == {me}
    assert _ringing(town) == ["ReadingsDeadLettersAlarm"]
    log = "".join(path.read_text() for path in (town.cloud.state_dir / "logs").glob("meter_usage*"))
    assert [code for code in refused if "." in code and code not in log] == []
    assert _metres(rider) == 0
    assert _metres(stranger) == good["registers"]["metres"]


def test_a_device_nobody_registered_is_heard_by_people_not_by_the_meter(
    town: Town, rider: Rider
) -> None:
    unknown = town.sign_up("Nobody")
    _rename_to_a_thing_of_its_own(town, unknown)
    one = Controller(town, unknown)
    assert one.connect()
    reading = json.dumps(unknown.ride(5, town.cloud.now())).encode()
    name = unknown.bike.device_id
    assert one.publish(f"$aws/rules/readings/devices/{name}/readings", reading)
    one.close()
    town.cloud.settle()
    town.cloud.advance(GIVEN_UP)
    bodies = [json.loads(body) for body in _dead_letters(town, "Readings")]
    assert [b64decode(one["payload"]) for one in bodies if one["reported_by"] == name] == [reading]


def test_a_device_cannot_publish_for_another(
    town: Town, rider: Rider, controller: Controller
) -> None:
    assert controller.connect()
    topic = f"$aws/rules/readings/devices/{rider.bike.device_id}/readings"
    assert not controller.publish(topic, json.dumps(rider.ride(10, town.cloud.now())).encode())
    assert controller.waits_to_be_cut_off()
    town.cloud.settle()
    assert _metres(rider) == 0


def test_a_device_comes_in_only_with_its_own_certificate_and_name(
    rider: Rider, controller: Controller
) -> None:
    assert not controller.connect(with_certificate=False)
    controller.close()
    assert not controller.connect(name=rider.bike.device_id)


def test_a_revoked_certificate_ends_the_connection_and_opens_none(town: Town, rider: Rider) -> None:
    thief = town.sign_up("Thief")
    one = Controller(town, thief)
    assert one.connect()
    iot: Any = town.cloud.client("iot")
    [principal] = iot.list_thing_principals(thingName=thief.bike.device_id)["principals"]
    iot.update_certificate(certificateId=principal.rpartition("/")[2], newStatus="REVOKED")
    assert one.waits_to_be_cut_off()
    one.close()
    assert not one.connect()
    one.close()


# --- people -----------------------------------------------------------------------------------


def test_forged_foreign_and_expired_tokens_open_nothing(town: Town, rider: Rider) -> None:
    token, staff = town.token(rider), town.staff_token()
    mine, theirs = "/v1/me", f"/v1/operator/customers/{rider.customer_id}"
    assert _status(town, mine, token) == 200
    assert _status(town, theirs, staff) == 200
    head, claims, signature = token.split(".")
    promoted = {**json.loads(_unpacked(claims)), "cognito:username": "cus_somebody_else"}
    forged = ".".join([head, _packed(json.dumps(promoted).encode()), signature])
    unsigned = ".".join([_packed(b'{"alg":"none"}'), claims, ""])
    for path, bad in [
        (mine, forged),
        (mine, unsigned),
        (mine, "no token at all"),
        (mine, "."),
        (mine, staff),
        (theirs, token),
    ]:
        assert _status(town, path, bad) in {401, 403}, (path, bad)

    town.cloud.advance(timedelta(minutes=61))
    assert _status(town, mine, token) == 401
    assert _status(town, theirs, staff) == 401
    assert _status(town, mine, town.token(rider)) == 200


@dataclass(frozen=True)
class Impossible:
    """A request nobody can carry out, and the answer it gets."""

    request: str
    status: int
    code: str
    body: Json = None


@pytest.mark.parametrize(
    "case",
    [
        Impossible("GET /v1/subscriptions/{theirs}", 404, "subscriptions.unknown_subscription"),
        Impossible(
            "POST /v1/subscriptions/{theirs}/cancellation",
            404,
            "subscriptions.unknown_subscription",
            {},
        ),
        Impossible(
            "POST /v1/sessions",
            404,
            "subscriptions.unknown_subscription",
            {"subscription_id": "{theirs}"},
        ),
        Impossible(
            "POST /v1/subscriptions",
            404,
            "catalog.unknown_plan",
            {"plan_id": "no-such-plan", "currency": "EUR"},
        ),
        Impossible(
            "POST /v1/subscriptions",
            400,
            "catalog.no_price_in_currency",
            {"plan_id": "city-flat", "currency": "XXX"},
        ),
        Impossible(
            "POST /v1/subscriptions/{mine}/cancellation",
            400,
            "request.invalid",
            {"ends_on": "2026-02-30"},
        ),
        Impossible(
            "GET /v1/usage?subscription_id={mine}&from=2026-02-30&to=2026-03-01",
            400,
            "request.invalid",
        ),
        Impossible(
            "GET /v1/usage?subscription_id={mine}&from=2026-03-02&to=2026-03-01",
            400,
            "request.invalid",
        ),
    ],
    ids=lambda case: f"{case.request.split('?')[0]} {case.code}",
)
def test_impossible_requests_get_a_problem_with_a_stable_code(
    town: Town, rider: Rider, stranger: Rider, case: Impossible
) -> None:
    def named(text: str) -> str:
        mine, theirs = rider.subscription_id, stranger.subscription_id
        return text.replace("{mine}", mine).replace("{theirs}", theirs)

    method, path = named(case.request).split(" ")
    answer = httpx.request(
        method,
        f"{town.cloud.http_url}{path}",
        content=None if case.body is None else named(json.dumps(case.body)),
        headers={
            "Authorization": f"Bearer {town.token(rider)}",
            "Idempotency-Key": "impossible",
            "Content-Type": "application/json",
        },
        timeout=60,
    )
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (case.status, case.code), problem
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert problem["detail"]


# --- Stripe -----------------------------------------------------------------------------------


def test_a_webhook_counts_only_with_stripes_own_fresh_signature(town: Town) -> None:
    body = _webhook("evt_signed", "pi_nobody_knows")
    now = int(town.cloud.now().timestamp())
    refused = [
        {},
        {"stripe-signature": "nonsense"},
        _signed(body, now, secret="whsec_of_somebody_else"),
        _signed(body + b" ", now),
        _signed(body, now - 3600),
    ]
    answers = [_deliver(town, body, headers) for headers in refused]
    assert [answer.status_code for answer in answers] == [400] * len(refused)
    town.cloud.settle()
    assert _dead_letters(town, "Webhooks") == []

    # Signed, but about a payment that is nowhere: nobody may drop it, and nobody can settle it.
    assert _deliver(town, body, _signed(body, now)).status_code == 204
    town.cloud.settle()
    town.cloud.advance(GIVEN_UP)
    assert _dead_letters(town, "Webhooks") == [body.decode()]
    assert "WebhooksDeadLettersAlarm" in _ringing(town)


def test_webhooks_that_come_twice_and_in_disorder_pay_once(town: Town) -> None:
    control = town.platform.stripe.control
    control.trouble_webhooks("repeat", deliveries=6)
    rider = town.subscribe("Twice", plan="city-prepaid")
    control.trouble_webhooks("reorder", deliveries=6)
    rider.app.top_up()
    control.release_webhooks()
    town.cloud.settle()
    url = f"{town.platform.stripe.url}/v1/events"
    sent = httpx.get(url, headers={"Authorization": f"Bearer {STRIPE_KEY}"}).json()["data"]
    assert len(sent) > 3
    now = int(town.cloud.now().timestamp())
    for event in sent:  # all of them once more, the newest first
        body = json.dumps(event).encode()
        assert _deliver(town, body, _signed(body, now)).status_code == 204
    town.cloud.settle()
    assert rider.wallet() == {"balance": 2500, "held": 0, "available": 2500}


# --- queues -----------------------------------------------------------------------------------


def test_a_message_that_never_parses_waits_for_people_and_holds_nobody_up(town: Town) -> None:
    queues = ["PostJournal", "OpenDunningCases", "SendMessages", "ControlDevices"]
    sqs: Any = town.cloud.client("sqs")
    for queue in queues:
        url = town.cloud.resource(f"{queue}Queue")
        sqs.send_message(QueueUrl=url, MessageBody="{never parses")
    after = town.subscribe("After")
    town.hand_over(after)
    town.cloud.advance(timedelta(hours=1, minutes=10))
    assert [one["receivable"]["status"] for one in after.invoices()] == ["paid"]
    for queue in queues:
        assert _dead_letters(town, queue) == ["{never parses"]
        assert f"{queue}DeadLettersAlarm" in _ringing(town)


def test_with_all_of_that_the_seven_laws_hold(platform: Platform) -> None:
    _, report = read(platform)
    assert [(law.law, law.violations) for law in report.laws if law.broken] == []


# --- at work ----------------------------------------------------------------------------------


def _reading(good: Json, **changes: object) -> bytes:
    return json.dumps({**good, **changes}).encode()


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat()


def _ringing(town: Town) -> list[str]:
    """The alarms of dead letters that ring, by their names in the template."""
    alarms = town.cloud.client("cloudwatch").describe_alarms(StateValue="ALARM")["MetricAlarms"]
    names = [part for alarm in alarms for part in alarm["AlarmName"].split("-")]
    return sorted(name for name in names if name.endswith("DeadLettersAlarm"))


def _dead_letters(town: Town, queue: str) -> list[str]:
    """What lies there; it stays there."""
    sqs: Any = town.cloud.client("sqs")
    found = sqs.receive_message(
        QueueUrl=town.cloud.resource(f"{queue}DeadLetters"),
        MaxNumberOfMessages=10,
        VisibilityTimeout=0,
    )
    return [letter["Body"] for letter in found.get("Messages", [])]


def _metres(rider: Rider) -> int:
    usage = rider.app.api.get(
        "/v1/usage",
        **{"subscription_id": rider.subscription_id, "from": "2026-08-01", "to": "2026-10-01"},
    )
    return int(usage["total"]["metres"])


def _rename_to_a_thing_of_its_own(town: Town, rider: Rider) -> None:
    """A thing with a valid certificate, but unknown to fleet and meter: half of an enrolment."""
    iot: Any = town.cloud.client("iot")
    name = "dev_half_enrolled"
    iot.create_thing(thingName=name)
    keys = iot.create_keys_and_certificate(setAsActive=True)
    arn = keys["certificateArn"]
    iot.attach_policy(policyName=town.cloud.outputs["DevicePolicyName"], target=arn)
    iot.attach_thing_principal(thingName=name, principal=arn)
    (town.keys / f"{name}.pem").write_text(keys["certificatePem"])
    (town.keys / f"{name}.key").write_text(keys["keyPair"]["PrivateKey"])
    rider.bike.device_id = name


def _status(town: Town, path: str, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.get(f"{town.cloud.http_url}{path}", headers=headers, timeout=60).status_code


def _packed(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def _unpacked(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _webhook(event_id: str, intent: str) -> bytes:
    event = {
        "id": event_id,
        "object": "event",
        "type": "payment_intent.succeeded",
        "data": {"object": {"id": intent, "object": "payment_intent"}},
    }
    return json.dumps(event).encode()


def _signed(body: bytes, at: int, *, secret: str = WEBHOOK_SECRET) -> dict[str, str]:
    signature = hmac.new(secret.encode(), f"{at}.".encode() + body, "sha256").hexdigest()
    return {"stripe-signature": f"t={at},v1={signature}"}


def _deliver(town: Town, body: bytes, headers: dict[str, str]) -> httpx.Response:
    return httpx.post(
        f"{town.cloud.http_url}/v1/webhooks/stripe",
        content=body,
        headers={"Content-Type": "application/json", **headers},
        timeout=60,
    )
