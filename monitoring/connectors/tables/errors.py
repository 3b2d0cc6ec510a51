"""Why a table can not be used."""

from monitoring.connectors.errors import ConnectorError
from monitoring.sentence import Sentence
from monitoring.sentence import gettext as _


class TableRefused(ConnectorError):
    """A table that can not be used; the sentence names the row and the column where there are any."""

    def __init__(self, sentence: Sentence, row: int = 0, column: str = "") -> None:
        """Say where and what; rows are counted as the file counts them, its head being row 1."""
        place = {"row": row, "column": column or "–", "sentence": sentence}
        told = _("Row %(row)d, column %(column)s: %(sentence)s") % place if row else sentence
        super().__init__(told, again=False)
        self.sentence, self.row, self.column = sentence, row, column
