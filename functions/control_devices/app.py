"""Tells devices who may start, hands them commands, and asks the policy engine for restrictions.

Events only say where to look: what a device is told follows from the state that is stored now, so
repeated and overtaken events end in the same permit.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from handing_over import CommandDesk
from permits import PermitDesk
from restricting import RestrictionDesk
from tenancies import JoinedTenancies
from umlauf.dunning.events import RestrictionReleased, RestrictionRequested
from umlauf.fleet.events import CommandRequested
from umlauf.fleet.model import Restriction
from umlauf.inventory.events import AssetHandedOver, AssetReturned
from umlauf.kernel.errors import InvalidInput
from umlauf.kernel.events import EventEnvelope
from umlauf.kernel.work import carry_out
from umlauf.subscriptions.events import SubscriptionActivated, SubscriptionEnded
from umlauf.wallets.events import SessionReleased, SessionSettled, SessionStarted
from umlauf_adapters.catalog.plans import DynamoPlans
from umlauf_adapters.customers.customers import DynamoCustomers
from umlauf_adapters.fleet.commands import DynamoCommands, DynamoRestrictions
from umlauf_adapters.fleet.devices import DynamoDevices, DynamoPermits
from umlauf_adapters.fleet.iot_channel import IotChannel
from umlauf_adapters.inventory.assets import DynamoAssets
from umlauf_adapters.kernel.documents import decode
from umlauf_adapters.kernel.dynamo_works import DynamoWorks
from umlauf_adapters.kernel.event_intake import read_event
from umlauf_adapters.kernel.queue_records import QueueProcessor
from umlauf_adapters.subscriptions.subscriptions import DynamoSubscriptions
from umlauf_adapters.wallets.sessions import DynamoSessions
from umlauf_adapters.wallets.wallets import DynamoStartGates, DynamoWallets

WORKS: Final = DynamoWorks()
DEVICES: Final = DynamoDevices()
COMMANDS: Final = DynamoCommands()
SUBSCRIPTIONS: Final = DynamoSubscriptions()
CHANNEL: Final = IotChannel()
PERMIT_DESK: Final = PermitDesk(
    WORKS,
    DEVICES,
    DynamoPermits(),
    JoinedTenancies(
        DynamoAssets(), SUBSCRIPTIONS, DynamoPlans(), DynamoWallets(), DynamoSessions()
    ),
    CHANNEL,
)
COMMAND_DESK: Final = CommandDesk(WORKS, DEVICES, COMMANDS, CHANNEL)
RESTRICTION_DESK: Final = RestrictionDesk(
    DynamoCustomers(), SUBSCRIPTIONS, DEVICES, COMMANDS, DynamoRestrictions(), DynamoStartGates()
)

logger = Logger()
metrics = Metrics()
processor = QueueProcessor(logger)


@logger.inject_lambda_context
@metrics.log_metrics
def handle(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    metrics.add_metric("MessageReceived", MetricUnit.Count, len(event["Records"]))
    return process_partial_response(
        event=event, record_handler=_react, processor=processor, context=context
    )


def _react(record: SQSRecord) -> None:
    """React to one event. Whatever it raises sends this record, alone, back to the queue."""
    envelope = read_event(record.body)
    react = REACTIONS.get(envelope.type)
    if react is None:
        raise InvalidInput(f"{envelope.type} concerns no device", field="type")
    try:
        react(envelope, datetime.now(UTC))
    except Exception:
        logger.exception("event_not_handled", event_id=envelope.id, event_type=envelope.type)
        raise


def _sync_asset(envelope: EventEnvelope, now: datetime) -> None:
    """The event's data names the asset; a subscription without one concerns no device."""
    asset_id = envelope.data.get("asset_id")
    if asset_id is not None:
        _sync(str(asset_id), now)


def _sync_subscription(envelope: EventEnvelope, now: datetime) -> None:
    ended = decode(SubscriptionEnded, envelope.data)
    asset_id = SUBSCRIPTIONS.get(ended.subscription_id).asset_id
    if asset_id is not None:
        _sync(asset_id, now)


def _sync(asset_id: str, now: datetime) -> None:
    permit = PERMIT_DESK.bring_up_to_date(asset_id, now)
    if permit is None:
        logger.info("asset_without_device_skipped", asset_id=asset_id)
        return
    metrics.add_metric("StartPermitShown", MetricUnit.Count, 1)
    logger.info(
        "start_permit_shown",
        device_id=permit.id,
        may_start=permit.may_start,
        reason=permit.reason.value,
        revision=permit.version,
    )


def _hand_over(envelope: EventEnvelope, now: datetime) -> None:
    requested = decode(CommandRequested, envelope.data)
    command = COMMAND_DESK.hand_over_newest(requested.device_id, now)
    logger.info(
        "command_handed_over",
        requested_id=requested.command_id,
        handed_id=command.id if command else None,
    )


def _restrict(envelope: EventEnvelope, now: datetime) -> None:
    wanted = decode(RestrictionRequested, envelope.data)
    _tell(
        carry_out(partial(RESTRICTION_DESK.ask, wanted), works=WORKS, now=now),
        "restriction_decided",
    )


def _release(envelope: EventEnvelope, now: datetime) -> None:
    told = decode(RestrictionReleased, envelope.data)
    _tell(
        carry_out(partial(RESTRICTION_DESK.release, told), works=WORKS, now=now),
        "restriction_lifted",
    )


def _tell(restriction: Restriction, fact: str) -> None:
    metrics.add_metric("RestrictionDecided", MetricUnit.Count, 1)
    logger.info(
        fact,
        restriction_id=restriction.id,
        measure=restriction.measure.value,
        outcome=restriction.outcome.value,
    )


REACTIONS: Final[dict[str, Callable[[EventEnvelope, datetime], None]]] = {
    AssetHandedOver.TYPE: _sync_asset,
    AssetReturned.TYPE: _sync_asset,
    SubscriptionActivated.TYPE: _sync_asset,
    SubscriptionEnded.TYPE: _sync_subscription,
    SessionStarted.TYPE: _sync_asset,
    SessionSettled.TYPE: _sync_asset,
    SessionReleased.TYPE: _sync_asset,
    CommandRequested.TYPE: _hand_over,
    RestrictionRequested.TYPE: _restrict,
    RestrictionReleased.TYPE: _release,
}
