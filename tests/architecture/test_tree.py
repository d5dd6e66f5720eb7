"""What must not lie in the tree, and what must."""

import re
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, files, name, python_files

LARGEST_BYTES = 2 * 1024 * 1024

# Spelled in pieces, so that this file does not find itself.
HOSTS = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("registry", "npmjs"),
        ("registry", "yarnpkg"),
        ("deb", "debian"),
        ("security", "debian"),
        ("proxy", "golang"),
    )
]
MACHINE_PATH = re.compile(
    r"(?<![\w.])/(?:wo" + r"rk|tm" + r"p|ro" + r"ot|ho" + r"me|Us" + r"ers)/\w"
)
UNFINISHED = re.compile(
    r"#.*\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b|\bNotImplemented" + r"Error\b"
    r"|pragma: no " + r"cover|type: ig" + r"nore(?!\[)|pytest\.mark\.(?:skip|xfail)|pytest\.skip\("
)
SCREEN_LINES = 60


def text_of(path: Path) -> str:
    try:
        return path.read_text()
    except UnicodeDecodeError:
        return ""


def test_no_file_is_large() -> None:
    assert [name(path) for path in files() if path.stat().st_size > LARGEST_BYTES] == []


def test_no_file_names_a_package_registry() -> None:
    naming = [name(path) for path in files() if any(host in text_of(path) for host in HOSTS)]
    assert naming == []


def test_no_file_names_a_path_of_one_machine() -> None:
    naming = [
        f"{name(path)}: {found.group()}"
        for path in files()
        if (found := MACHINE_PATH.search(text_of(path)))
    ]
    assert naming == []


def test_nothing_is_left_for_later_in_code() -> None:
    left = [
        f"{name(path)}: {found.group()}"
        for path in python_files()
        if (found := UNFINISHED.search(text_of(path)))
    ]
    assert left == []


def test_decision_records_are_numbered_without_repeats() -> None:
    records = [path.name for path in (ROOT / "docs" / "decisions").glob("*.md")]
    assert records
    assert [
        record for record in records if not re.fullmatch(r"\d{4}(-[a-z0-9]+)+\.md", record)
    ] == []
    numbers = [record[:4] for record in records]
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize(
    "record", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=lambda path: path.name
)
def test_a_decision_record_says_what_and_why_on_one_screen(record: Path) -> None:
    text = record.read_text()
    assert text.startswith("# ")
    assert len(text.splitlines()) <= SCREEN_LINES


LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)\s#]+)")


def test_every_link_between_documents_leads_somewhere() -> None:
    broken = [
        f"{name(path)}: {target}"
        for path in files()
        if path.suffix == ".md"
        for target in LINK.findall(path.read_text())
        if not (path.parent / target).exists()
    ]
    assert broken == []
