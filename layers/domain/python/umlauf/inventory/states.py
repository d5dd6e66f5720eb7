"""The states of an asset and the ways between them.

Connectivity and lock state are other dimensions, told by the device.
"""

from enum import StrEnum
from typing import Final


class AssetState(StrEnum):
    IN_STOCK = "in_stock"
    RESERVED = "reserved"
    ON_RENT = "on_rent"
    RETURN_INSPECTION = "return_inspection"
    MAINTENANCE = "maintenance"
    IN_TRANSFER = "in_transfer"
    SWAP_OUT = "swap_out"
    MISSING = "missing"
    STOLEN = "stolen"
    WRITTEN_OFF = "written_off"
    RETIRED = "retired"


_S = AssetState
TRANSITIONS: Final[dict[AssetState, frozenset[AssetState]]] = {
    _S.IN_STOCK: frozenset({_S.RESERVED, _S.MAINTENANCE, _S.IN_TRANSFER, _S.RETIRED}),
    _S.RESERVED: frozenset({_S.ON_RENT, _S.IN_STOCK}),
    # ON_RENT reaches IN_STOCK only through an inspection.
    _S.ON_RENT: frozenset({_S.RETURN_INSPECTION, _S.MISSING, _S.SWAP_OUT}),
    _S.RETURN_INSPECTION: frozenset({_S.IN_STOCK, _S.MAINTENANCE, _S.RETIRED}),
    _S.MAINTENANCE: frozenset({_S.IN_STOCK, _S.RETIRED}),
    _S.IN_TRANSFER: frozenset({_S.IN_STOCK, _S.MISSING}),
    _S.SWAP_OUT: frozenset({_S.RETURN_INSPECTION}),
    _S.MISSING: frozenset({_S.STOLEN, _S.RETURN_INSPECTION, _S.ON_RENT}),
    _S.STOLEN: frozenset({_S.RETURN_INSPECTION, _S.WRITTEN_OFF}),
    _S.WRITTEN_OFF: frozenset(),
    _S.RETIRED: frozenset(),
}

WITH_HOLDER: Final = frozenset({_S.ON_RENT})
"""Always in somebody's hands."""

MAYBE_WITH_HOLDER: Final = frozenset({_S.MISSING, _S.STOLEN})
"""Lost in somebody's hands or on the street: the holder stays responsible until it is recovered."""


def is_allowed(state: AssetState, target: AssetState) -> bool:
    return target in TRANSITIONS[state]
