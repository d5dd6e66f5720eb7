"""`umlauf catalog`: what it sends, what it shows, and that a refusal names file and line."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from local import cli
from local.catalog_command import apply_catalog, as_yaml
from local.reviewed_yaml import BadYaml, read_reviewed
from local.running_platform import NotRunning, Refused
from umlauf.catalog.document.catalog import read_catalog
from umlauf.catalog.errors import BadCatalogFile

SHIPPED = Path(__file__).resolve().parents[3] / "catalog" / "plans.yaml"
REVIEW = {
    "is_published": False,
    "items": [
        {
            "kind": "plan",
            "id": "city-flat",
            "change": "changed",
            "version": 2,
            "differences": [
                {"path": "items[base-fee].prices.EUR.flat", "before": "59.00", "after": "69.00"},
                {"path": "anchor_day", "before": None, "after": "1"},
            ],
        },
        {"kind": "plan", "id": "old", "change": "left_out", "version": 3, "differences": []},
    ],
}


class FakePlatform:
    """Reads the catalog as the operator API does, and answers with a prepared review."""

    def __init__(self) -> None:
        self.sent: list[Mapping[str, Any]] = []

    def as_staff(self, path: str, **query: Any) -> Any:
        assert (path, query) == ("/v1/operator/catalog", {})
        return {"plans": {"p": {"name": "Plän"}}, "add_ons": {}, "coupons": {}}

    def send_as_staff(self, path: str, body: Mapping[str, Any]) -> Any:
        assert path == "/v1/operator/catalog"
        self.sent.append(body)
        try:
            read_catalog({name: one for name, one in body.items() if name != "dry_run"})
        except BadCatalogFile as error:
            problem = {"detail": error.message, "field": error.field}
            raise Refused(error.message, problem) from error
        return REVIEW

    def close(self) -> None:
        pass


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> FakePlatform:
    fake = FakePlatform()
    monkeypatch.setattr(cli, "Platform", lambda _: fake)
    return fake


def changed(tmp_path: Path, before: str, after: str) -> Path:
    """The shipped catalog with its first `before` replaced."""
    text = SHIPPED.read_text()
    assert before in text
    copy = tmp_path / "plans.yaml"
    copy.write_text(text.replace(before, after, 1))
    return copy


def line_of(file: Path, part: str) -> int:
    lines = file.read_text().splitlines()
    return next(number for number, line in enumerate(lines, 1) if part in line)


def test_the_shipped_catalog_is_sent_as_it_stands(platform: FakePlatform) -> None:
    assert cli.main(["catalog", "apply", str(SHIPPED), "--dry-run"]) == 0
    (body,) = platform.sent
    assert body == {**yaml.safe_load(SHIPPED.read_text()), "dry_run": True}


@pytest.mark.parametrize(
    ("before", "after", "line", "field"),
    [
        pytest.param(
            '{ flat: "59.00" }', "{ flat: 59.5 }", "59.5", "prices.EUR.flat", id="unquoted amount"
        ),
        pytest.param(
            "{ up_to: 900,",
            "{ up_to: 200,",
            "graduated:",
            "prices.EUR.graduated",
            id="tiers overlap",
        ),
        pytest.param(
            "add_ons: [theft-cover", "add_ons: [bell", "bell", "add_ons[0]", id="unknown add-on"
        ),
        pytest.param("kind: metered", "kind: guessed", "guessed", "kind", id="unknown kind"),
    ],
)
def test_a_refusal_names_file_line_and_field(
    tmp_path: Path, before: str, after: str, line: str, field: str
) -> None:
    file = changed(tmp_path, before, after)
    with pytest.raises(NotRunning) as refusal:
        apply_catalog(FakePlatform(), file, dry_run=False)
    assert str(refusal.value).startswith(f"{file}:{line_of(file, line)}: plans.")
    assert f"{field}: " in str(refusal.value)


def test_a_refusal_is_told_to_who_asked(
    platform: FakePlatform, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = changed(tmp_path, "kind: metered", "kind: guessed")
    assert cli.main(["catalog", "apply", str(file)]) == 1
    assert f"umlauf: {file}:{line_of(file, 'guessed')}: " in capsys.readouterr().err


def test_what_the_request_lacks_is_placed_too(platform: FakePlatform, tmp_path: Path) -> None:
    def refuse(path: str, body: Mapping[str, Any]) -> Any:
        errors = [{"field": "plans", "message": "must not be empty"}]
        raise Refused("the request is invalid", {"detail": "...", "errors": errors})

    file = tmp_path / "plans.yaml"
    file.write_text("# nothing yet\nplans: {}\n")
    platform.send_as_staff = refuse  # type: ignore[method-assign]
    with pytest.raises(NotRunning, match=r"plans\.yaml:2: plans: must not be empty"):
        apply_catalog(platform, file, dry_run=True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("plans:\n  a: 1\n  b: 2\n  a: 3\n", ":4: a stands in line 2", id="twice"),
        pytest.param("plans:\n  a: [1\n", ":3: expected", id="unclosed"),
        pytest.param("plans: &all [*all]\n", ":1: nested too deep", id="contains itself"),
        pytest.param("plans: \x07\n", "special characters", id="no text"),
        pytest.param("plans: !!python/object:x {}\n", ":1: could not determine", id="an object"),
    ],
)
def test_what_is_no_sound_yaml_is_refused_with_its_line(
    tmp_path: Path, text: str, said: str
) -> None:
    file = tmp_path / "plans.yaml"
    file.write_text(text)
    with pytest.raises(BadYaml) as refusal:
        read_reviewed(file)
    assert said in str(refusal.value)


@pytest.mark.parametrize("arguments", [["apply"], ["apply", "nowhere.yaml"]])
def test_without_a_file_there_is_nothing_to_apply(
    platform: FakePlatform, arguments: list[str]
) -> None:
    assert cli.main(["catalog", *arguments]) == 2
    assert platform.sent == []


def test_days_and_places_are_kept_as_they_stand(tmp_path: Path) -> None:
    file = tmp_path / "plans.yaml"
    file.write_text("usual: &u {a: 1}\nplans:\n  - <<: *u\n    from: 2026-01-31\n")
    reviewed = read_reviewed(file)
    assert reviewed.content["plans"] == [{"a": 1, "from": "2026-01-31"}]
    assert reviewed.place("plans[0].from").endswith(":4")
    assert reviewed.place("plans[0].until.unit").endswith(":3")
    assert reviewed.place("coupons").endswith(":1")


def test_a_review_shows_every_difference(
    platform: FakePlatform, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    cli.main(["catalog", "apply", str(SHIPPED), "--dry-run"])
    shown = capsys.readouterr().out
    assert "items[base-fee].prices.EUR.flat: 59.00 → 69.00" in shown
    assert "anchor_day: nothing → 1" in shown
    assert "not in the file, stays on sale" in shown
    assert "would be published: 0 new, 1 new version, 0 unchanged, 1 not" in shown


def test_what_is_exported_is_what_apply_reads(
    platform: FakePlatform, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "on-sale.yaml"
    assert cli.main(["catalog", "export", str(file)]) == 0
    assert read_reviewed(file).content == {"plans": {"p": {"name": "Plän"}}}
    assert "1 plans written" in capsys.readouterr().out
    assert cli.main(["catalog", "export"]) == 0
    assert capsys.readouterr().out == as_yaml({"plans": {"p": {"name": "Plän"}}})
