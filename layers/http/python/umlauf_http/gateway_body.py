"""The deployed API's definition: which route goes to which function, and who may pass.

API Gateway needs every route spelled out, because Chalice answers only to a known resource path.
Integrations go to the function's alias, so a gradual deployment shifts traffic. What the gateway
refuses by itself (no token, unknown route, too large) is answered as problem+json too.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from umlauf_http.identity import Access
from umlauf_http.openapi_document import API_VERSION
from umlauf_http.operations import Operation
from umlauf_http.problems import CONTENT_TYPE

Node = dict[str, Any]

BEGIN: Final = "# >>> generated api body"
END: Final = "# <<< generated api body"

_POOLS: Final = {Access.CUSTOMER: "CustomerPool", Access.STAFF: "StaffPool"}
_URI: Final = (
    "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
    "${Function}/invocations"
)
_ORIGIN: Final = {"Fn::Sub": "'${PortalOrigin}'"}
_REQUEST_HEADERS: Final = ("Authorization", "Content-Type", "Idempotency-Key", "If-Match")

# What the gateway says itself; its own words are kept where they say more than ours could.
_ITS_OWN_WORDS: Final = "$context.error.messageString"


@dataclass(frozen=True)
class _Refused:
    status: int
    code: str
    detail: str | None = None


_NO_ROUTE: Final = _Refused(404, "request.unknown_route", "there is no such resource")
_NO_TOKEN: Final = _Refused(
    401,
    "request.unauthenticated",
    "send a valid ID token for this API: Authorization: Bearer <id token>",
)
_TOO_MANY: Final = _Refused(429, "request.too_many", "slow down and try again")
_NO_ANSWER: Final = _Refused(503, "umlauf.unavailable", "no answer in time; try again")

_REFUSALS: Final[dict[str, _Refused]] = {
    "ACCESS_DENIED": _Refused(403, "request.forbidden"),
    "DEFAULT_4XX": _Refused(400, "request.refused"),
    "DEFAULT_5XX": _Refused(500, "umlauf.internal_error"),
    "EXPIRED_TOKEN": _NO_TOKEN,
    "INTEGRATION_FAILURE": _NO_ANSWER,
    "INTEGRATION_TIMEOUT": _NO_ANSWER,
    # What an unknown route looks like to the gateway; 403 would read as if a token could help.
    "MISSING_AUTHENTICATION_TOKEN": _NO_ROUTE,
    "QUOTA_EXCEEDED": _TOO_MANY,
    "REQUEST_TOO_LARGE": _Refused(413, "request.body_too_large", "the request is too large"),
    "RESOURCE_NOT_FOUND": _NO_ROUTE,
    "THROTTLED": _TOO_MANY,
    "UNAUTHORIZED": _NO_TOKEN,
    "UNSUPPORTED_MEDIA_TYPE": _Refused(415, "request.unsupported_media_type"),
}


def gateway_properties(operations: Mapping[str, Sequence[Operation]]) -> Node:
    """What the routes decide of the `Api` resource. `operations` by the function's logical id."""
    methods = sorted({each.method for its in operations.values() for each in its} | {"OPTIONS"})
    return {
        "Cors": {
            "AllowOrigin": _ORIGIN,
            "AllowHeaders": f"'{','.join(_REQUEST_HEADERS)}'",
            "AllowMethods": f"'{','.join(methods)}'",
            "MaxAge": "'600'",
        },
        "DefinitionBody": _definition(operations),
    }


def _definition(operations: Mapping[str, Sequence[Operation]]) -> Node:
    paths: dict[str, Node] = {}
    for function, its_operations in operations.items():
        for operation in its_operations:
            entry = paths.setdefault(operation.path, {})
            entry[operation.method.lower()] = _method(operation, function)
    return {
        "swagger": "2.0",
        "info": {"title": "umlauf", "version": API_VERSION},
        "securityDefinitions": {
            access.value: {
                "type": "apiKey",
                "name": "Authorization",
                "in": "header",
                "x-amazon-apigateway-authtype": "cognito_user_pools",
                "x-amazon-apigateway-authorizer": {
                    "type": "cognito_user_pools",
                    "providerARNs": [{"Fn::GetAtt": [pool, "Arn"]}],
                },
            }
            for access, pool in _POOLS.items()
        },
        "paths": {path: dict(sorted(paths[path].items())) for path in sorted(paths)},
        "x-amazon-apigateway-gateway-responses": {
            kind: _gateway_response(refused) for kind, refused in _REFUSALS.items()
        },
    }


def replace_block(template: str, properties: Node) -> str:
    """Put the properties between the markers of a template, at their indentation.

    Raises ValueError if the template has no such markers.
    """
    lines = template.splitlines(keepends=True)
    begin = _line_of(lines, BEGIN)
    end = _line_of(lines, END)
    if end < begin:
        raise ValueError(f"{END} stands before {BEGIN}")
    indent = lines[begin][: len(lines[begin]) - len(lines[begin].lstrip())]
    block = [f"{indent}{line}\n" for line in _yaml(properties)]
    return "".join([*lines[: begin + 1], *block, *lines[end:]])


def _method(operation: Operation, function: str) -> Node:
    integration = {
        "type": "aws_proxy",
        "httpMethod": "POST",
        "uri": {"Fn::Sub": [_URI, {"Function": {"Ref": f"{function}.Alias"}}]},
    }
    method: Node = {"x-amazon-apigateway-integration": integration}
    if operation.access is not Access.PUBLIC:
        method["security"] = [{operation.access.value: []}]
    return method


def _gateway_response(refused: _Refused) -> Node:
    # `messageString` comes with its quotes.
    detail = json.dumps(refused.detail) if refused.detail else _ITS_OWN_WORDS
    template = (
        f'{{"type":"urn:umlauf:problem:{refused.code}",'
        f'"title":"{HTTPStatus(refused.status).phrase}","status":{refused.status},'
        f'"detail":{detail},"code":"{refused.code}",'
        '"instance":"urn:umlauf:request:$context.requestId"}'
    )
    return {
        "statusCode": refused.status,
        "responseParameters": {
            "gatewayresponse.header.Access-Control-Allow-Origin": _ORIGIN,
            "gatewayresponse.header.Content-Type": f"'{CONTENT_TYPE}'",
        },
        "responseTemplates": {"application/json": template},
    }


def _line_of(lines: Sequence[str], marker: str) -> int:
    found = [number for number, line in enumerate(lines) if line.strip() == marker]
    if len(found) != 1:
        raise ValueError(f"the template needs the line {marker!r} once, not {len(found)} times")
    return found[0]


_FLOW_WIDTH: Final = 100


def _yaml(node: Node) -> Iterator[str]:
    """Block style for what is long, flow style for what fits a line. JSON scalars are YAML."""
    for key, value in node.items():
        flow = f"{_key(key)}: {_flow(value)}"
        if isinstance(value, dict) and value and len(flow) > _FLOW_WIDTH:
            yield f"{_key(key)}:"
            yield from (f"  {line}" for line in _yaml(value))
        else:
            yield flow


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(key)}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def _key(key: str) -> str:
    return key if all(char.isalnum() or char in "/_-." for char in key) else json.dumps(key)
