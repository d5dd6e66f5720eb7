"""Changes of the table, on to the bus; one named poison never gets through."""

import json
import os
from typing import Any

import botocore.session

events = botocore.session.Session().create_client("events")


def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    for record in event["Records"]:
        change = record["dynamodb"]
        pk = change["Keys"]["pk"]["S"]
        if "poison" in pk:
            return {"batchItemFailures": [{"itemIdentifier": change["SequenceNumber"]}]}
        is_expiry = (record.get("userIdentity") or {}).get("type") == "Service"
        kind = "expired" if is_expiry else "changed"
        entry = {
            "Source": "fixture",
            "DetailType": f"things.{kind}.v1",
            "Detail": json.dumps({"pk": pk}),
            "EventBusName": os.environ["BUS"],
        }
        events.put_events(Entries=[entry])
    return {"batchItemFailures": []}
