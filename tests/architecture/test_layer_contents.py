"""What deployed code calls is in the layers that are shipped."""

import ast
from collections.abc import Iterator

from artifacts.trim import AWS_SERVICES
from tests.architecture.tree import name, python_files


def opened_clients() -> Iterator[tuple[str, str]]:
    """Where deployed code opens which AWS service."""
    for path in python_files("layers", "functions"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called = ast.unparse(node.func).rpartition(".")[2]
            service = node.args[0]
            if called in {"client", "create_client"} and isinstance(service, ast.Constant):
                yield f"{name(path)}:{node.lineno}", str(service.value)


def test_every_service_that_is_called_is_described_in_the_layer() -> None:
    clients = list(opened_clients())
    assert clients
    assert [client for client in clients if client[1] not in AWS_SERVICES] == []


def test_no_service_is_shipped_that_nobody_calls() -> None:
    called = {service for _, service in opened_clients()}
    # PynamoDB opens DynamoDB by itself; credentials may come from STS.
    assert called | {"dynamodb", "sts"} >= AWS_SERVICES
