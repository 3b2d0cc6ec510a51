"""Lists: filter, sort, page, choose columns, export exactly what is shown; the address holds all of it.

A view declares columns and filters once and gives a queryset, or a plain list of rows:

    listing = Listing(request, services, columns=COLUMNS, filters=FILTERS, sort="name")
    if listing.wants_export:
        return listing.export("services")
    return page(request, "agreements/services.html", {"listing": listing}, fragment="list")
"""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise, cached_property

PAGE_SIZES = (25, 50, 100, 250)


@dataclass(frozen=True)
class Column:
    """One column: `value(row)` is what the cell shows (text or safe markup), `export(row)` what the file holds.

    `sort`: names of model fields for a queryset; for a plain list a key function. `css`: "num" for figures.
    """

    key: str
    label: str | Promise
    value: Callable[[Any], Any]
    sort: tuple[str, ...] | Callable[[Any], Any] | None = None
    export: Callable[[Any], Any] | None = None
    css: str = ""

    def exported(self, row: Any) -> Any:
        """Return the plain value for a file; a text that a spreadsheet would run as a formula is disarmed."""
        value = self.export(row) if self.export else self.value(row)
        text = "" if value is None else str(value)
        return "'" + text if isinstance(value, str) and text[:1] in "=+-@\t\r" else text


@dataclass(frozen=True)
class Choice:
    """A filter by one of some values: `apply(rows, value)` narrows the rows."""

    name: str
    label: str | Promise
    choices: Sequence[tuple[str, str | Promise]]
    apply: Callable[[Any, str], Any]
    kind: str = field(default="choice", init=False)


@dataclass(frozen=True)
class Search:
    """A filter by text: for a queryset the names of the fields searched, for a list a function of row and text."""

    label: str | Promise
    fields: Sequence[str] = ()
    matches: Callable[[Any, str], bool] | None = None
    name: str = "q"
    kind: str = field(default="search", init=False)

    def apply(self, rows: Any, text: str) -> Any:
        """Return the rows that hold the text."""
        if self.matches is not None:
            matches = self.matches
            return [row for row in rows if matches(row, text)]
        wanted = Q()
        for name in self.fields:
            wanted |= Q(**{f"{name}__icontains": text})
        return rows.filter(wanted)


@dataclass(frozen=True)
class Heading:
    """A column's head as it is drawn."""

    column: Column
    url: str
    direction: str  # "ascending", "descending" or ""


