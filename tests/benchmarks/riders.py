"""Riders written straight into the tables, and batches of their readings as a queue brings them."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from local.cloud import LocalCloud
from tests.functions.deployed import device_body
from tests.functions.loading import sqs_event
from tests.offer_fakes import CITY_METERED, OfferWorld
from tests.use_fakes import MemoryMeterPoints
from umlauf.inventory.model import Asset
from umlauf.kernel.work import Work
from umlauf.subscriptions.model import Subscription
from umlauf.usage.model import MeterPoint
from umlauf.usage.use_cases.mount_meter import mount_meter
from umlauf_adapters.inventory import layouts as inventory_layouts
from umlauf_adapters.kernel.dynamo_works import DynamoWorks
from umlauf_adapters.subscriptions import subscriptions as subscriptions_layouts
from umlauf_adapters.usage import layouts as usage_layouts

# What is written here is found by the writer once its layouts are imported.
LAYOUTS = (inventory_layouts, subscriptions_layouts, usage_layouts)
WRITES_AT_ONCE = 50


@dataclass
class Controller:
    """A device that counts its rides; each reading says where its registers stand."""

    device_id: str
    clock: datetime
    seq: int = 0
    seconds: int = 0

    def ride(self, minutes: int = 10) -> dict[str, Any]:
        """The reading after a ride; what matters is its place in time, not how long it took."""
        began = self.clock
        self.clock += timedelta(seconds=1)
        self.seq += 1
        self.seconds += 60 * minutes
        return {
            "device_id": self.device_id,
            "boot": 1,
            "seq": self.seq,
            "at": self.clock.isoformat(),
            "registers": {"ride_seconds": self.seconds, "metres": 4_000, "rides": self.seq},
            "ride": {"started_at": began.isoformat(), "ended_at": self.clock.isoformat()},
        }


def settle_riders(count: int, since: datetime) -> list[Controller]:
    """Subscribers of the published `city-metered`, with bike and meter; no event tells of them."""
    offer = OfferWorld()
    controllers = []
    for n in range(count):
        subscription = offer.active_subscription(CITY_METERED, name=f"rider-{n}", now=since)
        controller = Controller(f"dev_rider_{n}", since)
        _mount(offer, controller.device_id, str(subscription.asset_id), since)
        controllers.append(controller)
    kinds = (Asset, Subscription, MeterPoint)
    things: Iterator[Any] = (thing for kind in kinds for thing in offer.store.all(kind))
    while batch := list(islice(things, WRITES_AT_ONCE)):
        work = Work(since)
        for thing in batch:
            work.put(replace(thing, version=0))
        DynamoWorks().commit(work)
    return controllers


def enrol(cloud: LocalCloud, device_id: str, signing_request: str) -> str:
    """A thing with a certificate that the template's policy hangs on; gives the certificate."""
    iot = cloud.client("iot")
    iot.create_thing(thingName=device_id)
    signed = iot.create_certificate_from_csr(
        certificateSigningRequest=signing_request, setAsActive=True
    )
    iot.attach_policy(policyName=cloud.resource("DevicePolicy"), target=signed["certificateArn"])
    iot.attach_thing_principal(thingName=device_id, principal=signed["certificateArn"])
    return str(signed["certificatePem"])


def deliver(cloud: LocalCloud, readings: Sequence[dict[str, Any]]) -> None:
    """Call the deployed function with exactly this batch."""
    event = sqs_event(*(device_body(reading) for reading in readings))
    answer = cloud.client("lambda").invoke(
        FunctionName=cloud.resource("MeterUsage"), Payload=json.dumps(event)
    )
    failed = json.loads(answer["Payload"].read())
    if failed != {"batchItemFailures": []}:
        raise AssertionError(failed)


def _mount(offer: OfferWorld, device_id: str, asset_id: str, now: datetime) -> None:
    points = MemoryMeterPoints(offer.store)
    offer.store.run(
        lambda work: mount_meter(device_id, asset_id, work=work, meter_points=points), now
    )
