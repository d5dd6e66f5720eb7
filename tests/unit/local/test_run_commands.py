"""`umlauf runs`, `parked` and `retry`: what is asked, what is shown, and how it ends."""

from collections.abc import Mapping
from typing import Any

import pytest
from rich.console import Console

from local import cli
from local.running_platform import Refused

RUNS = "/v1/operator/billing-runs"
PARKED = f"{RUNS}/parked"
RUN = {
    "id": "run_000012",
    "status": "finished",
    "is_by_hand": True,
    "started_at": "2026-10-01T09:05:12Z",
    "finished_at": "2026-10-01T09:06:02Z",
    "report": {
        "due": 9,
        "billed": 5,
        "nothing_to_charge": 1,
        "skipped": [{"code": "not_due", "contracts": 1}],
        "parked": [{"code": "billing.vat_id_missing", "contracts": 2}],
        "parked_before": 1,
    },
    "documents": [
        {"kind": "credit_note", "count": 1, "gross": [{"amount_minor": 990, "currency": "EUR"}]},
        {"kind": "invoice", "count": 5, "gross": [{"amount_minor": 29500, "currency": "EUR"}]},
    ],
    "voided_numbers": ["RE-2026-000009"],
}
OPEN = {**RUN, "id": "run_000013", "status": "running", "report": None, "finished_at": None}


def waiting(number: int, *, is_stuck: bool = False) -> dict[str, Any]:
    return {
        "subscription_id": f"sub_{number}",
        "reason_code": "billing.vat_id_missing",
        "message": "enter the VAT id",
        "first_parked_at": "2026-10-01T09:05:12Z",
        "attempts": 3,
        "is_stuck": is_stuck,
    }


class FakePlatform:
    """Two pages of parked contracts, of which `sub_2` still cannot be billed."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Mapping[str, Any]]] = []
        self.retried: list[str] = []

    def as_staff(self, path: str, **query: Any) -> Any:
        self.asked.append((path, query))
        if path == PARKED:
            if "cursor" in query:
                return {"items": [waiting(2, is_stuck=True)], "next_cursor": None}
            return {"items": [waiting(1)], "next_cursor": "more"}
        if path == RUNS:
            return {"items": [OPEN, RUN], "next_cursor": None}
        return RUN

    def send_as_staff(self, path: str, body: Mapping[str, Any]) -> Any:
        assert body == {}
        if path == RUNS:
            return {"run_id": "run_000014", "status": "running", "execution": "cmd_1"}
        subscription_id = path.split("/")[-2]
        self.retried.append(subscription_id)
        if subscription_id == "sub_2":
            problem = {"code": "billing.vat_id_missing", "detail": "enter the VAT id"}
            raise Refused("enter the VAT id", problem)
        return {
            "subscription_id": subscription_id,
            "outcome": "billed",
            "documents": ["RE-2026-000010"],
            "is_due_again": True,
        }

    def close(self) -> None:
        pass


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> FakePlatform:
    fake = FakePlatform()
    monkeypatch.setattr(cli, "Platform", lambda _url: fake)
    monkeypatch.setenv("COLUMNS", "160")
    return fake


def test_runs_are_listed_in_a_table_without_json(
    platform: FakePlatform, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["runs"]) == 0
    shown = capsys.readouterr().out
    for told in ("run_000012", "2026-10-01 09:05", "5 invoices: 295.00 EUR", "running"):
        assert told in shown
    assert "{" not in shown


def test_on_a_narrow_terminal_ids_stay_whole(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class LongIds(FakePlatform):
        def as_staff(self, path: str, **query: Any) -> Any:
            page = super().as_staff(path, **query)
            name = "subscription_id" if path == PARKED else "id"
            items = [{**one, name: f"{one[name]}_zkyuczbpx4ltfhzltvf2"} for one in page["items"]]
            return {**page, "items": items}

    monkeypatch.setattr(cli, "Platform", lambda _url: LongIds())
    monkeypatch.setenv("COLUMNS", "80")
    assert cli.main(["runs"]) == 0
    assert "run_000012_zkyuczbpx4ltfhzltvf2" in capsys.readouterr().out
    assert cli.main(["parked"]) == 0
    assert "sub_2_zkyuczbpx4ltfhzltvf2" in capsys.readouterr().out


def test_a_run_shows_who_was_skipped_and_parked_and_why(
    platform: FakePlatform, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["runs", "show", "run_000012"]) == 0
    assert platform.asked == [(f"{RUNS}/run_000012", {})]
    shown = capsys.readouterr().out
    for told in (
        "run_000012: finished, by hand",
        "not_due",
        "billing.vat_id_missing",
        "1 of those parked were parked before",
        "1 credit note: 9.90 EUR; 5 invoices: 295.00 EUR",
        "voided numbers: RE-2026-000009",
    ):
        assert told in shown


def test_a_run_that_is_started_says_how_to_look_at_it(
    platform: FakePlatform, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["runs", "start"]) == 0
    told = "run_000014 is running; umlauf runs show run_000014\n"
    assert capsys.readouterr().out == told


def test_parked_contracts_are_listed_from_every_page_by_reason(
    platform: FakePlatform, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["parked", "--reason", "billing.vat_id_missing"]) == 0
    assert [query.get("reason_code") for _, query in platform.asked] == [
        "billing.vat_id_missing",
        "billing.vat_id_missing",
    ]
    shown = capsys.readouterr().out
    for told in ("sub_1", "sub_2", "each run", "daily", "enter the VAT id"):
        assert told in shown
    assert shown.endswith("parked: 2 billing.vat_id_missing\n")


def test_a_retry_that_bills_is_a_success(
    platform: FakePlatform, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["retry", "sub_1"]) == 0
    shown = capsys.readouterr().out
    assert "RE-2026-000010" in shown
    assert "further periods lie behind; the next run bills them" in shown


def test_retrying_all_tries_each_and_fails_when_one_stays_parked(
    platform: FakePlatform, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["retry", "--all-parked"]) == 1
    assert platform.retried == ["sub_1", "sub_2"]
    shown = capsys.readouterr().out
    assert "enter the VAT id" in shown
    assert "retried: 1 billed, 1 refused" in shown


@pytest.mark.parametrize(
    "line",
    ["retry", "retry sub_1 --all-parked", "retry sub_1 --reason a.code", "runs show"],
)
def test_a_command_that_does_not_say_which_is_refused(platform: FakePlatform, line: str) -> None:
    assert cli.main(line.split()) == 2
    assert platform.retried == []


def test_no_cell_of_any_table_holds_json(capsys: pytest.CaptureFixture[str]) -> None:
    thing = {
        "price": {"amount_minor": 5900, "currency": "EUR"},
        "term": {"count": 12, "unit": "month", "note": None},
        "add_ons": ["theft-cover", "city-guide"],
        "is_live": True,
    }
    cli.show(thing, Console(width=120))
    cells = [line.split(maxsplit=1)[1].strip() for line in capsys.readouterr().out.splitlines()]
    assert cells == ["59.00 EUR", "count 12, unit month", "theft-cover; city-guide", "yes"]