class Listing:
    """A list as a page shows it; the template components/list.html draws it."""

    def __init__(
        self,
        request: HttpRequest,
        rows: Any,
        *,
        columns: Sequence[Column],
        filters: Sequence[Choice | Search] = (),
        sort: str = "",
        name: str = "list",
        keep: Sequence[str] = (),
    ) -> None:
        """Take what the address says: `?q=…&state=…&sort=-opened&page=2&size=50&cols=name&cols=owner`.

        `keep`: further names in the address, such as a tab's, that searching and filtering must not lose.
        """
        self.request, self.all_columns, self.filters, self.name = request, tuple(columns), tuple(filters), name
        self.query, self.keep = request.GET, keep
        self.sort = self.query.get("sort") or sort
        self.rows = self._sorted(self._filtered(rows))

    def _filtered(self, rows: Any) -> Any:
        """Return the rows that pass every filter in the address."""
        for found in self.filters:
            value = self.query.get(found.name, "").replace("\0", "").strip()
            if value and (isinstance(found, Search) or value in dict(found.choices)):
                rows = found.apply(rows, value)
        return rows

    def _sorted(self, rows: Any) -> Any:
        """Return the rows in the order of the address, with the primary key last so that pages never overlap."""
        down, key = self.sort.startswith("-"), self.sort.lstrip("-")
        column = next((one for one in self.all_columns if one.key == key and one.sort), None)
        if column is None or column.sort is None:
            return rows
        if callable(column.sort):
            return sorted(rows, key=column.sort, reverse=down)
        return rows.order_by(*[("-" if down else "") + name for name in column.sort], "pk")

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The columns that are shown: those of the address, else all."""
        wanted = self.query.getlist("cols")
        return tuple(column for column in self.all_columns if column.key in wanted) or self.all_columns

    @cached_property
    def size(self) -> int:
        """How many rows a page has."""
        size = self.query.get("size", "")
        return int(size) if size.isdigit() and int(size) in PAGE_SIZES else PAGE_SIZES[0]

    @cached_property
    def page(self) -> Any:
        """The page that is shown; a number beyond the last shows the last."""
        return Paginator(self.rows, self.size).get_page(self.query.get("page"))

    @property
    def total(self) -> int:
        """How many rows pass the filters."""
        return int(self.page.paginator.count)

    def url(self, **changes: str | int | None) -> str:
        """Return this list's address with some parameters changed; None takes one away."""
        query = self.query.copy()
        for key, value in changes.items():
            query.pop(key, None)
            if value not in (None, ""):
                query[key] = str(value)
        return f"?{query.urlencode()}" if query else self.request.path

    @property
    def headings(self) -> Iterator[Heading]:
        """The heads of the columns, with the address that sorts by each."""
        for column in self.columns:
            direction = {column.key: "ascending", f"-{column.key}": "descending"}.get(self.sort, "")
            turned = f"-{column.key}" if direction == "ascending" else column.key
            yield Heading(column, self.url(sort=turned, page=None) if column.sort else "", direction)

    @property
    def cells(self) -> Iterator[list[tuple[Column, Any]]]:
        """The rows of the page as (column, what the cell shows); values are made ready here, not in the template."""
        for row in self.page:
            yield [(column, column.value(row)) for column in self.columns]

    @property
    def controls(self) -> list[dict[str, Any]]:
        """The filters with their present values."""
        return [{"filter": found, "value": self.query.get(found.name, "")} for found in self.filters]

    @property
    def chips(self) -> list[dict[str, str]]:
        """The filters in force, each with the address that takes it away."""
        found = []
        for one in self.filters:
            value = self.query.get(one.name, "").strip()
            shown = str(dict(one.choices).get(value, "")) if isinstance(one, Choice) else value
            if shown:
                found.append({"text": f"{one.label}: {shown}", "url": self.url(**{one.name: None, "page": None})})
        return found

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What of the address stays when the list is searched or filtered."""
        return [(name, self.query[name]) for name in self.keep if self.query.get(name)]

    @property
    def clear_url(self) -> str:
        """The address without any filter."""
        return self.url(**{one.name: None for one in self.filters}, page=None)

    @property
    def sizes(self) -> list[dict[str, Any]]:
        """The page sizes on offer."""
        return [
            {"size": size, "url": self.url(size=size, page=None), "current": size == self.size} for size in PAGE_SIZES
        ]

    @property
    def column_choices(self) -> list[dict[str, Any]]:
        """All columns, each with whether it is shown."""
        shown = {column.key for column in self.columns}
        return [{"key": one.key, "label": one.label, "shown": one.key in shown} for one in self.all_columns]

    @property
    def pages(self) -> list[dict[str, Any]]:
        """The numbers of the pager, with gaps; none where one page holds everything."""
        found = self.page.paginator
        if found.num_pages < 2:
            return []
        numbers = found.get_elided_page_range(self.page.number, on_each_side=1, on_ends=1)
        return [
            {
                "number": one,
                "url": self.url(page=one) if isinstance(one, int) else "",
                "current": one == self.page.number,
            }
            for one in numbers
        ]

    @property
    def previous_url(self) -> str:
        """The address of the page before, or nothing."""
        return self.url(page=self.page.number - 1) if self.page.has_previous() else ""

    @property
    def next_url(self) -> str:
        """The address of the page after, or nothing."""
        return self.url(page=self.page.number + 1) if self.page.has_next() else ""

    @property
    def wants_export(self) -> bool:
        """Whether the address asks for a file."""
        return self.query.get("export") == "csv"

    @property
    def export_url(self) -> str:
        """The address of the file with exactly the rows and columns shown, all pages of them."""
        return self.url(export="csv", page=None)

    def export(self, name: str) -> HttpResponse:
        """Return the rows that pass the filters, in their order and columns, as a CSV file called `name`."""
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
        response.write("\ufeff")
        writer = csv.writer(response)
        writer.writerow([str(column.label) for column in self.columns])
        for row in self.rows:
            writer.writerow([column.exported(row) for column in self.columns])
        return response
