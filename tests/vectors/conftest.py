"""`pytest tests/vectors --vectors PATH`: a file or folder of cases; else the project's copies."""

from pathlib import Path

import pytest

from tests.vectors.cases import Case, default_cases, read_cases


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--vectors",
        type=Path,
        metavar="PATH",
        help="a file of cases, or a folder of such files; by default the project's copies",
    )


def pytest_configure(config: pytest.Config) -> None:
    path: Path | None = config.getoption("vectors", None)
    if path is not None and not path.exists():
        raise pytest.UsageError(f"--vectors: there is no {path}")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "case" not in metafunc.fixturenames:
        return
    # Asked for with a default: in a run of all tests this file is read after the command line.
    path: Path | None = metafunc.config.getoption("vectors", None)
    cases: list[Case] = default_cases() if path is None else read_cases(path)
    metafunc.parametrize("case", cases, ids=[case.id for case in cases])
