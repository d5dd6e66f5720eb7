"""A command that is sent again is answered again, whatever happened in between."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from tests.functions.gateway import Gateway, Reply, customer_claims
from tests.unit.http.sample_app import NOW, Sample, Ticket
from umlauf.kernel.identifiers import derive_id
from umlauf.kernel.work import MAX_ATTEMPTS, Claim, Work
from umlauf_http.commands import KEPT_FOR

ORDER = {"plate": "B-UM 1", "day": "2026-11-23"}


def test_a_repeated_command_gets_its_first_answer_byte_for_byte(
    anna: Gateway, sample: Sample
) -> None:
    first = anna.post("/v1/tickets", ORDER, key="k1")
    second = anna.post("/v1/tickets", ORDER, key="k1")
    assert (first.status, second.status) == (201, 201)
    assert second.text == first.text
    assert second.headers["Location"] == first.headers["Location"]
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert sample.store.commits == 1


def test_order_of_members_and_spaces_do_not_make_another_command(anna: Gateway) -> None:
    first = anna.post("/v1/tickets", ORDER, key="k1")
    again = anna.post("/v1/tickets", '{ "day":"2026-11-23",\n "plate": "B-UM 1"}', key="k1")
    assert again.text == first.text


def test_a_reused_key_with_another_body_is_refused(anna: Gateway, sample: Sample) -> None:
    anna.post("/v1/tickets", ORDER, key="k1")
    reused = anna.post("/v1/tickets", {**ORDER, "plate": "B-UM 2"}, key="k1")
    assert (reused.status, reused.code) == (422, "idempotency.key_reused")
    assert sample.store.commits == 1


def test_two_callers_with_the_same_key_never_meet(anna: Gateway) -> None:
    anna.post("/v1/tickets", ORDER, key="k1")
    ben = anna.as_(customer_claims("cus_ben", "pool-1"))
    assert ben.post("/v1/tickets", {**ORDER, "plate": "B-UM 2"}, key="k1").status == 201


@pytest.mark.parametrize(
    ("key", "code"),
    [
        pytest.param(None, "idempotency.key_missing", id="no key"),
        pytest.param("", "idempotency.key_missing", id="empty key"),
        pytest.param("a#b", "idempotency.key_invalid", id="would break the claim's key"),
        pytest.param("k" * 129, "idempotency.key_invalid", id="too long"),
    ],
)
def test_a_command_needs_a_usable_key(anna: Gateway, key: str | None, code: str) -> None:
    refused = anna.post("/v1/tickets", ORDER, key=key)
    assert (refused.status, refused.code) == (400, code)


def test_an_answer_and_its_effects_are_one_transaction(anna: Gateway, sample: Sample) -> None:
    committed: list[Work] = []
    sample.store.before_commit = committed.append
    anna.post("/v1/tickets", ORDER, key="k1")
    (work,) = committed
    assert [aggregate.KIND for aggregate in work.aggregates] == ["ticket"]
    assert [claim.key for claim in work.claims] == ["COMMAND#customer:cus_anna#POST /v1/tickets#k1"]
    assert work.claims[0].expires_at == NOW + KEPT_FOR


def test_a_refused_command_may_be_corrected_under_the_same_key(anna: Gateway) -> None:
    assert anna.post("/v1/tickets", {**ORDER, "plate": ""}, key="k1").status == 400
    assert anna.post("/v1/tickets", ORDER, key="k1").status == 201


def test_of_two_twins_in_flight_one_acts_and_both_get_its_answer(
    anna: Gateway, sample: Sample
) -> None:
    """The rival is the same request: it commits after we decided and before we commit."""
    rival: list[str] = []
    sample.store.before_commit = lambda _: rival.append(
        anna.post("/v1/tickets", ORDER, key="k1").text
    )
    ours = anna.post("/v1/tickets", ORDER, key="k1")
    assert (ours.status, ours.text) == (201, rival[0])
    assert ours.headers["Idempotency-Replayed"] == "true"
    assert sample.store.commits == 1


def test_a_twin_that_reads_the_effects_of_the_other_is_no_conflict(
    anna: Gateway, sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rival commits between our look at the claim and our decision, which then says no."""
    looked: list[str] = []
    really_claimed: Callable[[str], Claim | None] = sample.store.claimed

    def claimed(key: str) -> Claim | None:
        found = really_claimed(key)
        looked.append(key)
        if len(looked) == 1:
            anna.post("/v1/tickets", ORDER, key="k1")
        return found

    monkeypatch.setattr(sample.store, "claimed", claimed)
    ours = anna.post("/v1/tickets", ORDER, key="k1")
    assert (ours.status, ours.headers.get("Idempotency-Replayed")) == (201, "true")
    assert sample.calls == ["B-UM 1", "B-UM 1"]
    assert sample.store.commits == 1


