"""The editor of a draft, part by part: an objective, a calendar, an exclusion."""
