"""The version of the package, written into every saved result."""

__version__ = "0.1.0"
