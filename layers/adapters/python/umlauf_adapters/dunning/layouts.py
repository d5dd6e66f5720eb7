"""Where dunning's aggregates lie: each alone, with a customer's cases in `gsi1`."""

from typing import Final

from umlauf.dunning.model import Case, Dossier
from umlauf_adapters.kernel.documents import encode_instant
from umlauf_adapters.kernel.items import context_table
from umlauf_adapters.kernel.layouts import Layout

_TABLE = context_table("dunning")
CASE: Final = "CASE"
DOSSIER: Final = "DOSSIER"


def case_partition(case_id: str) -> str:
    return f"CASE#{case_id}"


def invoice_partition(invoice_id: str) -> str:
    return f"INVOICE#{invoice_id}"


def customer_partition(customer_id: str) -> str:
    return f"CUSTOMER#{customer_id}"


CASES: Final = Layout(
    Case,
    _TABLE,
    key=lambda case: (case_partition(case.id), CASE),
    gsi1=lambda case: (
        customer_partition(case.customer_id),
        f"{encode_instant(case.opened_at)}#{case.id}",
    ),
)
DOSSIERS: Final = Layout(
    Dossier, _TABLE, key=lambda dossier: (invoice_partition(dossier.id), DOSSIER)
)
