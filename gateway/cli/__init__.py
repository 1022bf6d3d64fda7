"""The command line `ijw-gateway`: settings in, the same parts as the web application, and words for people.

Modules of the rest of the gateway are imported inside the commands that need them: `--help` answers at once, and
checking a file does not wait for a database driver to load.
"""

from gateway.cli.program import main

__all__ = ["main"]
