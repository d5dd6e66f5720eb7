"""`umlauf import` and `umlauf preview`: what is read, what is sent, and what is shown."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from local import cli
from local.contract_commands import import_contracts
from local.contract_file import BadContractFile, FileRow, in_batches, read_contracts
from local.running_platform import NotRunning, Refused

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
            told: dict[str, Any] = {
                "row": number + 1,
                "external_id": row["external_id"],
                "outcome": "imported",
                "problem": None,
                "notes": ["use is billed elsewhere"],
            }
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
    assert [row.row for row in read_contracts(contracts)] == ROWS
    assert [row.place for row in read_contracts(contracts)] == [2, 3]
    for name, content in (("list.json", ROWS), ("rows.json", {"rows": ROWS})):
        (tmp_path / name).write_text(json.dumps(content))
        assert [row.row for row in read_contracts(tmp_path / name)] == ROWS


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        pytest.param("a.csv", 'external_id\n"old-1', "is a quote open?", id="open quote"),
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


BAD_ROWS = [
    pytest.param("external_id,quantity\nold-1,two", "quantity", "'two' cannot", id="no number"),
    pytest.param("external_id,term\nold-1,zwei", "term", "'zwei' cannot", id="no term"),
    pytest.param("external_id,coupons\nold-1,a:b", "coupons", "like welcome:2", id="no coupon"),
    pytest.param("external_id,quantity\nold-1,1,2", None, "more cells", id="a cell more"),
    pytest.param("external_id,quantity\nold-1", "quantity", "no cell", id="a cell less"),
]


@pytest.mark.parametrize(("text", "field", "told"), BAD_ROWS)
def test_a_row_that_cannot_be_read_refuses_only_itself(
    platform: FakePlatform, tmp_path: Path, text: str, field: str | None, told: str
) -> None:
    file = tmp_path / "a.csv"
    good = "old-2" + ",1" * (text.split("\n", maxsplit=1)[0].count(","))
    good = good.replace(",1", ",") if "coupons" in text or "term" in text else good
    file.write_text(f"{text}\n{good}\n")
    bad, imported = import_contracts(platform, file)["rows"]
    assert (bad["row"], bad["external_id"], bad["outcome"]) == (2, "old-1", "refused")
    assert bad["problem"]["field"] == field
    assert told in bad["problem"]["detail"]
    assert (imported["row"], imported["outcome"]) == (3, "imported")
    assert [row["external_id"] for row in platform.sent[0][1]["rows"]] == ["old-2"]


def test_a_cell_may_hold_json(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    coupons = '[{""coupon_id"": ""gift"", ""left_minor"": 1200}]'
    file.write_text(f'external_id,coupons\nold-1,"{coupons}"\nold-2,welcome:2;loyal\n')
    assert [row.row["coupons"] for row in read_contracts(file)] == [
        [{"coupon_id": "gift", "left_minor": 1200}],
        [{"coupon_id": "welcome", "periods_left": 2}, {"coupon_id": "loyal"}],
    ]


def test_batches_keep_order_and_bounds() -> None:
    rows = [
        FileRow(number, {"external_id": f"old-{number}", "site": "x" * 3_000})
        for number in range(120)
    ]
    batches = list(in_batches(rows))
    assert [row for batch in batches for row in batch] == rows
    sizes = [len(json.dumps({"rows": [row.row for row in batch]})) for batch in batches]
    assert max(sizes) < 64 * 1024
    assert max(map(len, in_batches([FileRow(1, {"external_id": "a"})] * 120))) == 50


def test_a_shadow_run_shows_bills_and_totals(
    platform: FakePlatform, contracts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["import", str(contracts), "--shadow", "--until", "2026-12-31"]) == 1
    ((path, body),) = platform.sent
    assert path == "/v1/operator/imports/subscriptions/shadow-run"
    assert body == {"rows": ROWS, "until": "2026-12-31"}
    shown = capsys.readouterr().out
    assert "2026-12-01" in shown
    assert "plan_id: no such plan; choose another" in shown
    assert "1 document: net 49.58 EUR, tax 9.42 EUR, gross 59.00 EUR" in shown
    assert "1 would be imported, 1 would be refused" in shown
    assert "use and arrears are not charged here" in " ".join(shown.split())


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
    assert cli.main(["import", str(contracts)]) == 1
    assert platform.sent[0][0] == "/v1/operator/imports/subscriptions"
    assert "1 imported, 1 refused" in capsys.readouterr().out


def test_an_import_without_a_refusal_is_a_success(
    platform: FakePlatform, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "one.json"
    file.write_text(json.dumps(ROWS[:1]))
    assert cli.main(["import", str(file)]) == 0
    assert capsys.readouterr().out.endswith("1 imported\n")


def test_a_long_import_tells_how_far_it_is(
    platform: FakePlatform, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "many.json"
    file.write_text(json.dumps([{"external_id": f"old-{n}"} for n in range(120)]))
    cli.main(["import", str(file), "--json"])
    told = capsys.readouterr()
    assert told.err.splitlines() == ["50 of 120 rows", "100 of 120 rows", "120 of 120 rows"]
    assert [row["row"] for row in json.loads(told.out)["rows"]] == list(range(1, 121))


def test_an_import_that_breaks_off_says_how_to_go_on(tmp_path: Path) -> None:
    class Breaking(FakePlatform):
        def send_as_staff(self, path: str, body: Mapping[str, Any]) -> Any:
            if self.sent:
                raise NotRunning("no platform answers")
            return super().send_as_staff(path, body)

    file = tmp_path / "many.json"
    file.write_text(json.dumps([{"external_id": f"old-{n}"} for n in range(120)]))
    with pytest.raises(NotRunning, match=r"after 50 of 120 rows: .* send the file again"):
        import_contracts(Breaking(), file)


def test_an_import_that_is_refused_whole_ends_otherwise_than_one_nobody_answers(
    monkeypatch: pytest.MonkeyPatch, contracts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class Saying(FakePlatform):
        def __init__(self, error: NotRunning) -> None:
            super().__init__()
            self.error = error

        def send_as_staff(self, path: str, body: Mapping[str, Any]) -> Any:
            assert path.endswith("/shadow-run"), body
            raise self.error

    for error, code in ((Refused("until: no day", {}), 1), (NotRunning("nobody answers"), 2)):
        monkeypatch.setattr(cli, "Platform", lambda _url, said=error: Saying(said))
        assert cli.main(["import", str(contracts), "--shadow", "--until", "soon"]) == code
        assert "send the file again" in capsys.readouterr().err


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
