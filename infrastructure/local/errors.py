"""What stops the local cloud from starting, as one line a person can act on."""


class LocalCloudError(Exception):
    """The local cloud cannot start or go on; the message is the whole story, in one line.

    Commands print it without a traceback and exit with `EXIT_CODE`.
    """

    EXIT_CODE = 2


class NotSettled(LocalCloudError):
    """Work was still going on when the patience of `settle` ran out."""
