"""Rows of facts on their way in, as tables show them before they are recorded."""

from datetime import UTC, datetime
from typing import Any

from monitoring.kinds import FactKind


def row_shown(kind: FactKind, row: Any) -> dict[str, Any]:
    """Return a row as the table shows it: when, what it says, and where."""
    start, end = kind.row_span(row)
    told = kind.shown(row)
    return {
        "start": moment_shown(start),
        "end": moment_shown(end),
        "state": told.get("state", ""),
        "cells": [] if kind.name == "states" else [told[name] for name in kind.labels],
        "scope": row.scope,
        "reference": row.reference,
    }


def labels_shown(kind: FactKind | None) -> list[Any]:
    """Return the heads of the cells; none for states, which have a column of their own."""
    return [] if kind is None or kind.name == "states" else list(kind.labels.values())


def moment_shown(seconds: int | None) -> datetime | None:
    """Return an instant as a time."""
    return datetime.fromtimestamp(seconds, UTC) if seconds is not None else None
