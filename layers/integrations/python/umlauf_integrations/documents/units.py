"""The units that quantities are counted in: their UN/ECE code and what people call them.

A unit that is not listed is a piece to machines and goes by its own name on the page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from umlauf.billing.model import LineDetail
from umlauf.customers.model import Language
from umlauf_integrations.documents.formats import formats

PIECE: Final = "C62"  # UN/ECE Recommendation 20: "one"


@dataclass(frozen=True, slots=True)
class Unit:
    """`names` holds one and many of it, per language."""

    code: str
    names: Mapping[Language, tuple[str, str]]


def _unit(code: str, german: str, dutch: str, english: str) -> Unit:
    """Each name is written `one|many`, or once if they are the same."""

    def forms(names: str) -> tuple[str, str]:
        one, _, many = names.partition("|")
        return one, many or one

    return Unit(
        code,
        MappingProxyType(
            {
                Language.GERMAN: forms(german),
                Language.DUTCH: forms(dutch),
                Language.ENGLISH: forms(english),
            }
        ),
    )


UNITS: Final[Mapping[str, Unit]] = MappingProxyType(
    {
        "period": _unit(PIECE, "", "", ""),
        "piece": _unit(PIECE, "Stück", "stuk|stuks", "piece|pieces"),
        "delivery": _unit(PIECE, "Lieferung|Lieferungen", "levering|leveringen", "box|boxes"),
        "ride": _unit(PIECE, "Fahrt|Fahrten", "rit|ritten", "ride|rides"),
        "wash": _unit(PIECE, "Waschgang|Waschgänge", "wasbeurt|wasbeurten", "wash|washes"),
        "event": _unit(PIECE, "Ereignis|Ereignisse", "gebeurtenis|gebeurtenissen", "event|events"),
        "transaction": _unit(
            PIECE,
            "Transaktion|Transaktionen",
            "transactie|transacties",
            "transaction|transactions",
        ),
        "seat": _unit(PIECE, "Platz|Plätze", "plaats|plaatsen", "seat|seats"),
        "user": _unit(PIECE, "Nutzer", "gebruiker|gebruikers", "user|users"),
        "turnover": _unit(PIECE, "Umsatz", "omzet", "turnover"),
        "lump_sum": _unit("LS", "pauschal", "forfait", "lump sum"),
        "second": _unit("SEC", "Sek.", "sec.", "sec"),
        "minute": _unit("MIN", "Min.", "min.", "min"),
        "hour": _unit("HUR", "Std.", "uur", "hr|hrs"),
        "day": _unit("DAY", "Tag|Tage", "dag|dagen", "day|days"),
        "week": _unit("WEE", "Woche|Wochen", "week|weken", "week|weeks"),
        "month": _unit("MON", "Monat|Monate", "maand|maanden", "month|months"),
        "year": _unit("ANN", "Jahr|Jahre", "jaar", "year|years"),
        "km": _unit("KMT", "km", "km", "km"),
        "kwh": _unit("KWH", "kWh", "kWh", "kWh"),
        "litre": _unit("LTR", "l", "l", "l"),
        "gigabyte": _unit("E34", "GB", "GB", "GB"),
    }
)


def quantity_text(quantity: Decimal, unit: str, language: Language) -> str:
    """As the page writes it: `12 Min.`."""
    name = unit_name(unit, quantity, language)
    return f"{formats(language).quantity(quantity)} {name}".strip()


def details_text(details: Sequence[LineDetail], language: Language) -> str:
    """What a quantity is made of: `boost 3 Min., eco 12 Min.`, or `17 Transaktionen`."""
    return ", ".join(
        f"{one.name} {quantity_text(one.quantity, one.unit, language)}".strip() for one in details
    )


def unit_code(unit: str) -> str:
    known = UNITS.get(unit)
    return known.code if known else PIECE


def unit_name(unit: str, quantity: Decimal, language: Language) -> str:
    known = UNITS.get(unit)
    if known is None:
        return unit.replace("_", " ")
    one, many = known.names[language]
    return one if abs(quantity) == 1 else many
