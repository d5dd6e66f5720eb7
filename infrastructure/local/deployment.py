"""Deploys the template as `sam deploy` would: package, transform, create or update the stack."""

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass, field
from typing import Any

from botocore.client import BaseClient
from botocore.exceptions import ClientError

from local.boot import REGION, Ministack
from local.errors import LocalCloudError
from local.template import Template, as_json

STACK = "umlauf"
_ARTIFACTS = "local-artifacts"


@dataclass(frozen=True)
class Resource:
    """One deployed resource: its properties are the template's, with every reference resolved."""

    logical_id: str
    kind: str
    physical_id: str
    properties: dict[str, Any]


@dataclass
class Stack:
    """What was deployed."""

    outputs: dict[str, str] = field(default_factory=dict)
    resources: dict[str, Resource] = field(default_factory=dict)

    def of_kind(self, kind: str) -> list[Resource]:
        return [resource for resource in self.resources.values() if resource.kind == kind]


class Deployment:
    """One stack's packaging and its trip through CloudFormation."""

    def __init__(
        self, ministack: Ministack, client: "ClientFactory", parameters: dict[str, str]
    ) -> None:
        self._ministack = ministack
        self._client = client
        self._parameters = parameters

    def seed_parameters(self, values: dict[str, str]) -> None:
        """Store what an operator stores by hand in the cloud, secrets above all."""
        for name, value in sorted(values.items()):
            self._client("ssm").put_parameter(
                Name=name, Value=value, Type="SecureString", Overwrite=True
            )

    def deploy(self, template: Template) -> Stack:
        """Create or update the stack; a failure is one line naming the resource at fault."""
        self._make_bucket()
        body = json.loads(as_json(template.body))
        self._package(template, body)
        text = as_json(body).encode()
        key = f"{hashlib.sha256(text).hexdigest()[:16]}.template"
        self._client("s3").put_object(Bucket=_ARTIFACTS, Key=key, Body=text)
        self._apply(f"https://s3.{REGION}.amazonaws.com/{_ARTIFACTS}/{key}")
        return self._read()

    def _make_bucket(self) -> None:
        s3 = self._client("s3")
        try:
            s3.head_bucket(Bucket=_ARTIFACTS)
        except ClientError:
            s3.create_bucket(
                Bucket=_ARTIFACTS, CreateBucketConfiguration={"LocationConstraint": REGION}
            )

    def _package(self, template: Template, body: dict[str, Any]) -> None:
        """Point code at archives that only name the folder, from which functions really run."""
        for name, source in template.functions.items():
            properties = body["Resources"][name]["Properties"]
            bucket, key = self._archive(f"{name}:{source.folder.name}")
            properties["CodeUri"] = {"Bucket": bucket, "Key": key}
        for name, folder in template.layers.items():
            bucket, key = self._archive(f"{name}:{folder.name}")
            body["Resources"][name]["Properties"]["ContentUri"] = {"Bucket": bucket, "Key": key}

    def _archive(self, label: str) -> tuple[str, str]:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr(zipfile.ZipInfo("source.txt"), label)
        key = f"{hashlib.sha256(label.encode()).hexdigest()[:16]}.zip"
        self._client("s3").put_object(Bucket=_ARTIFACTS, Key=key, Body=buffer.getvalue())
        return _ARTIFACTS, key

    def _apply(self, url: str) -> None:
        cloudformation = self._client("cloudformation")
        request = {
            "StackName": STACK,
            "TemplateURL": url,
            "Capabilities": [
                "CAPABILITY_IAM",
                "CAPABILITY_NAMED_IAM",
                "CAPABILITY_AUTO_EXPAND",
            ],
            "Parameters": [
                {"ParameterKey": key, "ParameterValue": value}
                for key, value in sorted(self._parameters.items())
            ],
        }
        try:
            try:
                cloudformation.create_stack(**request)
            except cloudformation.exceptions.AlreadyExistsException:
                cloudformation.update_stack(**request)
        except ClientError as error:
            text = error.response["Error"]["Message"]
            if "No updates" in text:
                return
            message = f"template.yaml: {_one_line(text)}"
            raise LocalCloudError(message) from error
        self._wait(cloudformation)

    def _wait(self, cloudformation: BaseClient) -> None:
        # Ministack deploys on its loop between requests; each look lets it go on.
        for _ in range(100_000):
            stack = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
            status = stack["StackStatus"]
            if not status.endswith("IN_PROGRESS"):
                break
        else:
            message = "template.yaml: the deployment does not come to an end"
            raise LocalCloudError(message)
        if status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            events = cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]
            failed = [e for e in events if "FAILED" in e["ResourceStatus"]]
            first = failed[-1] if failed else {"LogicalResourceId": STACK}
            reason = first.get("ResourceStatusReason") or stack.get("StackStatusReason") or status
            message = f"template.yaml: Resources.{first['LogicalResourceId']}: {_one_line(reason)}"
            raise LocalCloudError(message)

    def _read(self) -> Stack:
        described = self._client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]
        return Stack(
            outputs={o["OutputKey"]: o["OutputValue"] for o in described.get("Outputs", [])},
            resources={
                name: Resource(
                    name,
                    record["ResourceType"],
                    record["PhysicalResourceId"],
                    json.loads(as_json(record.get("Properties") or {})),
                )
                for name, record in self._ministack.stack_resources(STACK).items()
                if record.get("PhysicalResourceId")
            },
        )


class ClientFactory:
    """Makes botocore clients for the local endpoint, one per service."""

    def __init__(self, endpoint: str) -> None:
        import botocore.session  # noqa: PLC0415 - after the process's credentials are set

        self._session = botocore.session.Session()
        self._endpoint = endpoint
        self._clients: dict[str, BaseClient] = {}

    def __call__(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = self._session.create_client(
                service,
                region_name=REGION,
                endpoint_url=self._endpoint,
                aws_access_key_id="test",
                aws_secret_access_key="test",  # noqa: S106 - the local cloud's fixed root key
            )
        return self._clients[service]


def _one_line(text: str) -> str:
    return " ".join(str(text).split())
