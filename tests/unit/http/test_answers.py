"""Every answer is JSON or problem+json, says what to do, and gives nothing away."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.functions.gateway import Gateway, customer_claims, staff_claims
from tests.unit.http.sample_app import Sample
from umlauf_http.incoming import MAX_JSON_BYTES, MAX_RAW_BYTES

ORDER = {"plate": "B-UM 1", "day": "2026-11-23"}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        pytest.param("", 400, "request.malformed_json", id="empty"),
        pytest.param("{", 400, "request.malformed_json", id="cut off"),
        pytest.param(b"\xff\xfe\x00", 400, "request.malformed_json", id="no text"),
        pytest.param("[" * 60_000, 400, "request.malformed_json", id="bottomless"),
        pytest.param("9" * 60_000, 400, "request.malformed_json", id="a number without end"),
        pytest.param('{"plate": NaN}', 400, "request.malformed_json", id="NaN is no JSON"),
        pytest.param("[]", 400, "request.invalid", id="no object"),
        pytest.param(
            '{"plate": "\\ud800", "day": "2026-11-23"}',
            400,
            "request.invalid",
            id="half a character",
        ),
        pytest.param(" " * (MAX_JSON_BYTES + 1), 413, "request.body_too_large", id="huge"),
    ],
)
def test_a_bad_body_is_refused(
    anna: Gateway, sample: Sample, body: str | bytes, status: int, code: str
) -> None:
    refused = anna.post("/v1/tickets", body, key="k1")
    assert (refused.status, refused.code) == (status, code)
    assert sample.store.commits == 0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        pytest.param({"plate": 7}, "plate", id="a number for text"),
        pytest.param({"plate": None}, "plate", id="null"),
        pytest.param({"day": "2026-02-30"}, "day", id="impossible date"),
        pytest.param({"day": "0001-01-01"}, "day", id="year one"),
        pytest.param({"day": 1764000000}, "day", id="a timestamp for a date"),
        pytest.param({"colour": "red"}, "colour", id="unknown field"),
        pytest.param(
            {"price": {"amount_minor": "5", "currency": "EUR"}},
            "price.amount_minor",
            id="text for a number",
        ),
        pytest.param(
            {"price": {"amount_minor": 0, "currency": "EUR"}}, "price.amount_minor", id="nothing"
        ),
        pytest.param(
            {"price": {"amount_minor": 1.5, "currency": "EUR"}},
            "price.amount_minor",
            id="half a cent",
        ),
    ],
)
def test_a_bad_field_is_named(anna: Gateway, change: dict[str, Any], field: str) -> None:
    refused = anna.post("/v1/tickets", {**ORDER, **change}, key="k1")
    assert (refused.status, refused.code) == (400, "request.invalid")
    assert refused.json["field"] == field
    assert [error["field"] for error in refused.json["errors"]] == [field]


def test_an_unknown_field_is_refused_with_what_to_do(anna: Gateway) -> None:
    refused = anna.post("/v1/tickets", {**ORDER, "colour": "red"}, key="k1")
    (error,) = refused.json["errors"]
    assert error["message"] == "the body has no such field; correct its name, or leave it out"


def test_a_rule_of_ours_is_told_in_our_words(anna: Gateway) -> None:
    refused = anna.post("/v1/tickets", {**ORDER, "day": "0001-01-01"}, key="k1")
    (error,) = refused.json["errors"]
    assert error["message"].startswith("must lie between ")


def test_what_was_sent_is_not_repeated(public: Gateway) -> None:
    refused = public.post("/v1/logins", {"name": "anna", "password": ["hunter2"]}, key="k1")
    assert refused.code == "request.invalid"
    assert "hunter2" not in refused.text


def test_a_long_list_of_errors_is_cut(anna: Gateway) -> None:
    refused = anna.post("/v1/tickets", {f"x{n}": n for n in range(500)}, key="k1")
    assert len(refused.json["errors"]) == 20


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/v1/tickets?limit=0", id="below"),
        pytest.param("/v1/tickets?limit=101", id="above"),
        pytest.param("/v1/tickets?limit=ten", id="no number"),
        pytest.param("/v1/tickets?limit=1&limit=2", id="twice"),
        pytest.param("/v1/tickets?colour=red", id="unknown"),
        pytest.param("/v1/tickets/tic_1?limit=1", id="unknown where none is known"),
    ],
)
def test_a_bad_query_is_refused(anna: Gateway, path: str) -> None:
    refused = anna.get(path)
    assert (refused.status, refused.code) == (400, "request.invalid")


def test_another_media_type_is_refused(anna: Gateway) -> None:
    refused = anna.post("/v1/tickets", "a=b", key="k1", Content_Type="text/plain")
    assert (refused.status, refused.code) == (415, "request.unsupported_media_type")


def test_a_raw_body_arrives_untouched_whatever_its_type(public: Gateway) -> None:
    sent = b'{"a":  1}\r\n\x00\xff'
    assert public.post("/v1/raw", sent, Content_Type="text/plain").json == {"size": len(sent)}
    assert public.post("/v1/raw", b"x" * (MAX_RAW_BYTES + 1)).status == 413


def test_the_domains_refusals_keep_their_code_and_field(anna: Gateway) -> None:
    anna.post("/v1/tickets", ORDER, key="k1")
    refused = anna.post("/v1/tickets", ORDER, key="k2")
    assert refused.status == 409
    assert refused.json == {
        "type": "urn:umlauf:problem:parking.already_parked",
        "title": "Conflict",
        "status": 409,
        "detail": "B-UM 1 is parked; leave first",
        "code": "parking.already_parked",
        "instance": "urn:umlauf:request:request-2",
        "field": "plate",
    }


def test_a_passing_fault_says_when_to_come_back(anna: Gateway) -> None:
    staff = anna.as_(staff_claims("operators", pool_id="pool-1"))
    refused = staff.get("/v1/outages")
    assert (refused.status, refused.code) == (503, "parking.outage")
    assert refused.headers["Retry-After"] == "7"


def test_a_crash_is_recorded_with_its_stack_and_answered_without(
    anna: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    crashed = anna.as_(staff_claims("admins", pool_id="pool-1")).get("/v1/crashes")
    assert (crashed.status, crashed.code) == (500, "umlauf.internal_error")
    assert "secret detail" not in crashed.text
    (record,) = [record for record in caplog.records if record.msg == "request_crashed"]
    assert "secret detail" in caplog.text
    assert record.exc_info is not None
    assert record.__dict__["operation"] == "GET /v1/crashes"


def test_one_log_line_and_one_metric_per_request_without_personal_data(
    anna: Gateway, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    anna.post("/v1/tickets", ORDER, key="k1")
    (record,) = caplog.records
    assert record.msg == "request_answered"
    assert record.__dict__["operation"] == "POST /v1/tickets"
    assert record.__dict__["status"] == 201
    assert "B-UM" not in str(record.__dict__)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (metrics,) = [line for line in lines if "_aws" in line]
    assert metrics["RequestAnswered"] == [1.0]


def test_every_answer_carries_the_security_and_cors_headers(anna: Gateway) -> None:
    for reply in (anna.get("/v1/tickets"), anna.get("/v1/tickets/none"), anna.get("/nowhere")):
        assert reply.headers["Cache-Control"] == "no-store"
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert reply.headers["Access-Control-Allow-Origin"] == "*"
        assert "Idempotency-Replayed" in reply.headers["Access-Control-Expose-Headers"]


def test_no_content_has_no_content(public: Gateway) -> None:
    answered = public.post("/v1/nothing")
    assert (answered.status, answered.text) == (204, "")
    assert "Content-Type" not in answered.headers


def test_unknown_routes_and_methods_are_problems_too(anna: Gateway) -> None:
    assert (anna.get("/v1/cars").status, anna.get("/v1/cars").code) == (
        404,
        "request.unknown_route",
    )
    wrong = anna.send("DELETE", "/v1/tickets")
    assert (wrong.status, wrong.headers["Allow"]) == (405, "GET, POST")


CLAIMS = customer_claims("cus_anna", "pool-1")


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        pytest.param(None, 401, id="none"),
        pytest.param({}, 401, id="empty"),
        pytest.param({**CLAIMS, "iss": "https://evil.example/pool-2"}, 401, id="another pool"),
        pytest.param({**CLAIMS, "iss": "https://evil.example/xpool-1"}, 401, id="almost the pool"),
        pytest.param({**CLAIMS, "token_use": "access"}, 401, id="access token"),
        pytest.param({**CLAIMS, "cognito:username": ""}, 401, id="nobody"),
        pytest.param({**CLAIMS, "cognito:username": "a#b"}, 401, id="a name that breaks keys"),
        pytest.param(CLAIMS, 200, id="right"),
    ],
)
def test_only_a_customers_own_token_opens_customer_routes(
    anna: Gateway, claims: Mapping[str, Any] | None, status: int
) -> None:
    assert anna.as_(claims).get("/v1/tickets").status == status


@pytest.mark.parametrize(
    ("groups", "status"),
    [
        pytest.param("", 403, id="no group"),
        pytest.param("support", 403, id="another group"),
        pytest.param("operators", 503, id="the group"),
        pytest.param("support,operators", 503, id="among several, with commas"),
        pytest.param("[support operators]", 503, id="among several, in brackets"),
        pytest.param(["operators"], 503, id="as a list"),
    ],
)
def test_staff_need_a_group_of_the_operation(anna: Gateway, groups: Any, status: int) -> None:
    claims = {**staff_claims(pool_id="pool-1"), "cognito:groups": groups}
    assert anna.as_(claims).get("/v1/outages").status == status


def test_others_things_are_not_there(anna: Gateway) -> None:
    ticket_id = anna.post("/v1/tickets", ORDER, key="k1").json["id"]
    ben = anna.as_(customer_claims("cus_ben", "pool-1"))
    theirs, nobodys = ben.get(f"/v1/tickets/{ticket_id}"), ben.get("/v1/tickets/tic_none")
    assert (theirs.status, nobodys.status) == (404, 404)
    assert theirs.json["detail"].replace(ticket_id, "") == nobodys.json["detail"].replace(
        "tic_none", ""
    )
    assert ben.get("/v1/tickets/a%23b").status == 404


def test_an_editor_must_have_seen_what_they_change(anna: Gateway) -> None:
    path = anna.post("/v1/tickets", ORDER, key="k1").headers["Location"]
    tag = anna.get(path).headers["ETag"]
    assert anna.patch(path, {"plate": "B 2"}).code == "request.precondition_required"
    changed = anna.patch(path, {"plate": "B 2"}, If_Match=tag)
    assert (changed.status, changed.headers["ETag"]) == (200, '"2"')
    late = anna.patch(path, {"plate": "B 3"}, If_Match=tag)
    assert (late.status, late.code) == (412, "request.precondition_failed")
    assert anna.patch(path, {"plate": "B 3"}, If_Match='"7", "2"').status == 200
