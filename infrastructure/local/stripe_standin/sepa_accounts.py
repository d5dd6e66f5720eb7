"""Bank accounts for SEPA debits: Stripe's test IBANs, failure codes, and how long a debit takes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

SATURDAY = 5
_TEST_METHOD = "pm_sepaDebit_"
_IBAN_LENGTHS = range(15, 35)

# Stripe's failure codes for the reasons a bank may send (ISO 20022 R-codes). MS02 and MS03 tell no
# reason, which is what `refer_to_customer` stands for.
FAILURE_CODES = {
    "AC01": "invalid_account_number",
    "AC04": "account_closed",
    "AC06": "bank_account_restricted",
    "AC13": "generic_could_not_process",
    "AM04": "insufficient_funds",
    "BE05": "debit_authorization_not_match",
    "MD01": "debit_not_authorized",
    "MD02": "debit_authorization_not_match",
    "MD06": "debit_disputed",
    "MD07": "recipient_deceased",
    "MS02": "refer_to_customer",
    "MS03": "refer_to_customer",
    "RC01": "branch_does_not_exist",
    "RR01": "incorrect_account_holder_name",
}


@dataclass(frozen=True, slots=True)
class Fate:
    """How a debit of an account ends. `delay` None means the usual banking days."""

    failure_code: str | None = None
    network_code: str | None = None
    delay: timedelta | None = None


_AT_ONCE = timedelta(0)
_DELAYED = timedelta(minutes=3)

_SCENARIOS = {
    "success": Fate(delay=_AT_ONCE),
    "successDelayed": Fate(delay=_DELAYED),
    # Stripe documents only that these fail, not with which code.
    "failed": Fate("generic_could_not_process", delay=_AT_ONCE),
    "failedDelayed": Fate("generic_could_not_process", delay=_DELAYED),
    "exceedsWeeklyVolumeLimit": Fate("charge_exceeds_source_limit", delay=_AT_ONCE),
    "exceedsWeeklyTransactionLimit": Fate("charge_exceeds_weekly_limit", delay=_AT_ONCE),
    "insufficientFunds": Fate("insufficient_funds", "AM04", delay=_AT_ONCE),
}

_IBANS = {
    "at": {
        "success": "AT611904300234573201",
        "successDelayed": "AT321904300235473204",
        "failed": "AT861904300235473202",
        "failedDelayed": "AT051904300235473205",
        "disputed": "AT591904300235473203",
        "exceedsWeeklyVolumeLimit": "AT981904300000343434",
        "exceedsWeeklyTransactionLimit": "AT601904300000121212",
        "insufficientFunds": "AT981904300002222227",
    },
    "be": {
        "success": "BE62510007547061",
        "successDelayed": "BE78510007547064",
        "failed": "BE68539007547034",
        "failedDelayed": "BE51510007547065",
        "disputed": "BE08510007547063",
        "exceedsWeeklyVolumeLimit": "BE90510000343434",
        "exceedsWeeklyTransactionLimit": "BE52510000121212",
        "insufficientFunds": "BE90510002222227",
    },
    "de": {
        "success": "DE89370400440532013000",
        "successDelayed": "DE08370400440532013003",
        "failed": "DE62370400440532013001",
        "failedDelayed": "DE78370400440532013004",
        "disputed": "DE35370400440532013002",
        "exceedsWeeklyVolumeLimit": "DE65370400440000343434",
        "exceedsWeeklyTransactionLimit": "DE27370400440000121212",
        "insufficientFunds": "DE65370400440002222227",
    },
    "fr": {
        "success": "FR1420041010050500013M02606",
        "successDelayed": "FR3020041010050500013M02609",
        "failed": "FR8420041010050500013M02607",
        "failedDelayed": "FR7920041010050500013M02600",
        "disputed": "FR5720041010050500013M02608",
        "exceedsWeeklyVolumeLimit": "FR9720041010050000000343434",
        "exceedsWeeklyTransactionLimit": "FR5920041010050000000121212",
        "insufficientFunds": "FR9720041010050000002222227",
    },
    "nl": {
        "success": "NL39RABO0300065264",
        "successDelayed": "NL55RABO0300065267",
        "failed": "NL91ABNA0417164300",
        "failedDelayed": "NL28RABO0300065268",
        "disputed": "NL82RABO0300065266",
        "exceedsWeeklyVolumeLimit": "NL27RABO0000343434",
        "exceedsWeeklyTransactionLimit": "NL86RABO0000121212",
        "insufficientFunds": "NL27RABO0002222227",
    },
}

_SCENARIO_OF = {iban: scenario for ibans in _IBANS.values() for scenario, iban in ibans.items()}
# These cannot even be saved.
REFUSED_IBANS = {
    "AT271904300000055555": "sepa_debit_bank_not_supported",
    "AT511904300000066666": "sepa_debit_debits_not_supported",
    "BE19510000055555": "sepa_debit_bank_not_supported",
    "BE43510000066666": "sepa_debit_debits_not_supported",
    "DE91370400440000055555": "sepa_debit_bank_not_supported",
    "DE18370400440000066666": "sepa_debit_debits_not_supported",
    "FR2620041010050000000055555": "sepa_debit_bank_not_supported",
    "FR5020041010050000000066666": "sepa_debit_debits_not_supported",
}


def normalised(iban: str) -> str:
    return "".join(iban.split()).upper()


def iban_by_token(token: str) -> str | None:
    """Find the IBAN of `pm_sepaDebit_<scenario>_<country>`."""
    if not token.startswith(_TEST_METHOD):
        return None
    scenario, _, country = token.removeprefix(_TEST_METHOD).partition("_")
    return _IBANS.get(country, {}).get(scenario)


def needs_a_dispute(iban: str) -> bool:
    """Tell the accounts whose debits succeed only to be disputed at once."""
    return _SCENARIO_OF.get(iban) == "disputed"


def fate_of(iban: str) -> Fate:
    """Tell how a debit ends: as documented for test IBANs; any other one pays in a few days."""
    return _SCENARIOS.get(_SCENARIO_OF.get(iban, ""), Fate())


def is_iban(iban: str) -> bool:
    """Check form and check digits (ISO 7064, modulo 97)."""
    if not (
        iban.isascii() and iban.isalnum() and len(iban) in _IBAN_LENGTHS and iban[:2].isalpha()
    ):
        return False
    rearranged = iban[4:] + iban[:4]
    return int("".join(str(int(letter, 36)) for letter in rearranged)) % 97 == 1


def after_business_days(start: datetime, days: int) -> datetime:
    """Move on by banking days at the same time of day; weekends do not count, holidays do."""
    moment, left = start, days
    while left > 0:
        moment += timedelta(days=1)
        if moment.weekday() < SATURDAY:
            left -= 1
    return moment
