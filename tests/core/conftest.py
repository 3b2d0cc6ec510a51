"""Profiles of the property tests: `default`, and `HYPOTHESIS_PROFILE=nightly pytest tests/core` for the long run."""

import os

from hypothesis import HealthCheck, settings

CALM = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)
settings.register_profile("default", max_examples=200, deadline=None, derandomize=True, suppress_health_check=CALM)
settings.register_profile("nightly", max_examples=20_000, deadline=None, suppress_health_check=CALM)
settings.register_profile("quick", max_examples=40, deadline=None, derandomize=True, suppress_health_check=CALM)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
