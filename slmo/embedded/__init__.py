"""PostgreSQL and Valkey started beside the portal, and the supervisor of `make run`.

Read in this order: `servers` (what is started), `process` and `guardian` (how nothing is left behind), `supervisor`.
`refusal`, `checks` and `install` use the standard library only: they run before anything is installed.
"""
