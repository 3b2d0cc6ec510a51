"""Lines of the engine and how each is broken: a boundary, a sign, an order, a rounding."""

from typing import NamedTuple


class Mutation(NamedTuple):
    """One line's piece and what it becomes; it must stand exactly once in the file."""

    name: str
    file: str
    old: str
    new: str

    def applied(self, source: str) -> str:
        """Return the source with the line broken; raise ValueError unless the piece stands in it exactly once."""
        if source.count(self.old) != 1:
            raise ValueError(f"{self.name}: {self.old!r} stands {source.count(self.old)} times in {self.file}.")
        return source.replace(self.old, self.new)


def _core(name: str, file: str, old: str, new: str) -> Mutation:
    return Mutation(name, f"slmo/core/{file}", old, new)


MUTATIONS = (
    _core("a target that is just reached is missed", "terms/model.py", '">=": achieved >= ', '">=": achieved > '),
    _core("a strict target is met by equality", "terms/model.py", '">": achieved > ', '">": achieved >= '),
    _core("a most is exceeded by equality", "terms/model.py", '"<=": achieved <= ', '"<=": achieved < '),
    _core("the future counts as bad", "verdict.py", "Fraction(good + ahead, total + ahead)", "Fraction(good, total + ahead)"),
    _core("the future is forgotten", "verdict.py", "Fraction(good + ahead, total + ahead)", "Fraction(good, total)"),
    _core("unknown above its share includes the share", "verdict.py", "UNKNOWN] > share *", "UNKNOWN] >= share *"),
    _core("the share of unknown is of the known", "verdict.py", "COUNTED = (Class.UP, Class.DEGRADED, Class.DOWN, Class.UNKNOWN)", "COUNTED = (Class.UP, Class.DEGRADED, Class.DOWN)"),
    _core("the risk begins past three quarters", "verdict.py", "bad and (over or bad >= AT", "bad and (over or bad > 2 * AT"),
    _core("a single bad event never loses", "verdict.py", "if bad and target.value == 1:", "if bad and target.value > 1:"),
    _core("the budget is what must be good", "verdict.py", "Budget.of((1 - target.value) * total", "Budget.of(target.value * total"),
    _core("a figure is rounded instead of cut", "units.py", "value.numerator * 10**places // value.denominator", "round(value * 10**places)"),
    _core("a value is cut in the provider's favour", "result.py", 'target.op in ("<=", "<")\n    return', 'target.op in (">=", ">")\n    return'),
    _core("an exclusion beats the service hours", "kinds/base.py", "(hours.complement().clip(window), Class.OUT_OF_HOURS)", "(hours.complement().clip(window), Class.EXCLUDED)"),
    _core("the future is known", "kinds/base.py", "coming = (max(self.asked.as_of, window.start)", "coming = (max(self.asked.as_of + 1, window.start)"),
    _core("exclusions never reach the clock", "kinds/tasks.py", "hours.subtract(asked.excluded(version, terms, window))", "hours"),
    _core("a task done at its due instant is late", "kinds/tasks.py", "due is None or done <= due", "due is None or done < due"),
    _core("a task fails at its due instant", "kinds/tasks.py", "due < asked.as_of else TaskState.PENDING", "due <= asked.as_of else TaskState.PENDING"),
    _core("pending tasks count", "kinds/tasks.py", "if one.state is not TaskState.PENDING and", "if"),
    _core("a priority changed after the end re-targets", "kinds/tasks.py", "task.priority_at(done)", "task.priority_at(None)"),
    _core("the clock starts with every change", "kinds/tasks.py", "if own.from_change and (done", "if (done"),
    _core("a limit at closing time is due at the next opening", "clock.py", 'np.searchsorted(self.passed, reading, "left")', 'np.searchsorted(self.passed, reading, "right")'),
    _core("a pause does not stop the clock", "clock.py", "at = max(at, OPEN if ended is None else ended)", "at = max(at, OPEN if ended is None else begun)"),
    _core("a bucket belongs where it ends", "kinds/ratio.py", ".contains(self.known.start)", ".contains(self.known.end)"),
    _core("buckets of the moment asked about are known", "kinds/ratio.py", "mine.start < self.asked.as_of", "mine.start <= self.asked.as_of"),
    _core("no traffic is a failure", "kinds/ratio.py", "none = (known.good == 0) & ~perfect", "none = known.good == 0"),
    _core("a slice that ends now has not ended", "grid.py", "self.holding(times([max(instant, int", "self.holding(times([max(instant - 1, int"),
    _core("a slice is ahead once it starts", "kinds/slices.py", "ended = self.grid.starts(numbers) < self._ahead", "ended = self.grid.starts(numbers) <= self._ahead"),
    _core("a slice that has begun before an instant is forgotten", "grid.py", "- (self.midnights[day] - at) // self.length", "+ (at - self.midnights[day]) // self.length"),
    _core("the last slice of a day is as long as any", "grid.py", "np.minimum(self.starts(numbers) + self.length, self.midnights[day + 1])", "self.starts(numbers) + self.length"),
    _core("a slice is good if any of its parts is", "kinds/slices.py", "np.logical_and.at(good, of", "np.logical_or.at(good, of"),
    _core("the rank within a slice is rounded down", "groups.py", "np.maximum(-(-p * counts // q), 1) - 1", "np.maximum(p * counts // q, 1) - 1"),
    _core("sums within a slice may wrap around", "groups.py", "int(np.abs(values).max()) > _SAFE // most", "int(np.abs(values).max()) > 4 * _SAFE"),
    _core("what comes at the moment asked about is known", "volume.py", "at[order] < as_of", "at[order] <= as_of"),
    _core("an hour is a second longer", "volume.py", '"hour": 3600', '"hour": 3601'),
    _core("a task keeps its last priority", "volume.py", "one.priority_at(one.opened + 1)", "one.priority_at(None)"),
    _core("tasks of a suspended day count", "kinds/tasks.py", " & ~beyond.contains(at)", ""),
    _core("a suspended period still has a future", "compliance.py", "_SUSPENDED = (*COUNTED, Class.FUTURE)", "_SUSPENDED = COUNTED"),
    _core("the other target holds up to the limit", "compliance.py", "if reading.load.reprices and", "if not reading.load.reprices and"),
    _core("unknown slices are good", "kinds/slices.py", 'tally.unknown if counts_as == "up"', 'tally.unknown if counts_as != "up"'),
    _core("the nearest rank is the next lower", "percentile.py", "math.ceil(share * len(ordered))", "math.floor(share * len(ordered))"),
    _core("a percentile on a line counts all values", "percentile.py", "share * (len(ordered) - 1)", "share * len(ordered)"),
    _core("an outage of exactly the least length is left out", "kinds/outages.py", "if length >= terms.own.at_least", "if length > terms.own.at_least"),
    _core("the mean time to repair is over one too many", "kinds/outages.py", "Fraction(sum(lengths), len(lengths))", "Fraction(sum(lengths), len(lengths) + 1)"),
    _core("the first statement holds", "kinds/attested.py", "for one in self.asked.facts.statements.in_scope(self.terms.scope):", "for one in reversed(list(self.asked.facts.statements.in_scope(self.terms.scope))):"),
    _core("a tier holds its upper bound", "credits.py", "achieved < tier.below", "achieved <= tier.below"),
    _core("a tier lacks its lower bound", "credits.py", "achieved >= tier.at_least", "achieved > tier.at_least"),
    _core("the best of overlapping states wins", "timeline.py", "values.max(axis=0) if worst else values.min(axis=0)", "values.min(axis=0) if worst else values.max(axis=0)"),
    _core("an outage of exactly the minimum is forgiven", "timeline.py", "short = lengths < minimum", "short = lengths <= minimum"),
    _core("minutes are rounded", "timeline.py", "lengths[~short] // 60 * 60", "(lengths[~short] + 30) // 60 * 60"),
    _core("of two changes at one instant the first holds", "timeline.py", "last = np.concatenate((start[1:] != start[:-1], [True]))", "last = np.concatenate(([True], start[1:] != start[:-1]))"),
    _core("a correction yields to what came before it", "facts/columns.py", "seq >= last.get(key, seq)", "seq <= last.get(key, seq)"),
    _core("clocks that go back close early", "zones.py", "return at - second if first >= second", "return at - first if first >= second"),
    _core("a recurrence in the gap does not move", "zones.py", "return epoch(naive) - _offsets(zone, naive)[0]", "return epoch(naive) - _offsets(zone, naive)[1]"),
    _core("degraded is worth nothing", "kinds/availability.py", "terms.degraded * seconds[Class.DEGRADED]", "0 * seconds[Class.DEGRADED]"),
)  # fmt: skip
