"""Billing runs, what they issued, and contracts that could not be billed."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from umlauf.billing.numbering import DocumentNumber
from umlauf.billing.runs import BillingRun, IssuedDocuments, ParkedContract
from umlauf_http.wire import MoneyOut, Out, PageOut, money_out


class ReasonOut(Out):
    code: str
    contracts: int


class IssuedDocumentsOut(Out):
    """How many documents of a kind, and over how much in each currency."""

    kind: str
    count: int
    gross: list[MoneyOut]

    @classmethod
    def of(cls, issued: IssuedDocuments) -> "IssuedDocumentsOut":
        return cls(
            kind=issued.kind.value,
            count=issued.count,
            gross=[MoneyOut.of(amount) for amount in issued.gross],
        )


class RunReportOut(Out):
    """Counts contracts. Those skipped were not due any more when it was their turn.

    `parked_before` are those of the parked ones that earlier runs had to park too.
    """

    due: int
    billed: int
    nothing_to_charge: int
    skipped: list[ReasonOut]
    parked: list[ReasonOut]
    parked_before: int


class RunStatus(StrEnum):
    RUNNING = "running"
    FINISHED = "finished"


class RunOut(Out):
    """A run that runs is under way, or was cut off: then the next one goes on with it.

    One `is_by_hand` was started by staff, and tried every parked contract.
    """

    id: str
    status: RunStatus
    is_by_hand: bool
    started_at: datetime
    finished_at: datetime | None
    report: RunReportOut | None
    documents: list[IssuedDocumentsOut]
    voided_numbers: list[str]

    @classmethod
    def of(cls, run: BillingRun) -> "RunOut":
        report = run.report
        return cls(
            id=run.id,
            status=RunStatus.RUNNING if run.finished_at is None else RunStatus.FINISHED,
            is_by_hand=run.is_by_hand,
            started_at=run.started_at,
            finished_at=run.finished_at,
            report=None
            if report is None
            else RunReportOut(
                due=report.due,
                billed=report.billed,
                nothing_to_charge=report.nothing_to_charge,
                skipped=_reasons(report.skipped),
                parked=_reasons(report.parked),
                parked_before=report.parked_before,
            ),
            documents=[IssuedDocumentsOut.of(one) for one in run.documents],
            voided_numbers=list(run.voided_numbers),
        )


class RunsOut(PageOut[RunOut]):
    """Runs that had something to do, the newest first."""


class RunDocumentOut(Out):
    """What a number of a run was used for; a voided one says why it was not."""

    number: str
    use: str
    kind: str | None
    document_id: str | None
    gross: MoneyOut | None
    subscription_ids: list[str]
    reason: str | None

    @classmethod
    def of(cls, number: DocumentNumber) -> "RunDocumentOut":
        return cls(
            number=number.id,
            use=number.use.value,
            kind=number.document.value if number.document else None,
            document_id=number.document_id,
            gross=money_out(number.gross),
            subscription_ids=list(number.subscription_ids),
            reason=number.reason,
        )


class RunDocumentsOut(PageOut[RunDocumentOut]):
    """Documents of a run by number. A page may hold fewer than asked for, or none."""


class ParkedContractOut(Out):
    """A contract that could not be billed, and why.

    Each run of a day tries it again; one that `is_stuck` is tried daily, and when it is changed.
    """

    subscription_id: str
    due_at: datetime
    reason_code: str
    message: str
    run_id: str
    first_parked_at: datetime
    attempts: int
    is_stuck: bool
    tried_at: datetime | None

    @classmethod
    def of(cls, parked: ParkedContract) -> "ParkedContractOut":
        return cls(
            subscription_id=parked.id,
            due_at=parked.due_at,
            reason_code=parked.reason_code,
            message=parked.message,
            run_id=parked.run_id,
            first_parked_at=parked.first_parked_at,
            attempts=parked.attempts,
            is_stuck=parked.is_stuck,
            tried_at=parked.tried_at,
        )


class ParkedContractsOut(PageOut[ParkedContractOut]):
    """Contracts that wait, the oldest first."""


def _reasons(counts: Mapping[str, int]) -> list[ReasonOut]:
    return [ReasonOut(code=code, contracts=n) for code, n in sorted(counts.items())]
