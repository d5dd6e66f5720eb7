"""The control API: what runs, the clock, events and mails; bad input gets a clear answer."""

from typing import Any

import httpx
import pytest

from local.cloud import LocalCloud
from local.control import parse_duration
from local.front import BadRequest, Request
from tests.local.conftest import Table

pytestmark = pytest.mark.local


def call(cloud: LocalCloud, method: str, path: str, **arguments: Any) -> httpx.Response:
    return httpx.request(method, f"{cloud.http_url}/_umlauf{path}", timeout=30, **arguments)


def test_status_says_what_runs_and_where(cloud: LocalCloud) -> None:
    status = call(cloud, "GET", "/status").json()
    assert status["http_url"] == cloud.http_url
    assert status["outputs"]["TableName"] == "umlauf-things"
    assert status["resources"] == cloud.resource_count > 40


def test_the_clock_is_moved_over_http(cloud: LocalCloud) -> None:
    before = call(cloud, "GET", "/clock").json()["now"]
    assert before == "2026-03-27T12:00:00Z"
    moved = call(cloud, "POST", "/clock/advance", json={"duration": "12h"}).json()
    assert moved["now"] == "2026-03-28T00:00:00Z"
    moved = call(cloud, "POST", "/clock/set", json={"to": "2026-03-29T02:00:00+02:00"}).json()
    assert moved["now"] == "2026-03-29T00:00:00Z"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30d", 2592000), ("12h", 43200), ("P30D", 2592000), ("PT90M", 5400), ("1.5h", 5400),
     ("P1W", 604800), ("P1DT1H", 90000)],
)  # fmt: skip
def test_durations_are_read_both_ways(text: str, seconds: int) -> None:
    assert parse_duration(text).total_seconds() == seconds


@pytest.mark.parametrize("text", ["", "d", "-1d", "30", "P", "999999d", "1e9d", None, 30, "30 d"])
def test_what_is_no_duration_is_refused(text: object) -> None:
    with pytest.raises(BadRequest):
        parse_duration(text)


@pytest.mark.parametrize(
    ("method", "path", "arguments", "status"),
    [
        ("POST", "/clock/advance", {"json": {"duration": "soon"}}, 400),
        ("POST", "/clock/advance", {"content": b"{"}, 400),
        ("POST", "/clock/advance", {"content": b"[]"}, 400),
        ("POST", "/clock/advance", {"content": b"\xff\xfe"}, 400),
        ("POST", "/clock/advance", {"content": b"x" * 1_100_000}, 400),
        ("POST", "/clock/set", {"json": {"to": "2026-03-27T12:00:00"}}, 400),
        ("POST", "/clock/set", {"json": {"to": "2001-01-01T00:00:00Z"}}, 409),
        ("GET", "/events?after=-1", {}, 400),
        ("GET", "/events?limit=many", {}, 400),
        ("POST", "/state/load", {"json": {"path": "/no/such/file"}}, 409),
        ("POST", "/state/save", {"json": {}}, 400),
        ("GET", "/nothing", {}, 404),
        ("DELETE", "/clock", {}, 405),
    ],
)
def test_bad_input_gets_a_problem_never_a_traceback(
    cloud: LocalCloud, method: str, path: str, arguments: dict[str, Any], status: int
) -> None:
    answer = call(cloud, method, path, **arguments)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert "Traceback" not in answer.text


def test_events_are_paged_and_mails_can_be_looked_at(cloud: LocalCloud, table: Table) -> None:
    for number in range(3):
        table.put(f"thing#<{number}>")
    cloud.settle()
    first = call(cloud, "GET", "/events", params={"limit": 2}).json()
    rest = call(cloud, "GET", "/events", params={"after": first["next_cursor"]}).json()
    pks = [event["data"]["pk"] for event in [*first["items"], *rest["items"]]]
    assert pks == ["thing#<0>", "thing#<1>", "thing#<2>"]
    assert len(call(cloud, "GET", "/inbox").json()["items"]) == 3
    page = call(cloud, "GET", "/inbox", headers={"Accept": "text/html"})
    assert page.headers["Content-Type"].startswith("text/html")
    assert "thing#&lt;1&gt;" in page.text


def test_others_may_add_operations(cloud: LocalCloud) -> None:
    def greet(request: Request) -> dict[str, str]:
        if "name" not in request.query:
            raise ZeroDivisionError("on purpose")
        return {"hello": request.query["name"]}

    cloud.extend("GET", "/greeting", greet)
    assert call(cloud, "GET", "/greeting?name=ann").json() == {"hello": "ann"}
    failed = call(cloud, "GET", "/greeting")
    assert (failed.status_code, failed.json()["title"]) == (500, "Internal error")
