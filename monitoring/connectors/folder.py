"""A watched folder: files that are put there are taken, imported whole or refused whole, and put away.

A file is taken over by renaming it into `taken/`, which is one step for whoever else looks. What is recorded goes to
`archive/<month>/`, what can not be used to `refused/` with a file beside it that says why. A worker that dies leaves
the file in `taken/`, from where the next fetch reads it again.
"""

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _l

from monitoring.connectors.base import Connector
from monitoring.connectors.errors import ConnectorError
from monitoring.connectors.reasons import system_reason
from monitoring.connectors.tables import TableForm, TableRefused, table_facts, table_read
from monitoring.sentence import gettext as _
from slmo.core.units import Window

FILE_MOST, FILES_MOST = 32 * 1024 * 1024, 50
SETTLED = 10  # seconds since a file was last written to, after which it counts as whole
TAKEN, ARCHIVE, REFUSED = "taken", "archive", "refused"
PATTERNS = ("*.csv", "*.xlsx", "*.json")


class FolderForm(TableForm):
    """Which folder, which files, and how they become facts."""

    folder = forms.CharField(
        label=_l("Folder"), max_length=200, help_text=_l("Beneath the folder that WATCHED_FOLDERS names on the server.")
    )
    pattern = forms.CharField(
        label=_l("Files"),
        max_length=100,
        required=False,
        initial="",
        help_text=_l("Such as outages-*.csv. Left empty: all CSV, XLSX and JSON files."),
    )
    sheet = forms.CharField(
        label=_l("Sheet"), max_length=100, required=False, help_text=_l("Of a workbook; left empty: the first.")
    )
    layout = (("folder", "pattern"), *TableForm.mapping, ("sheet",))
    further = (*TableForm.further, "sheet")
    placeholders = {**TableForm.placeholders, "folder": "supplier-a"}

    def clean_folder(self) -> str:
        """Return the folder; raise ValidationError for one that is not there, or lies elsewhere."""
        try:
            place(self.cleaned_data["folder"])
        except ConnectorError as error:
            raise ValidationError(str(error)) from error
        return str(self.cleaned_data["folder"])

    def clean_pattern(self) -> str:
        """Return the pattern; raise ValidationError for one that names other folders."""
        if "/" in self.cleaned_data["pattern"] or "\\" in self.cleaned_data["pattern"]:
            raise ValidationError(_("A pattern names files, not folders."))
        return str(self.cleaned_data["pattern"])


class Folder(Connector):
    """Take what lies in a folder."""

    kind = "folder"
    label = _l("Watched folder")
    about = _l("Imports the files that somebody puts into a folder of the server; what can not be used is put aside.")
    icon = "folder"
    group = "file"
    form = FolderForm
    facts = ("states", "samples", "buckets", "tasks", "statements")
    windowed = True

    def brings(self, config: Mapping[str, Any]) -> str:
        """Return what the rows tell."""
        return str(config.get("facts") or "states")

    def origins(self, config: Mapping[str, Any]) -> tuple[str, ...]:
        """Return nobody: no other machine is asked."""
        return ()

    def fetch(self, config: Mapping[str, Any], window: Window, interval: int) -> Sequence[Any]:
        """Take the files, and return the facts of those that can be used; the others are put aside with the reason."""
        folder = place(str(config["folder"]))
        rows: dict[str, Any] = {}
        for path in [*_waiting(folder / TAKEN, "*"), *(_take(folder, one) for one in _new(folder, config))]:
            try:
                rows |= {row.key: row for row in _facts(path, config)}
            except ConnectorError as error:
                _put_aside(path, str(error))
        return list(rows.values())

    def preview(self, config: Mapping[str, Any], window: Window, interval: int) -> Sequence[Any]:
        """Return the facts of the files that wait, and leave them where they are."""
        return [row for path in _new(place(str(config["folder"])), config) for row in _facts(path, config)]

    def recorded(self, config: Mapping[str, Any]) -> None:
        """Put the files that were taken into the archive."""
        folder = place(str(config["folder"]))
        month = folder / ARCHIVE / f"{datetime.now(UTC):%Y-%m}"
        for path in _waiting(folder / TAKEN, "*"):
            month.mkdir(parents=True, exist_ok=True)
            path.rename(_free(month / path.name))

    def refused(self, config: Mapping[str, Any], sentence: str) -> None:
        """Put the files that were taken aside, with the reason."""
        for path in _waiting(place(str(config["folder"])) / TAKEN, "*"):
            _put_aside(path, sentence)


