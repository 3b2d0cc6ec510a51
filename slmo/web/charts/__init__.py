"""Charts as pure functions: values and translated words in, ECharts options (plain JSON values) out.

Colours are names of design tokens ("$met-solid"): the browser puts in the theme's own, print and PDF theirs.
"""

from slmo.web.charts.backtest import backtest_bars, backtest_values, sensitivity
from slmo.web.charts.budget import budget_line, burn_sparkline
from slmo.web.charts.days import calendar_heatmap, outage_timeline
from slmo.web.charts.events import ratio_days, task_dots
from slmo.web.charts.forecast import calibration_points
from slmo.web.charts.periods import achieved_bars, whatif_bars
from slmo.web.charts.slices import slice_heat
from slmo.web.charts.values import value_days, value_periods

__all__ = [
    "achieved_bars",
    "backtest_bars",
    "backtest_values",
    "budget_line",
    "burn_sparkline",
    "calendar_heatmap",
    "calibration_points",
    "outage_timeline",
    "ratio_days",
    "sensitivity",
    "slice_heat",
    "task_dots",
    "value_days",
    "value_periods",
    "whatif_bars",
]
