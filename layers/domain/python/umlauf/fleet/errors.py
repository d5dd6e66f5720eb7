"""Why a device, a command or a restriction is refused."""

from umlauf.kernel.errors import Conflict, InvalidInput, NotFound


class UnknownDevice(NotFound):
    code = "fleet.unknown_device"


class UnknownCommand(NotFound):
    code = "fleet.unknown_command"


class UnknownRestriction(InvalidInput):
    """A measure or a reason that the policy engine has no rule for."""

    code = "fleet.unknown_restriction"


class BadReport(InvalidInput):
    code = "fleet.bad_report"


class AssetAlreadyFitted(Conflict):
    code = "fleet.asset_already_fitted"


class DeviceFittedElsewhere(Conflict):
    code = "fleet.device_fitted_elsewhere"


class DeviceEnrolledWithAnotherKey(Conflict):
    code = "fleet.device_enrolled_with_another_key"


class BadSigningRequest(InvalidInput):
    code = "fleet.bad_signing_request"
