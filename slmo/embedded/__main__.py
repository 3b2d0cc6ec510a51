"""Run the supervisor, which is what `make run` becomes; or one command beside it, `make with ARGS="…"`."""

import sys

from slmo.embedded.beside import command_run
from slmo.embedded.refusal import Refusal
from slmo.embedded.supervisor import Supervisor


def main() -> int:
    """Return 0 after a clean stop, 1 after one sentence on standard error, or the command's own status."""
    try:
        if sys.argv[1:2] == ["with"]:
            return command_run(sys.argv[2:])
        return Supervisor().run()
    except Refusal as refusal:
        print(f"SLMO: {refusal}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
