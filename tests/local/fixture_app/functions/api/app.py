"""Routes; the Chalice object shows whether concurrent requests see each other."""

import os
import time
from typing import Any

from chalice.app import Chalice
from fixture_adapters import things
from names import shout

app = Chalice(app_name="api")
app.debug = False
calls = 0


@app.route("/v1/things/{thing_id}", methods=["GET"])
def show(thing_id: str) -> dict[str, Any]:
    global calls  # noqa: PLW0603
    calls += 1
    time.sleep(float((app.current_request.query_params or {}).get("pause", 0)))  # noqa: TID251
    return {
        "asked": thing_id,
        "seen": app.current_request.uri_params["thing_id"],
        "greeting": shout(os.environ["GREETING"]),
        "stage": os.environ["STAGE"],
        "subject": app.current_request.context["authorizer"]["claims"]["sub"],
        "calls": calls,
    }


@app.route("/v1/things/{thing_id}", methods=["PUT"])
def change(thing_id: str) -> dict[str, Any]:
    body = app.current_request.json_body or {}
    things.put(f"thing#{thing_id}", "thing", **{k: str(v) for k, v in body.items()})
    return {"thing_id": thing_id}


@app.route("/v1/slow", methods=["GET"])
def slow() -> dict[str, Any]:
    time.sleep(20)  # noqa: TID251
    return {}
