"""Why a table can not be used."""

from django.utils.translation import gettext as _

from monitoring.connectors.errors import ConnectorError


class TableRefused(ConnectorError):
    """A table that can not be used; the sentence names the row and the column where there are any."""

    def __init__(self, sentence: str, row: int = 0, column: str = "") -> None:
        """Say where and what; rows are counted as the file counts them, its head being row 1."""
        where = _("Row %(row)d, column %(column)s: ") % {"row": row, "column": column or "–"} if row else ""
        super().__init__(where + sentence, again=False)
        self.sentence, self.row, self.column = sentence, row, column
