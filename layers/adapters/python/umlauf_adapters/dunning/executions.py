"""The dunning state machine's executions, named like their cases."""

import json
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from umlauf.kernel.errors import Transient

_MAX_CAUSE: Final = 256
_PASSING: Final = frozenset(
    {"ThrottlingException", "ServiceUnavailable", "InternalFailure", "KmsThrottlingException"}
)


class ExecutionsUnavailable(Transient):
    code = "dunning.executions_unavailable"


class StepFunctionsExecutions:
    """Implements umlauf.dunning.ports.Executions."""

    def __init__(self, client: Any, state_machine_arn: str) -> None:
        self._client = client
        self._state_machine_arn = state_machine_arn

    def start(self, case_id: str) -> None:
        self._call(
            "start_execution",
            "ExecutionAlreadyExists",
            stateMachineArn=self._state_machine_arn,
            name=case_id,
            input=json.dumps({"case_id": case_id}),
        )

    def stop(self, case_id: str, cause: str) -> None:
        execution_arn = self._state_machine_arn.replace(":stateMachine:", ":execution:", 1)
        self._call(
            "stop_execution",
            "ExecutionDoesNotExist",
            executionArn=f"{execution_arn}:{case_id}",
            cause=cause[:_MAX_CAUSE],
        )

    def _call(self, operation: str, harmless: str, **arguments: str) -> None:
        try:
            getattr(self._client, operation)(**arguments)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == harmless:
                return
            if code in _PASSING:
                raise ExecutionsUnavailable("the state machine is busy; try again") from error
            raise
        except BotoCoreError as error:  # no answer: connection, time-out
            raise ExecutionsUnavailable("the state machine did not answer; try again") from error
