"""What overlapping facts say together, in the order of time: the same however finely they are cut."""

from collections.abc import Iterator

import numpy as np


def told_in_order(
    starts: np.ndarray, ends: np.ndarray, codes: np.ndarray, seqs: np.ndarray
) -> Iterator[tuple[int, int, str]]:
    """Yield spans with what facts say in them: their codes in the order of recording, each as it was last recorded.

    Adjoining spans that say the same are one.
    """
    order = np.lexsort((seqs, starts))
    starts, ends, codes, seqs = starts[order], ends[order], codes[order], seqs[order]
    if (ends[:-1] <= starts[1:]).all():
        yield from _runs(starts, ends, [str(code) for code in codes.tolist()])
        return
    edges = np.unique(np.concatenate((starts, ends)))
    cells: list[dict[int, None]] = [{} for _ in edges[:-1]]
    for row in np.argsort(seqs, kind="stable").tolist():
        first, last = np.searchsorted(edges, (starts[row], ends[row])).tolist()
        code = int(codes[row])
        for cell in cells[first:last]:
            cell.pop(code, None)
            cell[code] = None
    said = [",".join(map(str, cell)) for cell in cells]
    held = np.array([bool(one) for one in said])
    yield from _runs(edges[:-1][held], edges[1:][held], [one for one in said if one])


def _runs(starts: np.ndarray, ends: np.ndarray, said: list[str]) -> Iterator[tuple[int, int, str]]:
    """Yield spans in the order of time, those that adjoin and say the same as one."""
    begun: tuple[int, int, str] | None = None
    for start, end, text in zip(starts.tolist(), ends.tolist(), said, strict=True):
        if begun is not None and begun[1] == start and begun[2] == text:
            begun = (begun[0], end, text)
            continue
        if begun is not None:
            yield begun
        begun = (start, end, text)
    if begun is not None:
        yield begun
