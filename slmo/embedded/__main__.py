"""Run the supervisor: what `make run` becomes once everything is installed."""

import sys

from slmo.embedded.refusal import Refusal
from slmo.embedded.supervisor import Supervisor


def main() -> int:
    """Return 0 after a clean stop, 1 after one sentence on standard error."""
    try:
        return Supervisor().run()
    except Refusal as refusal:
        print(f"SLMO: {refusal}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
