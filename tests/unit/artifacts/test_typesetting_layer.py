"""The typesetting layer is small, and still sets every document in type."""

import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from artifacts import sizes, trim
from tests.architecture.tree import ROOT

PACKAGES = ("babel", "charset_normalizer", "PIL", "pillow.libs", "reportlab", "segno")
RENDER_ALL = """
import sys
from tests.unit.documents.samples import SAMPLES
from umlauf_integrations.documents.pdf import invoice_pdf
for sample in SAMPLES.values():
    for language in ("de", "nl", "en"):
        view = sample()
        object.__setattr__(view, "language", type(view.language)(language))
        assert invoice_pdf(view).startswith(b"%PDF-1.7")
print(sorted({name.partition(".")[0] for name, module in sys.modules.items()
              if "site-packages" in str(getattr(module, "__file__", ""))}))
"""


@pytest.fixture(scope="module")
def layer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the layer's build leaves of the packages that are installed here."""
    folder = tmp_path_factory.mktemp("layer")
    spec = find_spec("reportlab")
    assert spec is not None
    assert spec.origin is not None
    installed = Path(spec.origin).parents[1]
    for package in PACKAGES:
        if (installed / package).is_dir():  # a wheel for another platform may bundle nothing
            shutil.copytree(installed / package, folder / package)
    trim.trim(folder)
    return folder


def test_the_trimmed_layer_sets_every_document_in_every_language(layer: Path) -> None:
    paths = (ROOT, ROOT / "layers/domain/python", ROOT / "layers/integrations/python", layer)
    ran = subprocess.run(
        [sys.executable, "-S", "-B", "-c", RENDER_ALL],
        env={"PYTHONPATH": ":".join(str(path) for path in paths), "PATH": ""},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == "[]\n", "something came from outside the layer"


def test_the_layer_leaves_room_for_the_others(layer: Path) -> None:
    assert sizes.bytes_in(layer) < sizes.LAYERS_LIMIT_BYTES / 4
