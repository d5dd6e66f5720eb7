"""Starting, stopping, saving, loading, reloading; and one clear line when it cannot start."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from local import self_test
from local.boot import bind_loopback, ministack
from local.cloud import LocalCloud
from local.errors import LocalCloudError
from local.serving import Reload
from local.state import load_state
from tests.local.conftest import FIXTURE_APP, START, Device, Table

pytestmark = pytest.mark.local


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_saved_state_goes_on_where_it_was(tmp_path: Path) -> None:
    saved = tmp_path / "saved"
    with LocalCloud(FIXTURE_APP, start=START, state_dir=tmp_path) as cloud:
        table = Table(cloud)
        device = Device(cloud, "bike-1", tmp_path)
        table.put("thing#1", expires_at=int((START + timedelta(days=2)).timestamp()))
        cloud.client("stepfunctions").start_execution(
            stateMachineArn=cloud.outputs["Reminders"],
            name="interrupted",
            input=json.dumps({"name": "ann", "at": "", "items": []}),
        )
        cloud.advance(timedelta(days=1))
        cloud.save(saved)
        ports = cloud.http_port, cloud.mqtt_port
        table.put("thing#later")
    assert not any(map(is_open, ports))

    with LocalCloud(FIXTURE_APP, start=START + timedelta(days=900), state_dir=tmp_path) as cloud:
        notes = cloud.load(saved)
        assert notes == ["execution interrupted was running and has failed: it cannot be saved"]
        table = Table(cloud)
        assert cloud.now() == START + timedelta(days=1)
        assert table.sort_keys("thing#1") == ["x"]
        assert table.sort_keys("thing#later") == []
        assert len(cloud.inbox.messages()) == 1
        old_device = Device.__new__(Device)
        old_device.__dict__ |= device.__dict__ | {"_cloud": cloud}
        assert old_device.connect()
        old_device.read(5)
        old_device.close()
        cloud.advance(timedelta(days=1))
        assert table.sort_keys("reading#bike-1") == ["5"]
        assert table.sort_keys("thing#1") == []  # its expiry was not forgotten
        table.put("thing#new")
        cloud.settle()
        assert cloud.events.all()[-1]["data"]["pk"] == "thing#new"  # its stream is read on


@pytest.mark.parametrize("content", [b"", b"nonsense", b"\x1f\x8bbroken"])
def test_what_is_no_saved_state_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "saved").write_bytes(content)

    parts = SimpleNamespace(
        ministack=SimpleNamespace(persistence=SimpleNamespace(decode=lambda found: found))
    )
    with pytest.raises(LocalCloudError, match=r"saved|cannot be read"):
        load_state(parts, tmp_path / "saved")  # type: ignore[arg-type]


def test_changed_code_is_taken_over_and_changed_templates_deployed(
    app_copy: Path, tmp_path: Path
) -> None:
    with LocalCloud(app_copy, start=START, state_dir=tmp_path) as cloud:
        reload = Reload(cloud)
        assert reload.look() is None

        def invoke() -> str:
            answer = cloud.client("lambda").invoke(
                FunctionName=cloud.resource("Tasks"),
                Payload=json.dumps({"name": "n", "task": "item", "value": 2}),
            )
            return str(answer["Payload"].read().decode())

        assert invoke() == '{"value": 4}'
        code = app_copy / "functions" / "tasks" / "app.py"
        code.write_text(code.read_text().replace("* 2", "* 3"))
        os.utime(code, ns=(1, 1))
        assert reload.look() == "reloaded app.py"
        assert invoke() == '{"value": 6}'
        template = app_copy / "template.yaml"
        text = template.read_text()
        template.write_text(text.replace("GREETING: hello", "GREETING: hallo"))
        os.utime(template, ns=(1, 1))
        assert reload.look() == "deployed the changed template"
        config = cloud.client("lambda").get_function_configuration(
            FunctionName=cloud.resource("Api")
        )
        assert config["Environment"]["Variables"]["GREETING"] == "hallo"


def test_one_cloud_at_a_time_and_one_after_another(tmp_path: Path) -> None:
    with LocalCloud(FIXTURE_APP, state_dir=tmp_path) as first:
        with pytest.raises(LocalCloudError, match="running in this process already"):
            LocalCloud(FIXTURE_APP, state_dir=tmp_path).start()
        assert httpx.get(f"{first.http_url}/_umlauf/status").status_code == 200
        with pytest.raises(LocalCloudError, match="in use"):
            bind_loopback(first.http_port, "HTTP")
    first.stop()  # again: nothing happens
    assert "AWS_ENDPOINT_URL" not in os.environ


Damage = Callable[[Path], None]


def edit(file: str, old: str, new: str) -> Damage:
    def damage(app: Path) -> None:
        text = (app / file).read_text()
        assert old in text
        (app / file).write_text(text.replace(old, new, 1))

    return damage


def unknown_type(app: Path) -> None:
    with (app / "template.yaml").open("a") as template:
        template.write("\n")
    edit(
        "template.yaml",
        "  LostLetters: {",
        "  Ghost: { Type: AWS::IoT::Command, Properties: { CommandId: x } }\n  LostLetters: {",
    )(app)


@pytest.mark.parametrize(
    ("damage", "line"),
    [
        pytest.param(edit("template.yaml", "Outputs:", "Outputs: ["),
                     "template.yaml:", id="broken YAML"),
        pytest.param(unknown_type, "AWS::IoT::Command", id="unknown resource type"),
        pytest.param(edit("template.yaml", "CodeUri: functions/tick", "CodeUri: functions/gone"),
                     "Resources.Tick.Properties.CodeUri: there is no folder functions/gone",
                     id="missing folder"),
        pytest.param(edit("template.yaml", "Sql: >-\n          SELECT",
                          "Sql: >-\n          SELECT parse_time('x', 1) AS t,"),
                     "parse_time() is not known", id="rule it would get wrong"),
        pytest.param(edit("statemachines/reminders.asl.yaml", "Next: Pause", "Next: Paws"),
                     "leads to Paws", id="dangling state"),
        pytest.param(edit("template.yaml", "BillingMode: PAY_PER_REQUEST",
                          "BillingMode: PAY_PER_REQUEST\n      TableClass: STANDARD"),
                     "Resources.Table.Properties.TableClass is not honoured by the local cloud",
                     id="dropped property"),
    ],
)  # fmt: skip
def test_what_cannot_run_stops_the_start_with_a_line(
    app_copy: Path, tmp_path: Path, damage: Damage, line: str
) -> None:
    damage(app_copy)
    with pytest.raises(LocalCloudError) as stopped, LocalCloud(app_copy, state_dir=tmp_path):
        pass
    assert line in str(stopped.value)


def test_a_ministack_without_a_hook_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(ministack().stepfunctions, "_scaled_sleep")
    with pytest.raises(LocalCloudError, match=r"stepfunctions\._scaled_sleep"):
        self_test.check_names(ministack())


def test_another_ministack_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(self_test, "VERSION", "9.9.9")
    with pytest.raises(LocalCloudError, match=r"written for ministack 9\.9\.9"):
        self_test.check_names(ministack())


def test_the_command_says_one_line_and_gives_two(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "local"],
        cwd=tmp_path,
        env={**os.environ, "UMLAUF_HTTP_PORT": "0", "UMLAUF_MQTT_PORT": "0",
             "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert result.returncode == 2
    assert result.stderr.startswith("local cloud: template.yaml is missing")
    assert len(result.stderr.splitlines()) == 1
