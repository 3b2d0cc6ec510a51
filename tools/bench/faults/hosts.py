"""Hosts on one machine: network namespaces of Linux on one bridge, each of which can be cut off from it.

The bridge's own address is "outside": what listens there is reached by all hosts. Needs root, and iproute2's `ip`.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress

PREFIX_LENGTH = 24


class NoHosts(Exception):
    """This machine lets nobody make namespaces of the network; the text says why."""


class Hosts:
    """Some hosts: their names as namespaces, the address outside, and their cables."""

    def __init__(self, count: int) -> None:
        """Choose names and addresses that nobody else on this machine has."""
        mark = os.getpid() % 0x10000
        self.bridge = f"slmo{mark:04x}"
        self.names = [f"{self.bridge}-{n}" for n in range(count)]
        self._net = f"10.{200 + mark // 256 % 50}.{mark % 256}"
        self.outside = f"{self._net}.1"
        self.network = f"{self._net}.0/{PREFIX_LENGTH}"
        self.address = f"{self.outside}/{PREFIX_LENGTH}"
        self.addresses = [f"{self._net}.{n + 10}" for n in range(count)]

    def make(self) -> None:
        """Make them all. Raises NoHosts."""
        if os.geteuid() != 0:
            raise NoHosts("Only root may make hosts (network namespaces).")
        if shutil.which("ip") is None:
            raise NoHosts("Hosts (network namespaces) need the program `ip`: install iproute2.")
        try:
            _ip("link", "add", self.bridge, "type", "bridge")
            _ip("addr", "add", self.address, "dev", self.bridge)
            _ip("link", "set", self.bridge, "up")
            for n, name in enumerate(self.names):
                self._host(n, name)
        except subprocess.CalledProcessError as error:
            self.clear()
            raise NoHosts(f"No hosts (network namespaces) can be made here: {error.stderr.strip()}") from error

    def _host(self, n: int, name: str) -> None:
        _ip("netns", "add", name)
        _ip("link", "add", f"{self.bridge}v{n}", "type", "veth", "peer", "name", "cable", "netns", name)
        _ip("link", "set", f"{self.bridge}v{n}", "master", self.bridge, "up")
        _ip("-n", name, "addr", "add", f"{self.addresses[n]}/{PREFIX_LENGTH}", "dev", "cable")
        _ip("-n", name, "link", "set", "lo", "up")
        _ip("-n", name, "link", "set", "cable", "up")

    def outside_more(self, count: int) -> list[str]:
        """Return further addresses outside, each a server of its own to whoever counts by address."""
        found = [f"{self._net}.{n + 100}" for n in range(count)]
        for one in found:
            _ip("addr", "replace", f"{one}/{PREFIX_LENGTH}", "dev", self.bridge)
        return found

    def cut(self, n: int) -> None:
        """Pull a host's cable out: nothing comes through any more, and nobody is told."""
        _ip("link", "set", f"{self.bridge}v{n}", "down")

    def mend(self, n: int) -> None:
        """Put the cable back."""
        _ip("link", "set", f"{self.bridge}v{n}", "up")

    def on(self, n: int, *command: str) -> list[str]:
        """Return a command line that runs a command on a host."""
        return ["ip", "netns", "exec", self.names[n], *command]

    def clear(self) -> None:
        """Take everything away; what runs on the hosts must have ended."""
        links = [("link", "del", f"{self.bridge}v{n}") for n in range(len(self.names))]
        for words in (*links, ("link", "del", self.bridge), *(("netns", "del", name) for name in self.names)):
            with suppress(subprocess.CalledProcessError):  # it was never made
                _ip(*words)


@contextmanager
def hosts_made(count: int) -> Iterator[Hosts]:
    """Give so many hosts; raises NoHosts where there can be none."""
    hosts = Hosts(count)
    hosts.make()
    try:
        yield hosts
    finally:
        hosts.clear()


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)
