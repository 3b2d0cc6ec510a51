"""Begin every `make` target: see whether this Python will do, then hand over to slmo/embedded/install.py.

Written so that any Python since 2.7 can read it and say one clear sentence; all else needs 3.11.
"""

import os
import sys

OLDEST = (3, 11)


def refuse(sentence):
    """Write one sentence to standard error and return the exit status 1."""
    sys.stderr.write("SLMO: " + sentence + "\n")
    return 1


def main():
    """Return the exit status of the target named on the command line."""
    if sys.version_info < OLDEST:
        found = ".".join(str(number) for number in sys.version_info[:3])
        return refuse("Python 3.11 or newer is needed; %s is Python %s." % (sys.executable, found))
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    os.chdir(root)
    sys.path[0] = root
    sys.dont_write_bytecode = True  # the folder may be one that this user cannot write in
    from slmo.embedded import install
    from slmo.embedded.refusal import Refusal

    try:
        return install.target_run(sys.argv[1], sys.argv[2:])
    except Refusal as refusal:
        return refuse(str(refusal))
    except KeyboardInterrupt:
        return refuse("Interrupted; the next start goes on from here.")


if __name__ == "__main__":
    sys.exit(main())
