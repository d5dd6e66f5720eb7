"""What the inventory refuses, each under a stable code."""

from umlauf.kernel.errors import Conflict, InvalidInput, NotFound


class UnknownAsset(NotFound):
    code = "inventory.unknown_asset"


class UnknownStation(NotFound):
    code = "inventory.unknown_station"


class BadAsset(InvalidInput):
    code = "inventory.bad_asset"


class BadStation(InvalidInput):
    code = "inventory.bad_station"


class SerialTaken(Conflict):
    code = "inventory.serial_taken"


class IllegalTransition(Conflict):
    """The asset's state does not allow it."""

    code = "inventory.illegal_transition"


class NotReserved(Conflict):
    """A hand-over needs a reservation for this very subscription."""

    code = "inventory.not_reserved"


class HeldByAnother(Conflict):
    code = "inventory.held_by_another"
