"""The generated documents say what the operations do, and drift from them is noticed."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from openapi_spec_validator import validate

from tests.unit.http.sample_app import Sample
from umlauf_http import openapi
from umlauf_http.gateway_body import BEGIN, END, gateway_properties, replace_block
from umlauf_http.openapi_document import describe


@pytest.fixture
def document(sample: Sample) -> dict[str, Any]:
    return describe(sample.app.operations)


def test_the_document_is_valid_openapi(document: dict[str, Any]) -> None:
    validate(document)
    assert document["openapi"] == "3.1.0"


def test_a_command_documents_its_key_and_every_answer(document: dict[str, Any]) -> None:
    park = document["paths"]["/v1/tickets"]["post"]
    assert [one["name"] for one in park["parameters"]] == ["Idempotency-Key"]
    assert set(park["responses"]) == {
        "201", "400", "401", "409", "413", "415", "422", "503",
    }  # fmt: skip
    assert park["security"] == [{"customer": []}]
    assert park["summary"] == "Park here"


def test_query_parameters_are_spelled_out_and_never_null(document: dict[str, Any]) -> None:
    parameters = document["paths"]["/v1/tickets"]["get"]["parameters"]
    limit, cursor = parameters
    assert limit["schema"] == {"default": 20, "maximum": 100, "minimum": 1, "type": "integer"}
    assert cursor["schema"] == {"type": "string", "minLength": 1, "maxLength": 2048}
    assert "PageQuery" not in document["components"]["schemas"]


def test_staff_routes_name_their_groups(document: dict[str, Any]) -> None:
    assert document["paths"]["/v1/crashes"]["get"]["x-groups"] == ["admins"]


def test_two_operations_never_share_a_name(sample: Sample) -> None:
    with pytest.raises(ValueError, match="both called park"):
        describe([*sample.app.operations, sample.app.operations[0]])


TEMPLATE = f"""\
Resources:
  Api:
    Properties:
      {BEGIN}
      DefinitionBody: old
      {END}
      StageName: live
"""


def test_the_api_body_replaces_its_block_and_nothing_else(sample: Sample) -> None:
    generated = gateway_properties({"CustomerApi": sample.app.operations})
    text = replace_block(TEMPLATE, generated)
    properties = yaml.safe_load(text)["Resources"]["Api"]["Properties"]
    assert properties == {**generated, "StageName": "live"}
    assert replace_block(text, generated) == text


def test_the_api_body_asks_for_tokens_where_the_operations_do(sample: Sample) -> None:
    body = gateway_properties({"CustomerApi": sample.app.operations})["DefinitionBody"]
    assert body["paths"]["/v1/tickets"]["post"]["security"] == [{"customer": []}]
    assert body["paths"]["/v1/outages"]["get"]["security"] == [{"staff": []}]
    assert "security" not in body["paths"]["/v1/logins"]["post"]
    uri = body["paths"]["/v1/tickets"]["post"]["x-amazon-apigateway-integration"]["uri"]
    assert uri["Fn::Sub"][1] == {"Function": {"Ref": "CustomerApi.Alias"}}


@pytest.mark.parametrize("template", ["", f"{BEGIN}\n", f"{END}\n{BEGIN}\n", f"{BEGIN}\n" * 2])
def test_a_template_without_its_markers_is_refused(sample: Sample, template: str) -> None:
    with pytest.raises(ValueError, match="generated api body"):
        replace_block(template, {})


def test_drift_fails_the_check_and_is_written_away_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "openapi.json"
    file.write_text("old")
    monkeypatch.setattr(openapi, "generated", lambda _: {file: "new"})
    where = ["--root", str(tmp_path)]
    assert openapi.main(["--check", *where]) == 1
    assert "openapi.json differs" in capsys.readouterr().err
    assert file.read_text() == "old"
    assert openapi.main(where) == 0
    assert file.read_text() == "new"
    assert openapi.main(["--check", *where]) == 0
