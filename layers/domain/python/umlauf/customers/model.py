"""Customers, their consents, and the block list.

A consent that was never given is not given. A block has a reason, an end and an appeal: no entry is
for ever, and none is silent.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from re import compile as pattern
from typing import ClassVar, Final

from umlauf.customers.billing_details import BillingDetails, FormerHome
from umlauf.customers.errors import BadBillingDetails, BadBlock, BadProfile
from umlauf.kernel.calendar import zone
from umlauf.kernel.identifiers import derive_id

COUNTRIES: Final[dict[str, str]] = {
    "AT": "Europe/Vienna",
    "BE": "Europe/Brussels",
    "CH": "Europe/Zurich",
    "DE": "Europe/Berlin",
    "FR": "Europe/Paris",
    "NL": "Europe/Amsterdam",
    "US": "America/New_York",
}
"""Where customers may live, with the time zone a new one's contracts get unless they choose one."""

LONGEST_NAME: Final = 120
_NO_DETAILS: Final = BillingDetails()
LONGEST_REASON: Final = 500
_LONGEST_EMAIL: Final = 254
_EMAIL = pattern(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f.]+(\.[^@\s\x00-\x1f.]+)+")


class Language(StrEnum):
    GERMAN = "de"
    DUTCH = "nl"
    ENGLISH = "en"


class Purpose(StrEnum):
    """What a consent may be asked for. Each is off until the customer says yes."""

    MARKETING_EMAIL = "marketing_email"
    LOCATION_TRACKING = "location_tracking"


class CustomerStatus(StrEnum):
    ACTIVE = "active"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Consent:
    """The latest word on one purpose. The earlier ones are in the events."""

    purpose: Purpose
    is_given: bool
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    KIND: ClassVar[str] = "customer"

    id: str
    email: str
    name: str
    country: str
    language: Language
    time_zone: str
    signed_up_at: datetime
    is_business: bool = False
    consents: tuple[Consent, ...] = ()
    status: CustomerStatus = CustomerStatus.ACTIVE
    billing: BillingDetails = _NO_DETAILS
    former_homes: tuple[FormerHome, ...] = ()
    """In order; `country` is where they live since the last."""
    version: int = 0

    def __post_init__(self) -> None:
        if not self.name.strip() or len(self.name) > LONGEST_NAME or not self.name.isprintable():
            raise BadProfile(f"name must be 1 to {LONGEST_NAME} printable characters", field="name")
        if self.country not in COUNTRIES:
            raise BadProfile(
                f"we do not sell in {self.country!r} yet; use one of {', '.join(COUNTRIES)}",
                field="country",
            )
        zone(self.time_zone)
        self._require_own_details()

    def _require_own_details(self) -> None:
        address, vat_id = self.billing.address, self.billing.vat_id
        if address is not None and address.country != self.country:
            raise BadBillingDetails(
                f"the address must lie in {self.country}, where the customer lives; to change "
                "that, say when they moved",
                field="address.country",
            )
        if vat_id is None:
            return
        if not self.is_business:
            raise BadBillingDetails("only a business has a VAT id; leave it out", field="vat_id")
        if vat_id.country != self.country:
            raise BadBillingDetails(
                f"a business in {self.country} needs a VAT id of that country, not of "
                f"{vat_id.country}",
                field="vat_id",
            )

    def country_on(self, day: date) -> str:
        """Where they lived on that day; the day of a move belongs to the new home."""
        return next((home.country for home in self.former_homes if day < home.until), self.country)

    def has_consented(self, purpose: Purpose) -> bool:
        """Whether there is a live consent: the latest word, and it was yes."""
        return any(consent.purpose is purpose and consent.is_given for consent in self.consents)

    def with_consent(self, purpose: Purpose, *, is_given: bool, at: datetime) -> "Customer":
        others = tuple(consent for consent in self.consents if consent.purpose is not purpose)
        return replace(self, consents=(*others, Consent(purpose, is_given, at)))


@dataclass(frozen=True, slots=True)
class EmailOwner:
    """Who signed up with an address. Its id is a digest, so that the key names nobody."""

    KIND: ClassVar[str] = "email_owner"

    id: str
    customer_id: str
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockEntry:
    """Why a customer may not order, and until when. Lifted ones stay on record."""

    KIND: ClassVar[str] = "block_entry"

    id: str
    customer_id: str
    reason: str
    entered_by: str
    starts_at: datetime
    expires_at: datetime
    lifted_at: datetime | None = None
    version: int = 0

    def __post_init__(self) -> None:
        if not self.reason.strip() or len(self.reason) > LONGEST_REASON:
            raise BadBlock(
                f"a block needs a reason a person can read, of up to {LONGEST_REASON} characters",
                field="reason",
            )
        if self.expires_at <= self.starts_at:
            raise BadBlock("a block must expire after it starts", field="expires_at")

    def is_live(self, now: datetime) -> bool:
        ended = self.expires_at if self.lifted_at is None else min(self.lifted_at, self.expires_at)
        return self.starts_at <= now < ended


def live_block(entries: Iterable[BlockEntry], now: datetime) -> BlockEntry | None:
    """The entry that refuses an order now: of several, the one that lasts longest."""
    live = [entry for entry in entries if entry.is_live(now)]
    return max(live, key=lambda entry: (entry.expires_at, entry.id), default=None)


def normalize_email(address: str) -> str:
    """The form under which an address is one and the same. Raises BadProfile."""
    address = address.strip().lower()
    if len(address) > _LONGEST_EMAIL or not _EMAIL.fullmatch(address):
        raise BadProfile("email must be an address like name@example.org", field="email")
    return address


def email_owner_id(address: str) -> str:
    return derive_id("eml", normalize_email(address))
