"""`umlauf import` and `umlauf preview`: what is read, what is sent, and what is shown."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from local import cli
from local.contract_commands import import_contracts
from local.contract_file import BadContractFile, in_batches, read_contracts
from local.running_platform import NotRunning

CSV = """\
external_id,customer_id,plan_id,plan_version,currency,starts_on,billed_through,add_ons,\
add_on_quantities,term,pauses,quantity
old-1,cus_1,city-flat,1,EUR,2025-01-31,2026-12-31,theft-cover;city-guide,theft-cover:2,24 months,\
2026-07-01/2026-08-01;2026-11-01/,3
old-2,cus_2,city-flat,2,EUR,2026-02-01,2026-12-01,,,,,
"""
ROWS = [
    {
        "external_id": "old-1",
        "customer_id": "cus_1",
        "plan_id": "city-flat",
        "plan_version": 1,
        "currency": "EUR",
        "starts_on": "2025-01-31",
        "billed_through": "2026-12-31",
        "add_ons": ["theft-cover", "city-guide"],
        "add_on_quantities": {"theft-cover": 2},
        "term": {"count": 24, "unit": "month"},
        "pauses": [
            {"starts_on": "2026-07-01", "ends_on": "2026-08-01"},
            {"starts_on": "2026-11-01", "ends_on": None},
        ],
        "quantity": 3,
    },
    {
        "external_id": "old-2",
        "customer_id": "cus_2",
        "plan_id": "city-flat",
        "plan_version": 2,
        "currency": "EUR",
        "starts_on": "2026-02-01",
        "billed_through": "2026-12-01",
    },
]


def money(minor: int) -> dict[str, Any]:
    return {"amount_minor": minor, "currency": "EUR"}


DOCUMENT = {
    "kind": "invoice",
    "gross": money(5900),
    "lines": [
        {
            "name": "Bike",
            "service_start": "2026-12-01",
            "service_end": "2027-01-01",
            "quantity": "1",
            "amount": money(5900),
        }
    ],
}
BILLS = [{"bills_on": "2026-12-01", "documents": [DOCUMENT]}]
REFUSED = {"code": "x", "field": "plan_id", "detail": "no such plan; choose another"}


class FakePlatform:
    """Takes every other row."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Mapping[str, Any]]] = []

    def as_staff(self, path: str, **query: Any) -> Any:
        self.sent.append((path, query))
        return {"now_due": money(0), "bills": BILLS}

    def send_as_staff(self, path: str, body: Mapping[str, Any]) -> Any:
        self.sent.append((path, body))
        is_shadow = path.endswith("shadow-run")
        rows = []
        for number, row in enumerate(body["rows"]):
            told = {"external_id": row["external_id"], "outcome": "imported", "problem": None}
            if number % 2:
                told |= {"outcome": "refused", "problem": REFUSED}
            if is_shadow:
                told["bills"] = [] if number % 2 else BILLS
            rows.append(told)
        total = {"documents": 1, "net": money(4958), "tax": money(942), "gross": money(5900)}
        return {"rows": rows, "totals": [total]} if is_shadow else {"rows": rows}

    def close(self) -> None:
        pass


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> FakePlatform:
    fake = FakePlatform()
    monkeypatch.setattr(cli, "Platform", lambda _url: fake)
    monkeypatch.setenv("COLUMNS", "160")
    return fake


@pytest.fixture
def contracts(tmp_path: Path) -> Path:
    file = tmp_path / "contracts.csv"
    file.write_text(CSV)
    return file


def test_csv_and_json_say_the_same(contracts: Path, tmp_path: Path) -> None:
    assert read_contracts(contracts) == ROWS
    for name, content in (("list.json", ROWS), ("rows.json", {"rows": ROWS})):
        (tmp_path / name).write_text(json.dumps(content))
        assert read_contracts(tmp_path / name) == ROWS


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        pytest.param(
            "a.csv", "external_id,quantity\nold-1,two\n", "a.csv:2: quantity: 'two'", id="no number"
        ),
        pytest.param("a.csv", "term\nzwei\n", "a.csv:2: term: 'zwei'", id="no term"),
        pytest.param("a.csv", "external_id\nold-1,b\n", "a.csv:2: more cells", id="a cell more"),
        pytest.param("a.csv", "external_id,b\nold-1\n", "a.csv:2: no cell for b", id="a cell less"),
        pytest.param("a.csv", "external_id\n", "has no rows", id="no rows"),
        pytest.param("a.json", "[1]", "list of rows", id="no row"),
        pytest.param("a.json", "{", "a.json:", id="no JSON"),
    ],
)
def test_a_file_that_cannot_be_read_names_the_line(
    tmp_path: Path, name: str, text: str, told: str
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(BadContractFile) as refusal:
        read_contracts(tmp_path / name)
    assert told in str(refusal.value)


def test_batches_keep_order_and_bounds() -> None:
    rows: list[dict[str, Any]] = [
        {"external_id": f"old-{number}", "site": "x" * 3_000} for number in range(120)
    ]
    batches = list(in_batches(rows))
    assert [row for batch in batches for row in batch] == rows
    assert max(len(json.dumps({"rows": batch})) for batch in batches) < 64 * 1024
    assert max(map(len, in_batches([{"external_id": "a"}] * 120))) == 50


def test_a_shadow_run_shows_bills_and_totals(
    platform: FakePlatform, contracts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["import", str(contracts), "--shadow", "--until", "2026-12-31"]) == 0
    ((path, body),) = platform.sent
    assert path == "/v1/operator/imports/subscriptions/shadow-run"
    assert body == {"rows": ROWS, "until": "2026-12-31"}
    shown = capsys.readouterr().out
    assert "2026-12-01" in shown
    assert "plan_id: no such plan; choose another" in shown
    assert "1 documents: net 49.58 EUR, tax 9.42 EUR, gross 59.00 EUR" in shown
    assert "would be: 1 imported, 1 refused" in shown


def test_totals_of_several_requests_add_up(platform: FakePlatform, tmp_path: Path) -> None:
    file = tmp_path / "many.json"
    file.write_text(json.dumps([{"external_id": f"old-{n}"} for n in range(120)]))
    found = import_contracts(platform, file, until="2026-12-31")
    assert (len(platform.sent), len(found["rows"])) == (3, 120)
    (total,) = found["totals"]
    assert (total["documents"], total["gross"]) == (3, money(17700))


def test_an_import_shows_each_row(
    platform: FakePlatform, contracts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["import", str(contracts)]) == 0
    assert platform.sent[0][0] == "/v1/operator/imports/subscriptions"
    assert "are: 1 imported, 1 refused" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["--shadow"], ["--until", "2026-12-31"]])
def test_a_shadow_run_needs_a_last_day_and_an_import_none(
    platform: FakePlatform, contracts: Path, arguments: list[str]
) -> None:
    assert cli.main(["import", str(contracts), *arguments]) == 2
    assert platform.sent == []


def test_a_file_that_is_not_there_is_told(platform: FakePlatform, tmp_path: Path) -> None:
    with pytest.raises(NotRunning, match="cannot be read"):
        import_contracts(platform, tmp_path / "none.csv")


def test_a_preview_shows_the_bills_ahead(
    platform: FakePlatform, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["preview", "sub_1", "--until", "2026-12-31"]) == 0
    path = "/v1/operator/subscriptions/sub_1/schedule"
    assert platform.sent == [(path, {"until": "2026-12-31"})]
    shown = capsys.readouterr().out
    for told in ("2026-12-01", "2027-01-01", "Bike", "59.00 EUR", "due now: 0.00 EUR"):
        assert told in shown
