"""What can go wrong with the gateway itself.

What is wrong with a *message* is a value, a finding. An exception of this tree means that we failed,
or that we were set up wrongly. There is no HTTP in here: the edges decide what a caller gets to see.
"""

from inspect import cleandoc


class GatewayError(Exception):
    """The gateway could not do its work."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or cleandoc(type(self).__doc__ or GatewayError.__doc__ or ""))


class ConfigurationError(GatewayError):
    """A setting is missing or wrong."""


class SchemaFolderError(ConfigurationError):
    """The folder with the schemas and code lists is missing or incomplete."""


class RouteTableError(ConfigurationError):
    """A route table is wrong."""


class KeyringError(ConfigurationError):
    """The encryption keys are missing, unreadable, or not the ones that the data was encrypted with."""


class DatabaseUnavailableError(GatewayError):
    """The database does not answer."""


class ConflictError(GatewayError):
    """What is stored already contradicts what was to be written."""


class ContentRemovedError(GatewayError):
    """The content of the message was removed when its term was over."""


class InvalidBerichtError(GatewayError):
    """The gateway made a message that does not fit the schema."""


class RuleFailedError(GatewayError):
    """A rule of the standard could not be judged."""

    def __init__(self, message: str | None = None, *, code: str = "") -> None:
        super().__init__(message)
        self.code = code
