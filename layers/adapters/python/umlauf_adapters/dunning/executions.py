"""The dunning state machine's executions, named like their cases."""

import json
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from umlauf.kernel.errors import Transient

_ALIVE: Final = "RUNNING"
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

    def start(self, case_id: str) -> bool:
        started = self._call(
            "start_execution",
            "ExecutionAlreadyExists",
            stateMachineArn=self._state_machine_arn,
            name=case_id,
            input=json.dumps({"case_id": case_id}),
        )
        if started is not None:
            return True
        found = self._call("describe_execution", executionArn=self._arn(case_id))
        return found is not None and found["status"] == _ALIVE

    def stop(self, case_id: str, cause: str) -> None:
        self._call(
            "stop_execution",
            "ExecutionDoesNotExist",
            executionArn=self._arn(case_id),
            cause=cause[:_MAX_CAUSE],
        )

    def _arn(self, case_id: str) -> str:
        execution_arn = self._state_machine_arn.replace(":stateMachine:", ":execution:", 1)
        return f"{execution_arn}:{case_id}"

    def _call(
        self, operation: str, harmless: str | None = None, **arguments: str
    ) -> dict[str, Any] | None:
        """The answer; None if it was the harmless refusal."""
        try:
            answer: dict[str, Any] = getattr(self._client, operation)(**arguments)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == harmless:
                return None
            if code in _PASSING:
                raise ExecutionsUnavailable("the state machine is busy; try again") from error
            raise
        except BotoCoreError as error:  # no answer: connection, time-out
            raise ExecutionsUnavailable("the state machine did not answer; try again") from error
        return answer
