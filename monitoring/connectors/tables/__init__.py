"""Tables of any origin (CSV, XLSX, JSON, a query) as facts: what their columns and their words mean."""

from monitoring.connectors.tables.errors import TableRefused
from monitoring.connectors.tables.forms import TableForm
from monitoring.connectors.tables.reading import ROWS_MOST, ZIP, csv_read, json_items, table_read, whole_check
from monitoring.connectors.tables.rows import facts_of, table_facts
from monitoring.connectors.tables.xlsx import xlsx_read, xlsx_text

__all__ = [
    "ROWS_MOST",
    "ZIP",
    "TableForm",
    "TableRefused",
    "csv_read",
    "facts_of",
    "json_items",
    "table_facts",
    "table_read",
    "whole_check",
    "xlsx_read",
    "xlsx_text",
]
