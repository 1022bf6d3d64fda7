"""Where the files that travel with the code are: in a checkout beside the package, in a wheel inside it."""

from pathlib import Path

from gateway.errors import GatewayError

_PACKAGE = Path(__file__).resolve().parent
_INSIDE_WHEEL = _PACKAGE / "_data"
_CHECKOUT = _PACKAGE.parent


class ResourceFolderError(GatewayError):
    """A folder that ships with the gateway is missing; the installation is incomplete."""


def schemas_dir() -> Path:
    """Give the folder of the XSDs and reference lists that ship with the gateway."""
    return _folder("schemas")


def routes_dir() -> Path:
    """Give the folder of the route tables that ship with the gateway."""
    return _folder("routes")


def migrations_dir() -> Path:
    """Give the folder of the Alembic migrations."""
    return _folder("migrations")


def _folder(name: str) -> Path:
    # The wheel comes first: beside an installed package lies site-packages, where a folder called
    # "migrations" may well be someone else's.
    parent = _INSIDE_WHEEL if _INSIDE_WHEEL.is_dir() else _CHECKOUT
    folder = parent / name
    if not folder.is_dir():
        message = f"De map {folder} ontbreekt; de installatie is niet volledig."
        raise ResourceFolderError(message)
    return folder
