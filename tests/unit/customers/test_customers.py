"""Sign-up, profile and consent: one account an address, and no marketing without a live yes."""

from dataclasses import fields, replace
from datetime import timedelta

import pytest

from tests.offer_fakes import NOW, OfferWorld
from umlauf.customers import events
from umlauf.customers.errors import BadProfile, EmailTaken, ProfileChanged, UnknownCustomer
from umlauf.customers.events import ConsentChanged, CustomerSignedUp
from umlauf.customers.model import Customer, EmailOwner, Language, Purpose
from umlauf.customers.use_cases.change_consent import change_consent
from umlauf.customers.use_cases.change_profile import ProfileChange, change_profile
from umlauf.customers.use_cases.sign_up_customer import SignUp, sign_up_customer
from umlauf.kernel.calendar import UnknownZone
from umlauf.kernel.work import Work

ADA = SignUp(
    command_key="k1",
    email=" Ada@Example.org ",
    name=" Ada Lovelace ",
    country="NL",
    language=Language.DUTCH,
    consents=frozenset({Purpose.MARKETING_EMAIL}),
)


def sign_up(world: OfferWorld, command: SignUp = ADA) -> Customer:
    return world.store.run(
        lambda work: sign_up_customer(command, work=work, customers=world.customers), NOW
    )


def consent(world: OfferWorld, customer: Customer, purpose: Purpose, *, is_given: bool) -> Customer:
    return world.store.run(
        lambda work: change_consent(
            customer.id, purpose, is_given=is_given, work=work, customers=world.customers
        ),
        NOW + timedelta(days=1),
    )


def test_a_new_customer_has_the_zone_of_their_country_and_a_clean_address() -> None:
    world = OfferWorld()
    ada = sign_up(world)
    assert (ada.email, ada.name, ada.time_zone) == (
        "ada@example.org",
        "Ada Lovelace",
        "Europe/Amsterdam",
    )
    assert ada.id == ADA.customer_id
    assert world.store.events == [
        CustomerSignedUp(ada.id, "NL", Language.DUTCH),
        ConsentChanged(ada.id, Purpose.MARKETING_EMAIL, is_given=True),
    ]


def test_a_repeated_sign_up_makes_no_second_customer() -> None:
    world = OfferWorld()
    assert sign_up(world).id == sign_up(world).id
    assert world.store.commits == 1


@pytest.mark.parametrize("address", ["ada@example.org", "ADA@example.ORG"])
def test_an_address_opens_one_account_however_it_is_written(address: str) -> None:
    world = OfferWorld()
    sign_up(world)
    with pytest.raises(EmailTaken) as refusal:
        sign_up(world, replace(ADA, command_key="k2", email=address))
    assert refusal.value.field == "email"


def test_of_two_sign_ups_racing_for_an_address_one_is_told_it_is_taken() -> None:
    world = OfferWorld()

    def rival(work: Work) -> None:
        sign_up(world, replace(ADA, command_key="rival"))

    world.store.before_commit = rival
    with pytest.raises(EmailTaken):
        sign_up(world)
    assert len(list(world.store.all(Customer))) == len(list(world.store.all(EmailOwner))) == 1


def test_a_key_reused_for_another_address_is_no_replay() -> None:
    world = OfferWorld()
    sign_up(world)
    with pytest.raises(EmailTaken):
        sign_up(world, replace(ADA, email="other@example.org"))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        pytest.param({"email": "ada"}, "email", id="no at"),
        pytest.param({"email": "a@b"}, "email", id="no domain"),
        pytest.param({"email": "a b@example.org"}, "email", id="space"),
        pytest.param({"email": "a@x@example.org"}, "email", id="two ats"),
        pytest.param({"email": f"{'a' * 64}@{'b' * 250}.org"}, "email", id="too long"),
        pytest.param({"name": "  "}, "name", id="no name"),
        pytest.param({"name": "a\nBcc: x"}, "name", id="control character"),
        pytest.param({"name": "a" * 121}, "name", id="endless name"),
        pytest.param({"country": "XX"}, "country", id="unknown country"),
        pytest.param({"country": "XX", "time_zone": "Europe/Berlin"}, "country", id="with zone"),
    ],
)
def test_a_profile_that_cannot_be_is_refused_by_field(change: dict[str, str], field: str) -> None:
    world = OfferWorld()
    with pytest.raises(BadProfile) as refusal:
        sign_up(world, replace(ADA, **change))  # type: ignore[arg-type]
    assert refusal.value.field == field
    assert world.store.commits == 0