def place(name: str) -> Path:
    """Return a folder beneath the one that may be watched; raises ConnectorError where it is not there."""
    if not settings.WATCHED_FOLDERS:
        raise ConnectorError(_("No folder may be watched here: WATCHED_FOLDERS is not set."), again=False)
    root = Path(settings.WATCHED_FOLDERS).resolve()
    found = (root / name).resolve()
    if found == root or root not in found.parents:
        raise ConnectorError(_("The folder must lie beneath the one that may be watched."), again=False)
    if not found.is_dir():
        raise ConnectorError(_("There is no folder “%(name)s” beneath the one that may be watched.") % {"name": name})
    return found


def _new(folder: Path, config: Mapping[str, Any]) -> list[Path]:
    """Return the files that wait, but those that somebody may still be writing."""
    pattern = str(config.get("pattern") or "")
    written = time.time() - SETTLED
    return [path for path in _waiting(folder, *([pattern] if pattern else PATTERNS)) if path.stat().st_mtime <= written]


def _waiting(folder: Path, *patterns: str) -> list[Path]:
    """Return the plain files of a folder that fit, the earliest first; no links, nothing hidden or half-written."""
    if not folder.is_dir():
        return []
    found = [
        path for path in folder.iterdir()
        if not path.is_symlink() and path.is_file() and not path.name.startswith(".")
        and any(fnmatch(path.name.lower(), pattern.lower()) for pattern in patterns)
    ]  # fmt: skip
    return sorted(found, key=lambda path: (path.stat().st_mtime_ns, path.name))[:FILES_MOST]


def _take(folder: Path, path: Path) -> Path:
    """Take a file over in one step; raises ConnectorError where the folder can not be written."""
    try:
        (folder / TAKEN).mkdir(exist_ok=True)
        return path.rename(_free(folder / TAKEN / path.name))
    except OSError as error:
        values = {"name": path.name, "why": system_reason(error)}
        raise ConnectorError(_("The file %(name)s can not be taken over: %(why)s.") % values) from None


def _facts(path: Path, config: Mapping[str, Any]) -> Iterator[Any]:
    """Yield a file's facts; raises ConnectorError."""
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
            content = file.read(FILE_MOST + 1)
    except OSError as error:
        values = {"name": path.name, "why": system_reason(error)}
        raise ConnectorError(_("The file %(name)s can not be read: %(why)s.") % values) from None
    if len(content) > FILE_MOST:
        raise TableRefused(_("The file is larger than %(count)d MB. Split it.") % {"count": FILE_MOST // 2**20})
    yield from table_facts(table_read(content, path.name, sheet=str(config.get("sheet") or "")), config)


def _put_aside(path: Path, sentence: str) -> None:
    aside = path.parent.parent / REFUSED if path.parent.name == TAKEN else path.parent / REFUSED
    aside.mkdir(exist_ok=True)
    moved = path.rename(_free(aside / path.name))
    moved.with_name(moved.name + ".error.txt").write_text(sentence + "\n", encoding="utf-8")


def _free(path: Path) -> Path:
    """Return the path, or one with a number where something has that name already."""
    number, found = 2, path
    while found.exists():
        found = path.with_name(f"{path.stem}-{number}{path.suffix}")
        number += 1
    return found


connector = Folder()
