"""What the README tells people to type, typed against the running platform."""

import json
import os
import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from demo.checking import watch
from local import cli, running_platform
from local.platform import Platform
from tests.scenarios.conftest import ROOT
from tests.scenarios.town import Rider, Town

pytestmark = pytest.mark.local


@pytest.fixture(scope="module")
def rider(town: Town) -> Rider:
    """A customer who has been billed once."""
    watch(town.platform)
    rider = town.subscribe("Anna")
    town.hand_over(rider)
    town.cloud.advance(timedelta(hours=1))
    return rider


class Shell:
    """`umlauf` as a person at the platform's folder types it."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, line: str) -> tuple[int, str, str]:
        """Exit code, output and complaints."""
        code = cli.main(line.split())
        told = self._capsys.readouterr()
        return code, told.out, told.err

    def json(self, line: str) -> Any:
        code, out, err = self(f"{line} --json")
        assert (code, err) == (0, "")
        return json.loads(out)


@pytest.fixture
def umlauf(
    rider: Rider,
    platform: Platform,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Shell:
    monkeypatch.setenv("UMLAUF_HTTP_PORT", str(platform.cloud.http_port))
    monkeypatch.setattr(running_platform, "LOGINS", platform.cloud.state_dir / "logins.json")
    return Shell(capsys)


def test_the_readme_signs_up_a_customer(platform: Platform) -> None:
    found = re.search(r"```sh\n(curl .*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert found is not None
    script = found[1].rstrip() + " --output - --write-out '\\n%{http_code}'\n"
    bash = shutil.which("bash")
    assert bash is not None
    environment = {"PATH": os.environ["PATH"], "UMLAUF_HTTP_PORT": str(platform.cloud.http_port)}
    ran = subprocess.run(
        [bash, "-eu"], input=script, env=environment, capture_output=True, text=True, check=True
    )
    body, _, status = ran.stdout.rpartition("\n")
    assert (status, json.loads(body)["name"]) == ("201", "Anna Becker")


def test_status_says_what_runs_and_where(umlauf: Shell, platform: Platform) -> None:
    status = umlauf.json("status")
    assert status["status"] == "running"
    assert status["http_url"] == platform.cloud.http_url
    assert platform.cloud.http_url in umlauf("status")[1]


def test_the_command_runs_from_any_folder(umlauf: Shell, tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "UMLAUF_HTTP_PORT": os.environ["UMLAUF_HTTP_PORT"]}
    link = tmp_path / "umlauf"
    link.symlink_to(ROOT / "bin" / "umlauf")
    ran = subprocess.run(
        [link, "status", "--json"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(ran.stdout)["status"] == "running"


def test_the_clock_moves_forward_and_never_back(umlauf: Shell, platform: Platform) -> None:
    before = platform.cloud.now()
    assert umlauf.json("clock show")["now"] == before.isoformat().replace("+00:00", "Z")
    umlauf.json("clock advance 10m")
    assert platform.cloud.now() == before + timedelta(minutes=10)
    target = before + timedelta(minutes=30)
    umlauf.json(f"clock set {target.isoformat()}")
    assert platform.cloud.now() == target

    code, out, err = umlauf(f"clock set {before.isoformat()}")
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "never goes back" in err
    assert umlauf("clock advance soon")[0] == 1
    assert platform.cloud.now() == target


def test_events_come_in_order_and_go_on_behind_a_cursor(umlauf: Shell) -> None:
    events = [json.loads(line) for line in umlauf("events --limit 7 --json")[1].splitlines()]
    cursors = [int(event["cursor"]) for event in events]
    assert cursors == list(range(1, len(events) + 1))
    assert len(events) > 14  # several pages
    rest = umlauf(f"events --after {cursors[-2]} --json")[1].splitlines()
    assert [json.loads(line) for line in rest] == events[-1:]
    assert "customers.customer_signed_up.v1" in umlauf("events --limit 1000")[1]


def test_invariants_are_tried_on_the_running_platform(umlauf: Shell) -> None:
    answer = umlauf.json("invariants")
    assert answer["hold"] is True
    assert [law["broken"] for law in answer["laws"]] == [0] * 7
    assert umlauf("invariants")[0] == 0


def test_broken_invariants_fail_the_command(
    umlauf: Shell, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.cloud.extend("GET", "/invariants", lambda _: {"hold": False, "laws": []})
    assert umlauf("invariants")[0] == 1
    watch(platform)


@pytest.mark.parametrize("form", ["", " --json"], ids=["table", "json"])
def test_things_are_shown_and_listed(umlauf: Shell, rider: Rider, form: str) -> None:
    [invoice] = rider.invoices()
    number = invoice["invoice"]["number"]
    whose = f"--customer {rider.customer_id}"
    commands = {
        f"customers show {rider.customer_id}": "anna.",
        "customers list --country DE": "anna.",
        f"subscriptions show {rider.subscription_id}": "city-metered",
        f"subscriptions list {whose}": rider.subscription_id,
        f"invoices show {invoice['invoice']['id']}": number,
        f"invoices list {whose}": number,
        "invoices list": number,
        "subscriptions list --status active": rider.subscription_id,
    }
    for command, expected in commands.items():
        code, out, err = umlauf(command + form)
        assert (code, err) == (0, ""), command
        assert expected in out, command


def test_the_bills_ahead_are_shown_before_they_are_issued(umlauf: Shell, rider: Rider) -> None:
    shown = umlauf.json(f"preview {rider.subscription_id}")
    assert [document["gross"] for bill in shown["bills"] for document in bill["documents"]]
    code, out, err = umlauf(f"preview {rider.subscription_id}")
    assert (code, err) == (0, "")
    assert shown["bills"][0]["bills_on"] in out


def test_the_catalog_on_sale_is_the_file_and_is_written_out(umlauf: Shell, tmp_path: Path) -> None:
    on_sale = tmp_path / "on-sale.yaml"
    assert umlauf(f"catalog export {on_sale}")[0] == 0
    for file in (ROOT / "catalog" / "plans.yaml", on_sale):
        review = umlauf.json(f"catalog apply {file} --dry-run")
        assert {entry["change"] for entry in review["items"]} == {"unchanged"}


def test_contracts_from_elsewhere_are_billed_in_the_shade_first(
    umlauf: Shell, rider: Rider, tmp_path: Path
) -> None:
    file = tmp_path / "contracts.csv"
    file.write_text(
        "external_id,customer_id,plan_id,plan_version,currency,starts_on,billed_through\n"
        f"C-1,{rider.customer_id},city-metered,1,EUR,2026-08-31,2026-09-30\n"
    )
    shadow = umlauf.json(f"import {file} --shadow --until 2026-12-31")
    assert [row["outcome"] for row in shadow["rows"]] == ["imported"]
    assert shadow["rows"][0]["bills"]
    whose = f"subscriptions list --customer {rider.customer_id}"
    assert len(umlauf.json(whose)["items"]) == 1
    umlauf.json(f"import {file}")
    assert len(umlauf.json(whose)["items"]) == 2


def test_a_refused_row_makes_the_import_fail_and_names_its_line(
    umlauf: Shell, rider: Rider, tmp_path: Path
) -> None:
    file = tmp_path / "contracts.csv"
    file.write_text(
        "external_id,customer_id,plan_id,plan_version,currency,starts_on,billed_through,quantity\n"
        f"C-2,{rider.customer_id},city-metered,1,EUR,2026-08-31,2026-09-30,many\n"
        f"C-3,{rider.customer_id},city-nowhere,1,EUR,2026-08-31,2026-09-30,\n"
    )
    code, out, _ = umlauf(f"--json import {file}")
    assert code == 1
    rows = json.loads(out)["rows"]
    assert [(row["row"], row["outcome"]) for row in rows] == [(2, "refused"), (3, "refused")]
    assert [row["problem"]["field"] for row in rows] == ["quantity", "plan_version"]


def test_a_run_that_is_started_is_looked_up_by_its_id(umlauf: Shell, town: Town) -> None:
    started = umlauf.json("runs start")
    assert started["status"] == "running"
    assert umlauf.json(f"runs show {started['run_id']}")["is_by_hand"]
    town.cloud.advance(timedelta(minutes=1))
    assert umlauf.json(f"runs show {started['run_id']}")["status"] == "finished"
    assert umlauf("runs")[0] == 0
    assert umlauf.json("parked")["items"] == []
    assert umlauf("retry sub_nobody")[0] == 1


@pytest.mark.parametrize(
    ("command", "ends_with"),
    [("customers show cus_nobody", 1), ("invoices list --status lost", 1), ("invoices show", 2)],
)
def test_what_is_not_there_is_said_in_one_line(umlauf: Shell, command: str, ends_with: int) -> None:
    code, out, err = umlauf(command)
    assert (code, out, err.count("\n")) == (ends_with, "", 1)
    assert err.startswith("umlauf: ")


def test_without_a_platform_the_command_says_so_in_one_line(umlauf: Shell) -> None:
    code, out, err = umlauf("--url http://127.0.0.1:9 status")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "make run" in err