def test_a_fixed_offset_is_no_time_zone() -> None:
    with pytest.raises(UnknownZone):
        sign_up(OfferWorld(), replace(ADA, time_zone="+02:00"))


def test_no_marketing_without_a_live_consent() -> None:
    world = OfferWorld()
    ada = sign_up(world, replace(ADA, consents=frozenset()))
    purpose = Purpose.MARKETING_EMAIL
    assert not ada.has_consented(purpose)
    assert consent(world, ada, purpose, is_given=True).has_consented(purpose)
    withdrawn = consent(world, ada, purpose, is_given=False)
    assert not withdrawn.has_consented(purpose)
    assert not withdrawn.has_consented(Purpose.LOCATION_TRACKING)


def test_saying_the_same_again_is_no_new_word() -> None:
    world = OfferWorld()
    ada = sign_up(world)
    commits = world.store.commits
    consent(world, ada, Purpose.MARKETING_EMAIL, is_given=True)
    consent(world, ada, Purpose.LOCATION_TRACKING, is_given=False)
    assert world.store.commits == commits


def test_one_consent_leaves_the_others_alone() -> None:
    world = OfferWorld()
    ada = sign_up(world)
    consent(world, ada, Purpose.LOCATION_TRACKING, is_given=True)
    stored = consent(world, ada, Purpose.LOCATION_TRACKING, is_given=False)
    assert stored.has_consented(Purpose.MARKETING_EMAIL)
    assert len(stored.consents) == 2


def test_of_two_editors_the_second_is_told() -> None:
    world = OfferWorld()
    seen = world.customers.get(sign_up(world).id)

    def edit(name: str, expected_version: int | None) -> Customer:
        command = ProfileChange(customer_id=seen.id, name=name, expected_version=expected_version)
        return world.store.run(
            lambda work: change_profile(command, work=work, customers=world.customers), NOW
        )

    edit("Ada King", seen.version)
    with pytest.raises(ProfileChanged):
        edit("Ada Byron", seen.version)
    assert world.customers.get(seen.id).name == "Ada King"
    assert edit("Ada Byron", None).name == "Ada Byron"
    commits = world.store.commits
    edit("Ada Byron", None)
    assert world.store.commits == commits


def test_a_change_names_only_what_changes() -> None:
    world = OfferWorld()
    ada = sign_up(world)
    command = ProfileChange(customer_id=ada.id, time_zone="Europe/Berlin")
    changed = world.store.run(
        lambda work: change_profile(command, work=work, customers=world.customers), NOW
    )
    assert changed == replace(ada, time_zone="Europe/Berlin", version=1)
    assert world.store.events[-1] == events.ProfileChanged(ada.id)


def test_a_strangers_profile_is_not_found() -> None:
    world = OfferWorld()
    with pytest.raises(UnknownCustomer):
        change_profile(
            ProfileChange(customer_id="cus_x", name="x"), work=Work(NOW), customers=world.customers
        )


def test_events_and_keys_carry_no_personal_data() -> None:
    world = OfferWorld()
    ada = sign_up(world)
    secrets = {ada.email, ada.name, "ada", "lovelace"}
    for event in world.store.events:
        values = {str(getattr(event, field.name)).lower() for field in fields(event)}
        assert not values & secrets
    (owner,) = world.store.all(EmailOwner)
    assert "@" not in owner.id
