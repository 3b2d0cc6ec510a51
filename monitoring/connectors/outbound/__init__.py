"""The only way out: whatever a source asks goes through here, bounded in time and size, and not into networks that are
neither public nor permitted. The address that was checked is the one that is connected to.

    Client            requests by HTTP with what all requests to one system have in common; gives JSON, text or bytes
    request           one request by HTTP, for a probe that wants to see even a wrong answer
    socket_open       a connection by TCP, with TLS where wanted
    addresses_checked the addresses of a host, for a client that connects by itself
"""

from monitoring.connectors.outbound.addresses import addresses_checked, permitted
from monitoring.connectors.outbound.answer import Answer
from monitoring.connectors.outbound.client import Client, basic, bearer
from monitoring.connectors.outbound.http import Ask, request
from monitoring.connectors.outbound.limits import DEFAULT, Deadline, Limits
from monitoring.connectors.outbound.networks import networks_allowed, networks_forget, networks_refresh
from monitoring.connectors.outbound.sockets import socket_open
from monitoring.connectors.outbound.tls import Trust
from monitoring.connectors.outbound.urls import url_split

__all__ = [
    "DEFAULT",
    "Answer",
    "Ask",
    "Client",
    "Deadline",
    "Limits",
    "Trust",
    "addresses_checked",
    "basic",
    "bearer",
    "networks_allowed",
    "networks_forget",
    "networks_refresh",
    "permitted",
    "request",
    "socket_open",
    "url_split",
]