def test_a_decision_that_lost_a_race_is_made_anew(anna: Gateway, sample: Sample) -> None:
    ticket_id = anna.post("/v1/tickets", ORDER, key="k1").json["id"]

    def rival(_: Work) -> None:
        stored = sample.store.get(Ticket, ticket_id)
        assert stored is not None
        moved = Work(NOW)
        moved.put(replace(stored, day=date(2026, 12, 1)))
        sample.store.commit(moved)

    sample.store.before_commit = rival
    changed = anna.patch(f"/v1/tickets/{ticket_id}", {"plate": "B-UM 9"}, If_Match="*")
    assert changed.json == {"id": ticket_id, "plate": "B-UM 9", "day": "2026-12-01", "price": None}


def test_an_endless_race_ends_as_a_conflict(anna: Gateway, sample: Sample) -> None:
    ticket_id = anna.post("/v1/tickets", ORDER, key="k1").json["id"]
    races: list[int] = []

    def rival(_: Work) -> None:
        races.append(1)
        stored = sample.store.get(Ticket, ticket_id)
        assert stored is not None
        moved = Work(NOW)
        moved.put(stored)
        sample.store.commit(moved)
        sample.store.before_commit = rival

    sample.store.before_commit = rival
    lost = anna.patch(f"/v1/tickets/{ticket_id}", {"plate": "B-UM 9"}, If_Match="*")
    assert (lost.status, lost.code) == (409, "work.stale_version")
    assert len(races) == MAX_ATTEMPTS


def test_a_secret_is_answered_once_and_never_stored(public: Gateway, sample: Sample) -> None:
    login = {"name": "anna", "password": "correct horse"}
    first = public.post("/v1/logins", login, key="k1")
    again = public.post("/v1/logins", login, key="k1")
    assert first.json == {"name": "anna", "token": "token-of-correct horse"}
    assert again.json == {"name": "anna", "token": None}
    assert "horse" not in str(sample.store.claims)


def test_a_password_is_no_part_of_the_stored_fingerprint(public: Gateway) -> None:
    public.post("/v1/logins", {"name": "anna", "password": "one"}, key="k1")
    assert public.post("/v1/logins", {"name": "anna", "password": "two"}, key="k1").status == 201
    assert public.post("/v1/logins", {"name": "ben", "password": "one"}, key="k1").status == 422


def test_an_answer_that_is_a_secret_is_made_again_under_the_same_key(
    public: Gateway, sample: Sample
) -> None:
    for _ in range(2):
        answer = public.post("/v1/keys", {"name": "anna", "password": "x"}, key="k1")
        name = derive_id("cmd", "COMMAND#public#POST /v1/keys#k1")
        assert answer.json == {"name": name, "token": "fresh"}
    assert "fresh" not in str(sample.store.claims)
    assert public.post("/v1/keys", {"name": "ben", "password": "x"}, key="k1").status == 422
    assert public.post("/v1/keys", {"name": "ben", "password": "x"}).status == 400


def test_twins_whose_answer_is_a_secret_both_get_one(public: Gateway, sample: Sample) -> None:
    body = {"name": "anna", "password": "x"}
    rival: list[Reply] = []
    sample.store.before_commit = lambda _: rival.append(public.post("/v1/keys", body, key="k1"))
    assert public.post("/v1/keys", body, key="k1").text == rival[0].text
    assert sample.store.commits == 1
