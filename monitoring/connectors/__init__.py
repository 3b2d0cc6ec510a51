"""Kinds of sources, one file each; a file that offers a `connector` is a kind of the same name."""

from importlib import import_module
from pkgutil import iter_modules

from monitoring.connectors.base import Connector, ConnectorError, config_check

__all__ = ["CONNECTORS", "Connector", "ConnectorError", "config_check"]

_modules = [import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__)]
CONNECTORS: dict[str, Connector] = {
    module.connector.kind: module.connector for module in _modules if hasattr(module, "connector")
}
