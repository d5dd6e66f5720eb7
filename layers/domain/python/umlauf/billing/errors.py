"""What billing refuses, each with the remedy."""

from umlauf.kernel.errors import Conflict, InvalidInput, NotFound


class UnknownInvoice(NotFound):
    code = "billing.unknown_invoice"


class UnknownContract(NotFound):
    """A subscription, its plan version or its customer is not there.

    Nothing can be billed on a guess.
    """

    code = "billing.unknown_contract"


class TaxRateUnknown(InvalidInput):
    """No rate is on record for the country, category and day: add it, then bill again."""

    code = "billing.tax_rate_unknown"


class VatIdMissing(InvalidInput):
    """A business in another country is taxed there by itself, but only with a checked VAT id."""

    code = "billing.vat_id_missing"


class AddressMissing(InvalidInput):
    """The invoice must show the customer's postal address, which was never said: enter it."""

    code = "billing.address_missing"


class TooManyCharges(InvalidInput):
    """More charges than one transaction holds: split the plan, or bill in smaller periods."""

    code = "billing.too_many_charges"


class NotInvoiceable(InvalidInput):
    code = "billing.not_invoiceable"


class RunFinished(Conflict):
    """The run was finished by somebody else; what is due now belongs to the next run."""

    code = "billing.run_finished"


class UnknownRun(NotFound):
    code = "billing.unknown_run"


class NotParked(Conflict):
    """Nothing keeps the contract from being billed: it was, or will be when it falls due."""

    code = "billing.not_parked"


class OverCredited(Conflict):
    """More would be given back than was billed; the message says what is left."""

    code = "billing.over_credited"


class NothingToCredit(Conflict):
    """There is nothing left to give back, or the total is one that is owed."""

    code = "billing.nothing_to_credit"


class UnknownLine(InvalidInput):
    """The document has no such line, or none that can be credited: choose one of those named."""

    code = "billing.unknown_line"


class NotCancellable(Conflict):
    """A cancellation mirrors a whole invoice; this one needs a credit note."""

    code = "billing.not_cancellable"


class UnknownCreditNote(NotFound):
    code = "billing.unknown_credit_note"


class UnknownCreditBalance(NotFound):
    code = "billing.unknown_credit_balance"


class CreditShort(Conflict):
    """The credit balance holds less than is asked of it; the message says how much."""

    code = "billing.credit_short"


class UnknownDocument(NotFound):
    """There is no invoice or credit note of that id, or it is not in the archive yet."""

    code = "billing.unknown_document"


class DocumentKeyTaken(Conflict):
    """The archive holds another document under this number; people must look at both."""

    code = "billing.document_key_taken"
