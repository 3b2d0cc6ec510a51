"""Tasks: the clock counted second by second."""

import numpy as np

from tests.core import oracle
from tests.core.oracles import frame as frames


def read(case):
    """The class of each second of the window, tasks in time, and tasks counted."""
    frame = frames.Frame(case)
    terms, spec = frame.terms, case.documents[0]["spec"]
    good = total = 0
    first = min((task["opened"] for task in case.rows), default=frame.start)
    last = max(case.as_of, first) + 1
    calendar = spec.get("calendars", {}).get(terms.get("hours"), {})
    agreed = [] if terms.get("maintenance") == "counted" else spec.get("exclusions", [])
    running = oracle.opened(frame.clock, calendar, first, last)
    running &= ~oracle.excluded(frame.clock, agreed, case.approved, first, last)
    for task in latest(case.rows):
        found = outcome(task, terms, (first, running), case.as_of)
        if found is None or not frame.start <= found[0] < frame.end:
            continue
        if frame.ever[found[0] - frame.low] == "out_of_term":
            continue
        good, total = good + found[1], total + 1
    return frame.painted(lambda second: "up" if total else "unknown"), good, total


def latest(rows):
    return {task["id"]: task for task in rows}.values()


def outcome(task, terms, clock, as_of):
    """When a task belongs and whether it was in time; None where it does not count."""
    if task["opened"] >= as_of or (terms.get("scope") and task["scope"] not in ("", *terms["scope"])):
        return None
    happened = {
        key: task[key] if task[key] is not None and task[key] < as_of else None for key in ("responded", "resolved")
    }
    done = happened["resolved"]
    if terms["clock"] == "responded" and happened["responded"] is not None:
        done = happened["responded"]
    horizon = as_of if done is None else done
    changes = [one for one in task["priorities"] if one[0] < horizon or one[0] == task["opened"]]
    priority = changes[-1][1]
    limits = terms["limit"] if isinstance(terms["limit"], dict) else None
    wanted = terms.get("priority", list(limits) if limits else None)
    if wanted is not None and priority not in wanted:
        return None
    limit = oracle.length_of(limits[priority] if limits else terms["limit"])
    start = changes[-1][0] if terms.get("repriority") == "rest" else task["opened"]
    due = due_at(start, limit, task["pauses"], clock, as_of)
    if done is None and (due is None or due >= as_of):
        return None
    in_time = done is not None and (due is None or done <= due)
    belongs = task["opened"] if terms.get("counts_in", "opened") == "opened" else done if done is not None else due
    return belongs, in_time


def due_at(start, limit, pauses, clock, as_of):
    """The instant at which the clock reaches the limit; None if it had not just before the moment asked about."""
    first, running = clock
    known = [(a, b if b is not None and b < as_of else as_of) for a, b in pauses if a < as_of]
    counted = (running & ~oracle.marked(known, first, first + len(running)))[start - first : max(as_of - first, 0)]
    reached = np.flatnonzero(np.cumsum(counted) == limit)
    return int(start + reached[0] + 1) if limit and len(reached) else None
