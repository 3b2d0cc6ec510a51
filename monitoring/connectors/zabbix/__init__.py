"""Zabbix by its API: events of a trigger or values of an item become facts; its own SLI is read for comparison."""

from monitoring.connectors.zabbix.connector import ZabbixConnector

connector = ZabbixConnector()
