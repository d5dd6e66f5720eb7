"""Reacts to events: remembers them and writes a mail."""

import json
from datetime import UTC, datetime
from typing import Any

import botocore.session
from fixture_adapters import things

mail = botocore.session.Session().create_client("sesv2")


def handle(event: dict[str, Any], context: Any) -> None:
    for record in event["Records"]:
        fact = json.loads(record["body"])
        if fact["detail"]["pk"] == "thing#unlucky":
            raise RuntimeError("unlucky")
        things.put(
            f"seen#{fact['detail']['pk']}", datetime.now(UTC).isoformat(), kind=fact["detail-type"]
        )
        mail.send_email(
            FromEmailAddress="service@example.org",
            Destination={"ToAddresses": ["ann@example.org"]},
            Content={
                "Simple": {
                    "Subject": {"Data": fact["detail-type"]},
                    "Body": {"Text": {"Data": f"about {fact['detail']['pk']}"}},
                }
            },
        )
