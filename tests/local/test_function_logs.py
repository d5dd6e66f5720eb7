"""What is left to look at after a run is that run's."""

from pathlib import Path

from local.function_logs import FunctionLogs


def run(folder: Path, *lines: str) -> None:
    logs = FunctionLogs(folder, lambda *_: None)
    for line in lines:
        logs.append("bill", line)
    logs.close()


def test_a_log_holds_one_run_and_stays_until_the_next(tmp_path: Path) -> None:
    run(tmp_path, "of the first run\n")
    assert (tmp_path / "bill.log").read_text() == "of the first run\n"
    run(tmp_path, "of the second\n", "and more of it\n")
    assert (tmp_path / "bill.log").read_text() == "of the second\nand more of it\n"
