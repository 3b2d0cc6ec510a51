"""Looking up a host's addresses, and refusing those that a source may not reach."""

import ipaddress
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from monitoring.connectors.errors import ConnectorError, Unreachable
from monitoring.connectors.outbound.limits import Deadline
from monitoring.connectors.outbound.networks import networks_allowed
from monitoring.sentence import gettext as _

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
LOOKUPS = 32  # names looked up at once: the system's look-up knows no time limit, so that each waits in a thread
ADDRESSES_MOST = 8

# IPv6 addresses that carry an IPv4 address in their last 32 bits, which is the one that is meant.
CARRIERS = (
    ipaddress.ip_network("::ffff:0:0/96"),  # mapped, RFC 4291
    ipaddress.ip_network("::ffff:0:0:0/96"),  # translated, RFC 2765
    ipaddress.ip_network("::/96"),  # compatible, RFC 4291
    ipaddress.ip_network("64:ff9b::/96"),  # NAT64, RFC 6052
)
# Public by the registries, and yet never a service of somebody else's.
REFUSED = tuple(
    ipaddress.ip_network(text)
    for text in (
        "192.0.0.0/24",
        "64:ff9b:1::/48",
        "2001::/32",
        "2001:db8::/32",
        "2002::/16",
        "fec0::/10",
        "192.88.99.0/24",
        "168.63.129.16/32",
    )
)
# Where clouds tell machines their credentials: reached only where a network of this one address is allowed.
METADATA = frozenset(
    ipaddress.ip_address(text)
    for text in (
        "169.254.169.254", "169.254.170.2", "169.254.170.23", "100.100.100.200", "192.0.0.192", "168.63.129.16",
        "fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254",
    )
)  # fmt: skip


class Found(NamedTuple):
    """One address of a host, as `socket` takes it."""

    family: int
    address: str


def addresses_checked(host: str, port: int, deadline: Deadline) -> list[Found]:
    """Return the addresses of a host, each of which was checked.

    Raises ConnectorError where there is none, or one of them is neither public nor permitted; TimeoutError.
    """
    found = _looked_up(host, port, deadline)
    for one in found:
        if not permitted(one.address):
            sentence = _("%(host)s lies in a network that sources may not reach (%(address)s); ask an administrator.")
            raise ConnectorError(sentence % {"host": host, "address": one.address}, again=False)
    return found


def permitted(address: str) -> bool:
    """Tell whether an address is public, or lies in a network that an administrator has allowed."""
    number = _meant(ipaddress.ip_address(address.partition("%")[0]))
    if number in METADATA:
        return any(network.num_addresses == 1 and number in network for network in networks_allowed())
    return _public(number) or any(number in network for network in networks_allowed())


def _meant(number: Address) -> Address:
    """Return the IPv4 address that an address carries, else the address itself."""
    carried = int(number) > 1 and any(number in network for network in CARRIERS)
    return ipaddress.IPv4Address(int(number) & 0xFFFFFFFF) if carried else number


def _public(number: Address) -> bool:
    return number.is_global and not number.is_multicast and not any(number in network for network in REFUSED)


def _looked_up(host: str, port: int, deadline: Deadline) -> list[Found]:
    try:
        number = ipaddress.ip_address(host)
    except ValueError:
        return _asked(host, port, deadline)
    return [Found(socket.AF_INET if number.version == 4 else socket.AF_INET6, host)]


def _asked(host: str, port: int, deadline: Deadline) -> list[Found]:
    try:
        answer = _lookups.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM).result(deadline.left())
    except TimeoutError:
        sentence = _("The address of %(host)s could not be looked up in time.") % {"host": host}
        raise Unreachable(sentence, "no address in time") from None
    except (OSError, UnicodeError):
        raise ConnectorError(_("The name %(host)s has no address at the moment.") % {"host": host}) from None
    return list(dict.fromkeys(Found(int(info[0]), str(info[4][0])) for info in answer))[:ADDRESSES_MOST]


_lookups = ThreadPoolExecutor(LOOKUPS, thread_name_prefix="lookup")
