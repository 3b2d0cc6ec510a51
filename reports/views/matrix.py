"""The compliance matrix as a page and as a file."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agreements.models import AgreementType, Criticality
from agreements.selectors import agreements_visible
from monitoring.figures.numbers import SIGN
from reports.drawing import cells_html
from reports.forms import MatrixForm
from reports.months import month_text
from reports.selectors.counts import Counts, by_year, months_default
from reports.selectors.matrix import ROWS_A_PAGE, Cell, Question, Row, cells_fill, group_label, rows_read, tallies
from slmo.accounts.models import User
from slmo.accounts.policy import require
from slmo.web import words
from slmo.web.pages import page

WIDE = 18  # columns; from more than these on, cells show their marks alone
FORMULA_SIGNS = "=+-@\t\r"  # what spreadsheets take for the beginning of a formula


class Line(NamedTuple):
    """One row as it is shown."""

    title: str
    under: str
    url: str
    cells: SafeString
    missed: int


class Group(NamedTuple):
    """Rows under one heading."""

    name: str
    note: str
    rows: Sequence[Line]


class Column(NamedTuple):
    """One month as the head of a column: short name, year, and how many periods missed in it."""

    name: str
    year: str
    counts: Counts
    title: str


@login_required
@require_safe
def matrix(request: HttpRequest) -> HttpResponse:
    """Show who met what in which month: the first page of the reports."""
    form, question, months = _asked(request)
    shown = _page_of(request, question, rows_read(request.user, question))
    rows = cells_fill(list(shown), question)
    counts = months if not question.verdict else tallies(request.user, question, timezone.now())
    context = {
        "form": form,
        "question": question,
        "groups": _groups(rows, question),
        "columns": _columns(question, counts),
        "years": _years(request, question, months),
        "span": _span(question, counts),
        "shown": shown,
        "wide": len(question.months) > WIDE,
        "filtered": bool(form.asked().keys() - {"text", "group"} or question.text),
        "csv_url": f"{reverse('reports_matrix_csv')}?{request.GET.urlencode()}",
        "query": _query(request, page=None),
        "objectives": shown.paginator.count,
    }
    return page(request, "reports/matrix.html", context, fragment="matrix")


@login_required
@require_safe
def matrix_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Send all rows that the filters leave, with the columns that the page shows."""
    require(request.user, "export_view")
    _form, question, _months = _asked(request)
    rows = cells_fill(list(rows_read(request.user, question)), question)
    response = StreamingHttpResponse(_csv_lines(rows, question), content_type="text/csv; charset=utf-8")
    name = f"compliance-{month_text(question.first)}-{month_text(question.last)}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _asked(request: HttpRequest) -> tuple[MatrixForm, Question, dict[date, Counts]]:
    """Return the filled form, what it asks for, and how the record lies over the months."""
    form = MatrixForm(request.GET or None, organisations=_organisations(request.user))
    form.is_valid()
    today = timezone.localdate()
    question = Question(first=today, last=today, **form.asked())
    months = tallies(request.user, replace(question, verdict=""), timezone.now())
    first, last = _span_asked(form, months, today)
    form.show_span(first, last)
    return form, replace(question, first=first, last=last), months


def _span_asked(form: MatrixForm, months: dict[date, Counts], today: date) -> tuple[date, date]:
    """Return the months asked for: from and until, else a year, else the latest twelve that tell something."""
    data = getattr(form, "cleaned_data", {})
    default = months_default(months, today)
    if data.get("year"):
        return date(data["year"], 1, 1), date(data["year"], 12, 1)
    if form.errors.keys() & {"first", "last"}:
        return default
    first, last = data.get("first") or default[0], data.get("last") or default[1]
    return (first, last) if first <= last else default


def _organisations(user: User) -> list[tuple[int, str]]:
    """Return the parties of the agreements that the person sees."""
    pairs = (
        agreements_visible(user)
        .order_by()
        .values_list("provider_id", "provider__name", "customer_id", "customer__name")
    )
    found = {pk: name for row in pairs.distinct() for pk, name in (row[:2], row[2:])}
    return sorted(found.items(), key=lambda item: item[1])


def _page_of(request: HttpRequest, question: Question, rows: Any) -> Page:
    """Return the page of rows asked for; a number that does not exist shows the nearest one."""
    return Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))


