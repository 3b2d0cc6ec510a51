"""Kinds of sources, one file or folder each; one that offers a `connector` is a kind of the same name."""

from importlib import import_module
from pkgutil import iter_modules

from monitoring.connectors.base import Checked, Connector, config_check
from monitoring.connectors.errors import ConnectorError, Unreachable

__all__ = ["CONNECTORS", "Checked", "Connector", "ConnectorError", "Unreachable", "config_check"]

_modules = [import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__)]
CONNECTORS: dict[str, Connector] = {
    module.connector.kind: module.connector for module in _modules if hasattr(module, "connector")
}
