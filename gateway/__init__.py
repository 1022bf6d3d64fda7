"""A gateway for the iJw messages between youth-care providers and municipalities."""

__version__ = "0.1.0"
