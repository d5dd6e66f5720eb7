"""Each environment has modules of its own; the pure ones are shared."""

from pathlib import Path

import pytest

from local.module_isolation import IsolatedModules, SourceTree


@pytest.fixture
def code(tmp_path: Path) -> Path:
    files = {
        "app.py": "import sibling\nfrom rooms.inner import things\nimport rooms.inner as inner\n"
                  "def count():\n    sibling.calls += 1\n    return sibling.calls\n",
        "sibling.py": "calls = 0\n",
        "rooms/__init__.py": "",
        "rooms/inner/__init__.py": "",
        "rooms/inner/things.py": "from dataclasses import dataclass\n"
                                 "@dataclass\nclass Thing:\n    name: 'str'\n"
                                 "def later():\n    import sibling\n    return sibling\n",
        "broken.py": "import nowhere_to_be_found\n",
        "rings/one.py": "from rings import two\nvalue = 1\n",
        "rings/two.py": "from rings import one\ndef read():\n    return one.value\n",
    }  # fmt: skip
    for name, text in files.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path


def test_two_environments_never_see_each_others_globals(code: Path) -> None:
    tree = SourceTree([code])
    one, other = IsolatedModules(tree, "one:"), IsolatedModules(tree, "other:")
    assert [one.load("app").count() for _ in range(3)] == [1, 2, 3]
    assert other.load("app").count() == 1


def test_packages_and_imports_inside_functions_stay_in_the_environment(code: Path) -> None:
    environment = IsolatedModules(SourceTree([code]), "one:")
    app = environment.load("app")
    assert app.inner.things is app.things
    assert app.things.later() is app.sibling
    assert app.things.Thing("bell").name == "bell"


def test_modules_may_import_each_other(code: Path) -> None:
    assert IsolatedModules(SourceTree([code]), "one:").load("rings.two").read() == 1


def test_a_missing_module_fails_as_it_would_in_lambda(code: Path) -> None:
    environment = IsolatedModules(SourceTree([code]), "one:")
    with pytest.raises(ModuleNotFoundError, match="nowhere_to_be_found"):
        environment.load("broken")
    with pytest.raises(ModuleNotFoundError, match="absent"):
        environment.load("absent")


@pytest.mark.parametrize(
    ("source", "is_pure"),
    [
        ("from decimal import Decimal\nimport pure.other\n", True),
        ("import boto3\n", False),
        ("import json, os\n", False),
        ("def f():\n    from pydantic import BaseModel\n", False),
    ],
)
def test_only_a_layer_of_the_standard_library_is_shared(
    tmp_path: Path, source: str, *, is_pure: bool
) -> None:
    (tmp_path / "pure").mkdir()
    (tmp_path / "pure" / "__init__.py").write_text(source)
    assert SourceTree([tmp_path]).uses_only_standard_library() is is_pure
