"""Why a wallet, a top-up or a start is refused."""

from umlauf.kernel.errors import Conflict, InvalidInput, NotFound, Transient


class UnknownWallet(NotFound):
    code = "wallets.unknown_wallet"


class UnknownSession(NotFound):
    code = "wallets.unknown_session"


class BadTopUp(InvalidInput):
    code = "wallets.bad_top_up"


class InsufficientBalance(Conflict):
    code = "wallets.insufficient_balance"


class TopUpNotCredited(Transient):
    """Its payment went back, and the news of its success has not come through yet."""

    code = "wallets.top_up_not_credited"


class StartRestricted(Conflict):
    code = "wallets.start_restricted"


class SessionAlreadyOpen(Conflict):
    code = "wallets.session_already_open"


class SessionNotOpen(Conflict):
    code = "wallets.session_not_open"


class TooManySessions(Conflict):
    code = "wallets.too_many_sessions"