def _groups(rows: Sequence[Row], question: Question) -> list[Group]:
    """Return the rows under their headings, with their cells drawn."""
    drawn = cells_html([row.cells for row in rows], numbers=len(question.months) <= WIDE)
    pairs = zip(rows, drawn, strict=True)
    lines = [(group_label(row.objective, question.group), _line(row, cells, question.group)) for row, cells in pairs]
    found = []
    for (name, note), members in groupby(lines, key=lambda pair: pair[0]):
        shown = Criticality(int(name)).label if question.group == "criticality" else name
        found.append(Group(str(shown), note, [line for _label, line in members]))
    return found


def _line(row: Row, cells: SafeString, group: str) -> Line:
    """Return one row as it is shown: the service first, then what was promised about it, and to whom."""
    about = row.objective
    url = reverse("objective", args=[about["slug"], about["name"]])
    return Line(str(about["service"]), _under(about, group), url, cells, row.missed)


def _under(about: Mapping[str, object], group: str) -> str:
    """Say what was promised and, unless the heading says it already, by or to whom."""
    received = about["type"] == AgreementType.UC
    party = about["provider" if received else "customer"]
    told = group in ("type", "provider") if received else group == "customer"
    return str(about["name"]) if told else f"{about['name']} · {party}"


def _columns(question: Question, counts: dict[date, Counts]) -> list[Column]:
    """Return the heads of the columns; the year stands where it begins."""
    found = []
    for place, month in enumerate(question.months):
        of = counts.get(month, Counts())
        year = str(month.year) if place == 0 or month.month == 1 else ""
        title = _("%(month)s: %(missed)d of %(judged)d missed") % {
            "month": words.month(month), "missed": of.missed, "judged": of.judged,
        }  # fmt: skip
        name = words.month_short(month).split()[0]
        found.append(Column(name[:1].upper() if len(question.months) > WIDE else name, year, of, title))
    return found


def _span(question: Question, counts: dict[date, Counts]) -> Counts:
    """Return the counts over the months shown."""
    total = Counts()
    for month in question.months:
        total.merge(counts.get(month, Counts()))
    return total


def _years(request: HttpRequest, question: Question, months: dict[date, Counts]) -> list[dict[str, Any]]:
    """Return the years on record, each with its counts, a link, and whether it is the one shown; then all of them."""
    known = by_year(months)
    shown = (question.first, question.last)
    found = [
        {
            "label": str(year),
            "counts": counts,
            "url": _query(request, year=year, first=None, last=None, page=None),
            "current": shown == (date(year, 1, 1), date(year, 12, 1)),
        }
        for year, counts in known.items()
    ]
    if len(found) > 1:
        judged = [month for month, counts in months.items() if counts.told]
        first, last = month_text(judged[0]), month_text(judged[-1])
        everything = Counts()
        for counts in known.values():
            everything.merge(counts)
        url = _query(request, year=None, first=first, last=last, page=None)
        current = shown == (judged[0], judged[-1])
        found.append({"label": _("All years"), "counts": everything, "url": url, "current": current})
    return found


def _query(request: HttpRequest, **changes: Any) -> str:
    """Return the page's own query string with some values changed; None takes a value out."""
    query = request.GET.copy()
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}"


def _csv_lines(rows: Sequence[Row], question: Question) -> Iterator[str]:
    """Yield the lines of the file: verdict and percentage of every month."""
    names = ["agreement", "title", "type", "service", "objective", "provider", "customer", "criticality"]
    for month in question.months:
        names += [f"{month_text(month)} {name}" for name in ("verdict", "percent", "value")]
    yield _csv_line(names)
    for row in rows:
        about = row.objective
        head = [
            about[key] for key in ("slug", "title", "type", "service", "name", "provider", "customer", "criticality")
        ]
        cells = [value for cell in row.cells for value in _csv_cell(cell)]
        yield _csv_line([*head, *cells])


def _csv_cell(cell: Cell | None) -> tuple[str, str, str]:
    """Return verdict, percentage and value of one month; of the last two one is empty."""
    if cell is None:
        return "", "", ""
    share = cell.figure.endswith(SIGN)
    return cell.verdict, cell.percent if share else "", "" if share else cell.figure


def _csv_line(values: Sequence[object]) -> str:
    """Return one line; text that a spreadsheet would take for a formula gets an apostrophe before it."""
    safe = [f"'{value}" if str(value)[:1] in FORMULA_SIGNS and str(value) else value for value in values]
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(safe)
    return buffer.getvalue()
