"""Sessions, and what no session took, in DynamoDB."""

from collections.abc import Iterator

from umlauf.kernel.work import Page
from umlauf.wallets.errors import UnknownSession
from umlauf.wallets.model import Session, UnsettledUsage
from umlauf_adapters.wallets.layouts import (
    SESSION,
    SESSIONS,
    UNSETTLED,
    UNSETTLED_USAGE,
    session_key,
    subscription_partition,
)


class DynamoSessions:
    """Implements umlauf.wallets.ports.Sessions."""

    def get(self, session_id: str) -> Session:
        session = self.find(session_id)
        if session is None:
            raise UnknownSession(
                f"there is no session {session_id!r}; start one", field="session_id"
            )
        return session

    def find(self, session_id: str) -> Session | None:
        return SESSIONS.get(*session_key(session_id))

    def list_of_subscription(
        self, subscription_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[Session]:
        return SESSIONS.page(
            subscription_partition(subscription_id),
            index="gsi1",
            prefix=SESSION,
            limit=limit,
            cursor=cursor,
            newest_first=True,
        )

    def unsettled_of(self, subscription_id: str) -> Iterator[UnsettledUsage]:
        """From an index that may lag behind."""
        return UNSETTLED_USAGE.all(
            subscription_partition(subscription_id), index="gsi1", prefix=UNSETTLED
        )

    def scan(self) -> Iterator[Session]:
        return SESSIONS.scan()

    def scan_unsettled(self) -> Iterator[UnsettledUsage]:
        return UNSETTLED_USAGE.scan()
