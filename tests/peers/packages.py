"""Debian's Prometheus, Alertmanager and Zabbix: installed where they are missing, started by nobody but these tests."""

import os
import shutil
import subprocess
from pathlib import Path

# what must be there → the packages that bring it
WANTED = {
    "prometheus": ("prometheus",),
    "promtool": ("prometheus",),
    "prometheus-alertmanager": ("prometheus-alertmanager",),
    "zabbix_server": ("zabbix-server-pgsql",),
    "php": ("php-cli",),
    "/usr/share/zabbix/api_jsonrpc.php": ("zabbix-frontend-php", "php-pgsql"),
    "/usr/share/zabbix-server-pgsql/schema.sql.gz": ("zabbix-server-pgsql",),
}
_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
_INSTALL = ("-o", "DPkg::Lock::Timeout=180", "install", "-q", "-y", "--no-install-recommends")
_SECONDS = 240


class PeerMissing(Exception):
    """A peer that these tests compare with cannot be had; the text says which, and why."""


def peers_ensure() -> None:
    """Install what is missing; raise PeerMissing where that cannot be."""
    if not (packages := _missing()):
        return
    print(f"\nTo be installed: {' '.join(packages)}", flush=True)
    _apt("update", "-q")
    _apt(*_INSTALL, *packages)
    if still := _missing():
        raise PeerMissing(f"Still missing after apt-get install: {' '.join(still)}.")


def program(name: str) -> str:
    """Return the path of a program; raise PeerMissing where there is none."""
    if found := shutil.which(name, path=_PATH):
        return found
    raise PeerMissing(f"There is no program {name} on this machine.")


def _missing() -> list[str]:
    """Return the packages of what is not there."""
    found: dict[str, None] = {}
    for wanted, packages in WANTED.items():
        there = Path(wanted).exists() if wanted.startswith("/") else shutil.which(wanted, path=_PATH)
        if not there:
            found |= dict.fromkeys(packages)
    return list(found)


def _apt(*arguments: str) -> None:
    """Run apt-get as root; the services of what it installs are not started. Raises PeerMissing where it fails."""
    # invoke-rc.d starts nothing in runlevel 1
    command = ["env", "RUNLEVEL=1", "DEBIAN_FRONTEND=noninteractive", "apt-get", *arguments]
    if os.geteuid() != 0:
        command = ["sudo", "-n", *command]
    try:
        answer = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PeerMissing(f"{' '.join(command)}: {error}") from error
    if answer.returncode and arguments[0] != "update":  # the lists of an earlier day may do
        said = (answer.stderr.strip() or answer.stdout.strip()).splitlines()[-3:]
        raise PeerMissing(f"{' '.join(command)} failed: {' / '.join(said)}")
