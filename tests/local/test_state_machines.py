"""State machines under the movable clock: waits, retries, named errors, distributed maps."""

import json
from datetime import timedelta
from typing import Any

import pytest

from local.cloud import LocalCloud
from tests.local.conftest import Table

pytestmark = pytest.mark.local


def start(cloud: LocalCloud, name: str, items: list[int]) -> str:
    text = json.dumps({"name": name, "at": "now", "items": items})
    arn: str = cloud.client("stepfunctions").start_execution(
        stateMachineArn=cloud.outputs["Reminders"], name=name, input=text
    )["executionArn"]
    return arn


def describe(cloud: LocalCloud, arn: str) -> tuple[str, Any]:
    found = cloud.client("stepfunctions").describe_execution(executionArn=arn)
    return found["status"], json.loads(found.get("output") or "null")


def test_a_wait_ends_at_its_instant_and_the_map_does_every_item_in_order(
    cloud: LocalCloud, table: Table
) -> None:
    began = cloud.now()
    arn = start(cloud, "ann", [3, 1, 2])
    cloud.settle()
    assert describe(cloud, arn)[0] == "RUNNING"
    cloud.advance(timedelta(days=2, hours=23))
    assert describe(cloud, arn)[0] == "RUNNING"
    cloud.advance(timedelta(hours=1))
    assert describe(cloud, arn) == (
        "SUCCEEDED", {"done": [{"value": 6}, {"value": 2}, {"value": 4}]},
    )  # fmt: skip
    moments = {key.split()[-1] for key in table.sort_keys("task#ann") if key.startswith("item")}
    assert moments == {(began + timedelta(days=3)).isoformat()}


def test_an_error_is_matched_by_the_name_of_its_class(cloud: LocalCloud) -> None:
    arn = start(cloud, "refused", [])
    cloud.settle()
    assert describe(cloud, arn) == ("SUCCEEDED", {"refused": "not this one"})


def test_a_retry_pauses_in_the_clouds_time(cloud: LocalCloud, table: Table) -> None:
    began = cloud.now()
    arn = start(cloud, "flaky", [1])
    cloud.advance(timedelta(days=4))
    assert describe(cloud, arn)[0] == "SUCCEEDED"
    reminded = next(k for k in table.sort_keys("task#flaky") if k.startswith("remind"))
    assert reminded.split()[-1] == (began + timedelta(seconds=30 + 60)).isoformat()


def make(cloud: LocalCloud, name: str, states: dict[str, Any], **fields: Any) -> str:
    definition = {"QueryLanguage": "JSONata", "StartAt": next(iter(states)), "States": states}
    arn: str = cloud.client("stepfunctions").create_state_machine(
        name=name,
        definition=json.dumps(definition | fields),
        roleArn=cloud.client("iam").get_role(RoleName=cloud.resource("RemindersRole"))["Role"][
            "Arn"
        ],
    )["stateMachineArn"]
    return arn


def run(cloud: LocalCloud, machine: str, **given: Any) -> str:
    arn: str = cloud.client("stepfunctions").start_execution(
        stateMachineArn=machine, input=json.dumps(given)
    )["executionArn"]
    return arn


def test_a_distributed_map_hands_out_batches_and_tolerates_what_it_may(
    cloud: LocalCloud,
) -> None:
    inner = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "Count",
        "States": {"Count": {"Type": "Pass", "End": True,
                             "Output": "{% $count($states.input.Items) %}"}},
    }  # fmt: skip
    machine = make(cloud, "batches", {"Each": {
        "Type": "Map", "Items": "{% $states.input.items %}", "ItemProcessor": inner,
        "ItemBatcher": {"MaxItemsPerBatch": 4}, "End": True,
    }})  # fmt: skip
    arn = run(cloud, machine, items=list(range(10)))
    cloud.settle()
    assert describe(cloud, arn) == ("SUCCEEDED", [4, 4, 2])


def test_waits_inside_a_map_pass_at_the_same_time(cloud: LocalCloud) -> None:
    inner = {"StartAt": "Nap", "States": {"Nap": {
        "Type": "Wait", "Seconds": "{% $states.input %}", "End": True}}}  # fmt: skip
    machine = make(
        cloud,
        "naps",
        {
            "Each": {
                "Type": "Map",
                "Items": "{% $states.input.items %}",
                "ItemProcessor": inner,
                "End": True,
            }
        },
    )
    arn = run(cloud, machine, items=[60, 20, 40])
    cloud.advance(timedelta(seconds=59))
    assert describe(cloud, arn)[0] == "RUNNING"
    cloud.advance(timedelta(seconds=1))
    assert describe(cloud, arn) == ("SUCCEEDED", [60, 20, 40])


def test_branches_run_and_join(cloud: LocalCloud) -> None:
    def branch(seconds: int) -> dict[str, Any]:
        return {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": seconds, "End": True}}}

    machine = make(cloud, "branches", {"Both": {
        "Type": "Parallel", "Branches": [branch(30), branch(90)], "End": True}})  # fmt: skip
    arn = run(cloud, machine)
    cloud.advance(timedelta(seconds=89))
    assert describe(cloud, arn)[0] == "RUNNING"
    cloud.advance(timedelta(seconds=1))
    assert describe(cloud, arn)[0] == "SUCCEEDED"


def test_a_task_token_is_answered_or_times_out(cloud: LocalCloud) -> None:
    queue = cloud.client("sqs").create_queue(QueueName="tokens")["QueueUrl"]
    machine = make(cloud, "tokens", {
        "Ask": {
            "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Arguments": {"QueueUrl": queue,
                          "MessageBody": "{% $states.context.Task.Token %}"},
            "TimeoutSeconds": 3600, "End": True,
            "Catch": [{"ErrorEquals": ["States.Timeout"], "Output": "nobody", "Next": "Late"}],
        },
        "Late": {"Type": "Pass", "End": True},
    })  # fmt: skip
    answered, forgotten = run(cloud, machine), run(cloud, machine)
    cloud.settle()
    token = cloud.client("sqs").receive_message(QueueUrl=queue)["Messages"][0]["Body"]
    cloud.client("stepfunctions").send_task_success(taskToken=token, output='"yes"')
    cloud.settle()
    cloud.advance(timedelta(minutes=59))
    assert sorted(describe(cloud, arn)[0] for arn in (answered, forgotten)) == [
        "RUNNING", "SUCCEEDED"]  # fmt: skip
    cloud.advance(timedelta(minutes=1))
    assert sorted(describe(cloud, arn)[1] for arn in (answered, forgotten)) == ["nobody", "yes"]
