"""Attested: the last statement about each second."""

from tests.core.oracles import frame as frames


def read(case):
    """The class of each second."""
    frame = frames.Frame(case)
    rows = frames.in_scope(case.rows, frame.terms, lambda row: row[4])

    def state_of(second):
        over = [row for row in rows if row[0] <= second < row[1] and row[0] < case.as_of]
        return "unknown" if not over else "up" if max(over, key=lambda row: row[3])[2] else "down"

    return frame.painted(state_of)


def verdict(listed, closed):
    if "down" in listed:
        return "breached"
    if "up" not in listed:
        return "no_data"
    if not closed:
        return "on_track"
    return "indeterminate" if "unknown" in listed else "met"
