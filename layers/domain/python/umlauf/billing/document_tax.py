"""The tax of a document that charges, gives back, or both.

What it charges is taxed as a whole, per country, category and rate. What it gives back is taxed
document by document that it corrects: cumulatively, so that earlier roundings are made good, and
all that ever gives an invoice back bears exactly its tax, on whatever documents it stands. So where
all is given back, all documents of a contract bear no tax together.

Everything is told by how much was charged and credited: no document needs to be read again.
"""

from collections.abc import Iterable, Sequence

from umlauf.billing.charges import BilledCharge
from umlauf.billing.model import InvoiceLine, PriceBasis, TaxTreatment
from umlauf.billing.tax import TaxableAmount, TaxSplit, split_taxes, tax_in
from umlauf.kernel.money import Money, total


def taxes_of(
    lines: Sequence[InvoiceLine], before: Iterable[BilledCharge], basis: PriceBasis, currency: str
) -> TaxSplit:
    """The taxes of lines with an invoice's signs, and what each line is without tax.

    `before` are the charges of the corrected documents, all of them, as they stood before.
    """
    credited: dict[tuple[str, TaxTreatment], list[Money]] = {}
    for charge in before:
        credited.setdefault((charge.invoice_id, charge.treatment), []).append(charge.credited)
    charged: dict[TaxTreatment, list[Money]] = {}
    given: dict[tuple[str, TaxTreatment], list[Money]] = {}
    for line in lines:
        charged.setdefault(line.treatment, [])
        if line.corrects is None:
            charged[line.treatment].append(line.amount)
        else:
            corrected = line.corrects.invoice_id, line.treatment
            given.setdefault(corrected, []).append(-line.amount)

    taxes = {
        treatment: tax_in(total(amounts, currency), treatment.rate, basis)
        for treatment, amounts in charged.items()
    }
    for (document_id, treatment), amounts in given.items():
        earlier = total(credited.get((document_id, treatment), ()), currency)
        so_far = earlier + total(amounts, currency)
        rate = treatment.rate
        taxes[treatment] -= tax_in(so_far, rate, basis) - tax_in(earlier, rate, basis)
    taxable = [TaxableAmount(line.amount, line.treatment) for line in lines]
    return split_taxes(taxable, basis, currency, taxes)
