"""The application of one API function: a Chalice app that answers even its failures itself."""

from http import HTTPStatus
from time import perf_counter
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit
from chalice.app import Chalice, Request, Response

from umlauf.kernel.errors import UmlaufError
from umlauf_http.answering import Wiring, answer
from umlauf_http.answers import EXPOSED, SECURITY_HEADERS, Answer
from umlauf_http.endpoints import Routes
from umlauf_http.incoming import Incoming
from umlauf_http.operations import Operation
from umlauf_http.problems import (
    CONTENT_TYPE,
    CRASH,
    InvalidRequest,
    Problem,
    Refusal,
    problem_of,
    problem_of_validation,
)


class Application(Chalice):
    """The Lambda handler of an API function: `Handler: app.app`.

    One execution environment answers one request at a time; Chalice keeps the current request on
    the application, so threads must not share one.
    """

    def __init__(self, name: str, wiring: Wiring) -> None:
        # Chalice's own log handler would print tracebacks as text beside the JSON lines.
        super().__init__(app_name=name, configure_logs=False)
        self.wiring = wiring
        self.operations: list[Operation] = []
        self._logger = Logger(service=name)
        # Its own, not the shared one: locally several environments live in one process.
        self._metrics = EphemeralMetrics(namespace="umlauf", service=name)

    def include(self, *resources: Routes) -> None:
        for routes in resources:
            self.register_blueprint(routes)
            self.operations.extend(routes.operations)

    def __call__(self, event: Any, context: Any) -> dict[str, Any]:
        """Answer an API Gateway (REST, proxy) event."""
        started = perf_counter()
        request = event["requestContext"]
        request_id = str(request.get("requestId", "unknown"))
        self._logger.set_correlation_id(request_id)
        if problem := self._unrouted(request):
            answered = self._respond(_problem_answer(problem, request_id), request_id).to_dict()
        else:
            answered = super().__call__(event, context)
        operation = f"{request['httpMethod']} {request.get('resourcePath')}"
        self._record(operation, answered["statusCode"], perf_counter() - started)
        return answered

    def handle(self, operation: Operation, request: Request) -> Response:
        """Answer a routed request. Never raises."""
        request_id = str(request.context.get("requestId", "unknown"))
        try:
            result = answer(operation, Incoming.of(request), self.wiring)
        except InvalidRequest as refused:
            result = _problem_answer(problem_of_validation(refused), request_id)
        except Refusal as refused:
            result = _problem_answer(refused.problem, request_id)
        except UmlaufError as error:
            result = _problem_answer(problem_of(error), request_id)
        except Exception:  # the edge: whatever broke is recorded and answered
            self._logger.exception("request_crashed", operation=operation.route)
            result = _problem_answer(CRASH, request_id)
        return self._respond(result, request_id)

    def _record(self, operation: str, status: int, seconds: float) -> None:
        self._logger.info(
            "request_answered",
            operation=operation,
            status=status,
            milliseconds=round(seconds * 1000, 1),
        )
        is_ours = status >= HTTPStatus.INTERNAL_SERVER_ERROR
        name = "RequestFailed" if is_ours else "RequestAnswered"
        self._metrics.add_metric(name=name, unit=MetricUnit.Count, value=1)
        self._metrics.flush_metrics()

    def _unrouted(self, request_context: dict[str, Any]) -> Problem | None:
        """API Gateway routes only what the application has; this answers if the two ever differ."""
        methods = self.routes.get(str(request_context.get("resourcePath")))
        if not methods:
            return Problem(404, "request.unknown_route", "there is no such resource")
        if request_context["httpMethod"] not in methods:
            allowed = tuple(sorted(methods))
            return Problem(
                405,
                "request.method_not_allowed",
                f"use one of {', '.join(allowed)}",
                allowed_methods=allowed,
            )
        return None

    def _respond(self, result: Answer, request_id: str) -> Response:
        headers: dict[str, str | list[str]] = {
            **SECURITY_HEADERS,
            "Access-Control-Allow-Origin": self.wiring.allowed_origin,
            "Access-Control-Expose-Headers": ", ".join(EXPOSED),
            **result.headers,
            "X-Request-Id": request_id,
        }
        return Response(body=result.body, status_code=result.status, headers=headers)


def _problem_answer(problem: Problem, request_id: str) -> Answer:
    headers = {"Content-Type": CONTENT_TYPE}
    if problem.retry_after_seconds is not None:
        headers["Retry-After"] = str(problem.retry_after_seconds)
    if problem.allowed_methods:
        headers["Allow"] = ", ".join(problem.allowed_methods)
    body = problem.document(request_id).model_dump_json(exclude_none=True)
    return Answer(problem.status, body, headers)
