"""The table, as this environment sees it."""

import functools
import os
from typing import Any

import botocore.session


@functools.cache
def client() -> Any:
    return botocore.session.Session().create_client("dynamodb")


def put(pk: str, sk: str, **values: str) -> None:
    item = {"pk": {"S": pk}, "sk": {"S": sk}}
    item |= {name: {"N" if name == "expires_at" else "S": value} for name, value in values.items()}
    client().put_item(TableName=os.environ["TABLE"], Item=item)
