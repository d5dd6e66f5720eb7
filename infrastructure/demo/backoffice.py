"""What the demo's staff does, through the operator API: plans, stations, bikes, hand-overs."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import httpx
import yaml

from demo.api import Api
from demo.cast import Part
from demo.devices import DeviceKey
from demo.people import Subscriber

MODEL: Final = "city-bike"
STATION: Final = "sta_depot"


class BackOffice:
    """One member of staff, signed in."""

    def __init__(self, http: httpx.Client, username: str, password: str) -> None:
        self._login = {"username": username, "password": password}
        self._public = Api(http)
        self.api = Api(http, self._sign_in)

    def open_shop(self, catalog: Path) -> int:
        """Publish the catalog and open the depot; gives how many plans are on sale."""
        document: dict[str, Any] = yaml.safe_load(catalog.read_text(encoding="utf-8"))
        plans = self.api.post("/v1/operator/plans", document, key="open-plans")
        station = {
            "id": STATION,
            "name": "Depot Berlin-Mitte",
            "country": "DE",
            "time_zone": "Europe/Berlin",
            "latitude": "52.5200000",
            "longitude": "13.4050000",
        }
        self.api.post("/v1/operator/stations", station, key="open-depot")
        return len(plans["items"])

    def buy_bike(self, part: Part, key: DeviceKey) -> tuple[str, str, str]:
        """Register the bike and enrol its controller: asset id, device id, certificate."""
        asset = self.api.post(
            "/v1/operator/assets",
            {"serial": f"bike-{part.bike}", "model": MODEL, "station_id": STATION},
            key=f"bike-{part.bike}",
        )
        enrolled = self.api.post(
            "/v1/operator/devices",
            {
                "serial": f"controller-{part.bike}",
                "asset_id": asset["id"],
                "signing_request": key.certificate_request_pem,
            },
            key=f"controller-{part.bike}",
        )
        return asset["id"], enrolled["device"]["id"], enrolled["certificate_pem"]

    def reserve(self, who: Subscriber) -> None:
        body = {"subscription_id": who.subscription_id, "asset_id": who.asset_id}
        self.api.post("/v1/operator/reservations", body, key=f"reserve-{who.part.number}")

    def hand_over(self, people: Iterable[Subscriber]) -> None:
        for who in people:
            body = {"subscription_id": who.subscription_id}
            self.api.post("/v1/operator/hand-overs", body, key=f"hand-over-{who.part.number}")

    def _sign_in(self) -> str:
        return str(self._public.post("/v1/staff-tokens", self._login)["id_token"])
