"""The engine: values in, values out, time is an argument. Standard library and NumPy; no Django."""

ENGINE_VERSION = "1.0"
