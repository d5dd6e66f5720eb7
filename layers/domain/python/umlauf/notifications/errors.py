"""What sending can run into."""

from umlauf.kernel.errors import InvalidInput, NotFound, Transient


class UnknownMessage(NotFound):
    code = "notifications.unknown_message"


class BeingSent(Transient):
    """Another delivery of the same news is sending this message right now."""

    code = "notifications.being_sent"


class PostUnavailable(Transient):
    """The mail service did not take the message; it may in a moment."""

    code = "notifications.post_unavailable"


class PostSilent(Transient):
    """The mail service gave no answer: nobody knows whether the message went out."""

    code = "notifications.post_silent"


class PostRefused(InvalidInput):
    """The mail service will never take this message."""

    code = "notifications.post_refused"
