"""Print what billing costs per invoice at two sizes, over the local cloud's DynamoDB."""

import json
import os
import tempfile
from importlib import import_module
from pathlib import Path

from local.cloud import LocalCloud
from tests.architecture.template import read_template
from tests.architecture.tree import ROOT
from tests.benchmarks.output import Cell, Table, arguments, tell

SIZES = (200, 2_000)
COLUMNS = (
    "invoices",
    "contracts",
    "per second",
    "CPU ms each",
    "of the smallest",
    "calls each",
    "read units",
    "write units",
    "peak MiB",
)
TEXT = """\
Base fee and one graduated meter, with tax, charges, receivable and number in one transaction; then
the journal entry. CPU time and memory include the local database's."""
TABLE = "AWS::DynamoDB::Table"


def write_tables_only(folder: Path) -> None:
    """The template's tables and nothing that would react to what is written into them."""
    written = read_template(ROOT / "template.yaml").written
    resources = {
        name: resource
        for name, resource in written["Resources"].items()
        if resource["Type"] == TABLE
    }
    kept = {key: written[key] for key in ("Parameters", "Conditions", "Mappings")}
    template = {"AWSTemplateFormatVersion": "2010-09-09", **kept, "Resources": resources}
    (folder / "template.yaml").write_text(json.dumps(template))


def main() -> None:
    options = arguments(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        write_tables_only(Path(folder))
        with LocalCloud(Path(folder), state_dir=Path(folder) / "state") as cloud:
            rows = measure(cloud)
    tell([Table("Billing cycle", TEXT, COLUMNS, rows)], options.json)


def measure(cloud: LocalCloud) -> list[list[Cell]]:
    """Bill and post at each size."""
    # Models read their table's name when they are imported, clients their endpoint.
    os.environ["TABLE_PREFIX"] = "umlauf"
    os.environ["AWS_ENDPOINT_URL"] = cloud.client("dynamodb").meta.endpoint_url
    os.environ["POWERTOOLS_SERVICE_NAME"] = "bench"
    os.environ["POWERTOOLS_METRICS_NAMESPACE"] = "umlauf"
    os.environ["POWERTOOLS_LOG_LEVEL"] = "CRITICAL"
    contracts = import_module("tests.benchmarks.metered_contracts")
    costs = []
    for number, size in enumerate(SIZES):
        contracts.write(size, number)
        costs.append((contracts.bill(cloud, size, number), contracts.post(cloud, size, number)))
    least = costs[0]
    return [
        cost.row(name, smallest)
        for both in costs
        for name, cost, smallest in zip(("billed", "posted"), both, least, strict=True)
    ]


if __name__ == "__main__":
    main()
