"""The record at one look: every product by years, and what the last month brought."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import ExtractYear
from django.urls import reverse

from agreements.models import AgreementType
from monitoring.models import PeriodResult
from monitoring.selectors import results_visible
from slmo.accounts.models import User

ENDED = ("met", "breached", "indeterminate")
MONTH_LEAST = timedelta(days=28, hours=-1)  # a February in which clocks go forward
EVERYWHERE = timedelta(days=1)  # a month begins up to half a day off UTC's: a day later it has begun everywhere
ROWS_MOST = 8  # of what is delivered, and of what is received


@dataclass
class Tally:
    """Months of one product in one year, or of several together."""

    missed: int = 0
    met: int = 0
    indeterminate: int = 0
    url: str = ""

    @property
    def judged(self) -> int:
        """Return how many months were judged."""
        return self.met + self.missed

    @property
    def verdict(self) -> str:
        """Return the verdict that stands for all of them: the worst."""
        if self.missed:
            return "breached"
        return "met" if self.met else "indeterminate" if self.indeterminate else ""

    def add(self, other: "Tally") -> None:
        """Count another tally's months too."""
        self.missed, self.met = self.missed + other.missed, self.met + other.met
        self.indeterminate += other.indeterminate


@dataclass
class Product:
    """One service: its tallies by year, and together."""

    name: str
    url: str
    years: Mapping[int, Tally]
    cells: Sequence[Tally] = ()
    whole: Tally = field(default_factory=Tally)


@dataclass(frozen=True)
class Record:
    """Products by years: what is delivered to customers and what suppliers deliver, the worst first."""

    years: Sequence[int]
    delivered: Sequence[Product]
    received: Sequence[Product]
    more: int

    @property
    def groups(self) -> Iterable[tuple[str, Sequence[Product]]]:
        """Yield the two groups that have rows."""
        return [(name, rows) for name in ("delivered", "received") if (rows := getattr(self, name))]


def months_ended(user: User) -> QuerySet[PeriodResult]:
    """Return the results of whole months that have ended with a verdict."""
    whole = results_visible(user).filter(verdict__in=ENDED, end__gte=F("start") + MONTH_LEAST)
    return whole.order_by().select_related(None)


def record_of(user: User) -> Record | None:
    """Return the record of the products that the person may see, or None without one; one query."""
    rows = list(_rows(user))
    years = sorted({row["year"] for row in rows})
    products: dict[tuple[bool, str], dict[int, Tally]] = {}
    names: dict[str, str] = {}
    for row in rows:
        names[row["slug"]] = row["name"]
        key = (row["type"] == AgreementType.UC, row["slug"])
        tally = Tally(row["missed"], row["met"], row["indeterminate"], _matrix_url(row["name"], row["year"]))
        products.setdefault(key, {}).setdefault(row["year"], tally)
    if not products:
        return None
    found = [(received, _product(names[slug], slug, of, years)) for (received, slug), of in products.items()]
    delivered, received = (_worst(one for side, one in found if side is wanted) for wanted in (False, True))
    shown = delivered[:ROWS_MOST], received[:ROWS_MOST]
    return Record(years, *shown, more=len(found) - len(shown[0]) - len(shown[1]))


def _rows(user: User) -> Iterable[Mapping[str, Any]]:
    """Return the counts of months by product, kind of agreement and year."""
    about = "objective__agreement__service__"
    by = {"slug": F(about + "slug"), "name": F(about + "name"), "type": F("objective__agreement__type")}
    rows = months_ended(user).values(year=ExtractYear(F("start") + EVERYWHERE), **by)
    counts = {"missed": "breached", "met": "met", "indeterminate": "indeterminate"}
    counted: Any = rows.annotate(**{name: Count("pk", filter=Q(verdict=verdict)) for name, verdict in counts.items()})
    return counted


def _product(name: str, slug: str, of: Mapping[int, Tally], years: Sequence[int]) -> Product:
    """Return one product with a cell for every year of the record."""
    product = Product(name, reverse("service", args=[slug]), of, [of.get(year, Tally()) for year in years])
    for tally in product.cells:
        product.whole.add(tally)
    return product


def _worst(products: Iterable[Product]) -> list[Product]:
    """Return products, those that missed most first."""
    return sorted(products, key=lambda one: (-one.whole.missed, one.name))


def _matrix_url(name: str, year: int) -> str:
    """Return the address of the compliance matrix of one product in one year."""
    return f"{reverse('reports')}?{urlencode({'year': year, 'q': name})}"


@dataclass(frozen=True)
class LastMonth:
    """What the last month on record brought."""

    month: date
    met: int
    missed: int

    @property
    def judged(self) -> int:
        """Return how many objectives were judged in it."""
        return self.met + self.missed


def last_month(user: User, month: date) -> LastMonth:
    """Return what the month beginning on `month` brought; one query."""
    rows = months_ended(user).annotate(begun=F("start") + EVERYWHERE)
    rows = rows.filter(begun__date__gte=month.replace(day=1), begun__date__lte=month.replace(day=1) + 3 * EVERYWHERE)
    counts = rows.aggregate(met=Count("pk", filter=Q(verdict="met")), missed=Count("pk", filter=Q(verdict="breached")))
    return LastMonth(month, counts["met"], counts["missed"])
