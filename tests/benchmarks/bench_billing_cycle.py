"""Print what billing costs per invoice at two sizes, over the local cloud's DynamoDB."""

import json
import os
import tempfile
from importlib import import_module
from pathlib import Path

from local.cloud import LocalCloud
from tests.architecture.template import read_template
from tests.architecture.tree import ROOT

SIZES = (200, 2_000)
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
    with tempfile.TemporaryDirectory() as folder:
        write_tables_only(Path(folder))
        with LocalCloud(Path(folder), state_dir=Path(folder) / "state") as cloud:
            measure(cloud)


def measure(cloud: LocalCloud) -> None:
    """Bill and post at each size."""
    # Models read their table's name when they are imported, clients their endpoint.
    os.environ["TABLE_PREFIX"] = "umlauf"
    os.environ["AWS_ENDPOINT_URL"] = cloud.client("dynamodb").meta.endpoint_url
    os.environ["POWERTOOLS_SERVICE_NAME"] = "bench"
    os.environ["POWERTOOLS_METRICS_NAMESPACE"] = "umlauf"
    os.environ["POWERTOOLS_LOG_LEVEL"] = "CRITICAL"
    contracts = import_module("tests.benchmarks.metered_contracts")
    print("## Billing cycle")
    print("\nBase fee and one graduated meter, with tax, receivable, number and claims in one")
    print("transaction; then the journal entry. CPU time includes the local database's.\n")
    print("| | contracts | per second | CPU ms each | calls each | read units | write units |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for number, size in enumerate(SIZES):
        contracts.write(size, number)
        print(contracts.bill(cloud, size, number).row("billed"))
        print(contracts.post(cloud, size, number).row("posted"))


if __name__ == "__main__":
    main()
