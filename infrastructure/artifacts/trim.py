"""Which installed files no function ever reads.

Lambda counts and unpacks every byte of a layer. Most of botocore describes services we do not call,
most of Chalice is its command line.
"""

import shutil
from pathlib import Path

# One per client that adapters or integrations open; a missing one fails at the first call.
AWS_SERVICES = frozenset(
    {
        "cognito-idp",
        "dynamodb",
        "events",
        "iot",
        "iot-data",
        "s3",
        "sesv2",
        "sqs",
        "ssm",
        "stepfunctions",
        "sts",
    }
)
CHALICE_MODULES = frozenset({"__init__.py", "app.py"})
# Documents speak German, Dutch and English; Babel reads a locale with those it inherits from.
LOCALES = frozenset({"root", "de", "de_DE", "nl", "nl_NL", "en", "en_001", "en_GB"})
# reportlab imports PIL.Image, images or not; that needs one extension module and its libraries.
IMAGING_LIBRARIES = ("libXau", "libjpeg", "liblzma", "libopenjp2", "libtiff", "libxcb", "libzstd")
NEVER_READ = (
    "babel/messages",
    "reportlab/fonts",
    "reportlab/graphics",
    "reportlab/platypus",
    "share",
)


def trim(site_packages: Path) -> None:
    """Remove what only serves to install, to type-check, to test or to call other services."""
    shutil.rmtree(site_packages / "bin", ignore_errors=True)
    (site_packages / ".lock").unlink(missing_ok=True)
    for folder in [*site_packages.glob("*.dist-info"), *site_packages.rglob("__pycache__")]:
        shutil.rmtree(folder)
    for tests in site_packages.glob("*/tests"):
        shutil.rmtree(tests)
    for stub in [*site_packages.rglob("*.pyi"), *site_packages.rglob("py.typed")]:
        stub.unlink()
    _trim_botocore(site_packages / "botocore" / "data")
    _trim_chalice(site_packages / "chalice")
    _trim_typesetting(site_packages)


def _trim_botocore(data: Path) -> None:
    if not data.is_dir():
        return
    missing = AWS_SERVICES - {entry.name for entry in data.iterdir()}
    if missing:
        raise SystemExit(f"botocore does not know these services: {', '.join(sorted(missing))}")
    for entry in data.iterdir():
        # Files at this level (endpoints, partitions, retries) belong to all services.
        if entry.is_dir() and entry.name not in AWS_SERVICES:
            shutil.rmtree(entry)


def _trim_chalice(package: Path) -> None:
    if not package.is_dir():
        return
    for entry in package.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
        elif entry.name not in CHALICE_MODULES:
            entry.unlink()


def _trim_typesetting(site_packages: Path) -> None:
    for folder in NEVER_READ:
        shutil.rmtree(site_packages / folder, ignore_errors=True)
    for locale in (site_packages / "babel" / "locale-data").glob("*.dat"):
        if locale.stem not in LOCALES:
            locale.unlink()
    for extension in (site_packages / "PIL").glob("_*.so"):
        if not extension.name.startswith("_imaging."):
            extension.unlink()
    for library in (site_packages / "pillow.libs").glob("*.so*"):
        if not library.name.startswith(IMAGING_LIBRARIES):
            library.unlink()
