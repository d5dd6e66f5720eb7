"""What a view has besides its parsed input: who calls, when, and the one work to fill."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from umlauf.kernel.identifiers import derive_id
from umlauf.kernel.work import Work
from umlauf_http.commands import Command
from umlauf_http.identity import Access, Identity
from umlauf_http.problems import Refusal


@dataclass(frozen=True)
class Call:
    """One attempt to answer a request. An attempt that lost a race is made anew with a new Call."""

    identity: Identity
    work: Work
    headers: Mapping[str, str]
    command: Command | None = None
    answer_headers: dict[str, str] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        return self.work.now

    @property
    def customer_id(self) -> str:
        if self.identity.access is not Access.CUSTOMER:
            raise AssertionError("only customer routes have a customer")
        return self.identity.name

    @property
    def command_id(self) -> str:
        """Names this command for ever: ids of what it makes and vendors' keys derive from it."""
        if self.command is None:
            raise AssertionError("this operation declares no idempotency key")
        return derive_id("cmd", self.command.key)

    def created(self, path: str) -> None:
        self.answer_headers["Location"] = path

    def show_version(self, version: int) -> None:
        self.answer_headers["ETag"] = entity_tag(version)

    def require_version(self, version: int) -> None:
        """The caller must have edited this very version (If-Match). Raises Refusal 412 or 428."""
        wanted = self.headers.get("if-match", "").strip()
        if not wanted:
            raise Refusal(
                428,
                "request.precondition_required",
                "send If-Match with the ETag of the version that you edited",
                field="If-Match",
            )
        tags = {tag.strip() for tag in wanted.split(",")}
        if "*" not in tags and entity_tag(version) not in tags:
            raise Refusal(
                412,
                "request.precondition_failed",
                "somebody changed this meanwhile; read it again and repeat your change",
                field="If-Match",
            )


def entity_tag(version: int) -> str:
    return f'"{version}"'
