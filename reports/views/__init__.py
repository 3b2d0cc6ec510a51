"""Pages of the reports application: they translate between requests and services, and decide nothing."""
