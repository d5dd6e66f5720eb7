"""One queue message at a time: what fails goes back alone, and says why in the log."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType

from umlauf.kernel.errors import Transient, UmlaufError


class QueueProcessor(BatchProcessor):
    """A failed record is logged with its error and goes back to the queue; the others are done.

    Powertools itself is silent about it until the message lies among the dead letters. The payload
    is never logged: it may hold personal data.
    """

    def __init__(self, logger: Logger) -> None:
        super().__init__(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
        self._logger = logger

    def failure_handler(self, record: Any, exception: tuple[Any, Any, Any]) -> tuple[str, str, Any]:
        error = exception[1]
        is_ours = isinstance(error, UmlaufError)
        self._logger.warning(
            "record_failed",
            message_id=record.get("messageId"),
            receive_count=record.get("attributes", {}).get("ApproximateReceiveCount"),
            error=type(error).__name__,
            code=error.code if is_ours else None,
            # Only what may pass by itself tells of machines alone.
            reason=error.message if isinstance(error, Transient) else None,
            exc_info=None if is_ours else error,
        )
        return super().failure_handler(record, exception)
