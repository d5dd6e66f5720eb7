"""What Lambda receives is small, complete and built for Lambda, not for this machine."""

import subprocess
import sys
from pathlib import Path

import pytest

from artifacts import build, sizes, target, trim


def write(path: Path, size: int = 1) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    return path


@pytest.fixture
def site_packages(tmp_path: Path) -> Path:
    for service in trim.AWS_SERVICES | {"ec2"}:
        write(tmp_path / "botocore" / "data" / service / "service-2.json.gz")
    write(tmp_path / "botocore" / "data" / "endpoints.json")
    for module in ("__init__.py", "app.py", "py.typed", "cli/__init__.py", "deploy.py"):
        write(tmp_path / "chalice" / module)
    write(tmp_path / "stripe-16.1.0.dist-info" / "RECORD")
    write(tmp_path / "stripe" / "tests" / "test_all.py")
    write(tmp_path / "stripe" / "__init__.py")
    return tmp_path


def test_only_the_services_we_call_are_described(site_packages: Path) -> None:
    trim.trim(site_packages)
    kept = {path.name for path in (site_packages / "botocore" / "data").iterdir()}
    assert kept == trim.AWS_SERVICES | {"endpoints.json"}


def test_only_what_runs_of_a_package_is_kept(site_packages: Path) -> None:
    trim.trim(site_packages)
    kept = {
        str(path.relative_to(site_packages))
        for path in site_packages.rglob("*")
        if path.is_file() and "botocore" not in path.parts
    }
    assert kept == {"chalice/__init__.py", "chalice/app.py", "stripe/__init__.py"}


def test_a_service_that_botocore_does_not_know_stops_the_build(site_packages: Path) -> None:
    (site_packages / "botocore" / "data" / "sqs" / "service-2.json.gz").unlink()
    (site_packages / "botocore" / "data" / "sqs").rmdir()
    with pytest.raises(SystemExit, match="sqs"):
        trim.trim(site_packages)


def test_our_own_code_is_copied_without_what_this_machine_left_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "target_interpreter", lambda: None)
    write(tmp_path / "source" / "python" / "umlauf" / "money.py")
    write(tmp_path / "source" / "python" / "umlauf" / "README.md")
    write(tmp_path / "source" / "python" / "umlauf" / "__pycache__" / "money.cpython-311.pyc")

    build.build(tmp_path / "source", tmp_path / "built")

    built = [path for path in (tmp_path / "built").rglob("*") if path.is_file()]
    assert [path.name for path in built] == ["money.py"]


def test_byte_code_is_used_however_old_its_source_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # This interpreter stands in for the target's; the mode is what counts.
    monkeypatch.setattr(build, "target_interpreter", lambda: sys.executable)
    source = tmp_path / "source" / "python" / "answer.py"
    source.parent.mkdir(parents=True)
    source.write_text("VALUE = 42\n")
    build.build(tmp_path / "source", tmp_path / "built")

    # Another source with another time stamp: only trusted byte code still answers 42.
    (tmp_path / "built" / "python" / "answer.py").write_text("VALUE = 0\n")
    ran = subprocess.run(
        [sys.executable, "-c", "import answer; print(answer.VALUE)"],
        env={"PYTHONPATH": str(tmp_path / "built" / "python")},
        capture_output=True,
        check=True,
        text=True,
    )
    assert ran.stdout.strip() == "42"


def test_the_report_weighs_layers_and_functions_apart(tmp_path: Path) -> None:
    write(tmp_path / "DomainLayer" / "python" / "umlauf.py", size=2_000_000)
    write(tmp_path / "MeterUsage" / "app.py", size=10_000)
    lines = "\n".join(sizes.report(tmp_path))
    assert "2.00 MB of 60 MB" in lines
    assert "1 functions" in lines
    assert f"python{target.PYTHON_VERSION} is not on PATH" in lines


def test_layers_over_the_limit_stop_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sizes, "LAYERS_LIMIT_BYTES", 10)
    write(tmp_path / "DomainLayer" / "python" / "umlauf.py", size=11)
    with pytest.raises(SystemExit, match="over their limit"):
        sizes.report(tmp_path)


def test_a_name_on_the_path_that_does_not_run_is_no_interpreter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shim = tmp_path / f"python{target.PYTHON_VERSION}"
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert target.target_interpreter() is None
