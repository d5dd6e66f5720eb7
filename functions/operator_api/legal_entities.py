"""The legal entities: who may bill, under which numbers, and in which books."""

from groups import LOOK_UP
from umlauf.billing.terms import ENTITIES, LegalEntity
from umlauf.customers.model import Language
from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.wire import Out

routes = Routes(__name__, Access.STAFF, groups=LOOK_UP)


class SeriesOut(Out):
    """What the numbers of each kind of document begin with."""

    invoices: str
    credit_notes: str
    cancellations: str
    deposits: str


class LegalEntityOut(Out):
    """`serves` are the countries whose contracts it bills, if no other is at home there.

    Its documents are written in `languages`, the first of them for whoever reads another. `chart`
    names the accounts its books are kept in, `time_zone` dates what it issues.
    """

    id: str
    name: str
    country: str
    vat_ids: list[str]
    languages: list[Language]
    time_zone: str
    payment_days: int
    iban: str
    series: SeriesOut
    chart: str
    serves: list[str]

    @classmethod
    def of(cls, entity: LegalEntity) -> "LegalEntityOut":
        series = entity.series
        return cls(
            id=entity.id,
            name=entity.name,
            country=entity.country,
            vat_ids=list(entity.details.vat_ids),
            languages=list(entity.languages),
            time_zone=entity.time_zone,
            payment_days=entity.payment_days,
            iban=entity.bank_account.iban,
            series=SeriesOut(
                invoices=series.invoices,
                credit_notes=series.credit_notes,
                cancellations=series.cancellations,
                deposits=series.deposits,
            ),
            chart=entity.chart,
            serves=sorted(entity.serves),
        )


class LegalEntitiesOut(Out):
    items: list[LegalEntityOut]


@endpoint(routes, "/v1/operator/legal-entities")
def list_legal_entities() -> LegalEntitiesOut:
    """List the legal entities, in order: of several that serve a country, the first bills."""
    return LegalEntitiesOut(items=[LegalEntityOut.of(one) for one in ENTITIES])
