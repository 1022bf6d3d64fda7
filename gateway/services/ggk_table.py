"""`[municipality.ggk0210]`: the part of a route table that is about the GGk."""

from typing import Annotated, Final

from pydantic import Field, StringConstraints

from gateway.exchange.route import GgkDoor
from gateway.services.toml_table import DatedTable

GGK_URL: Final = r"^(https://[^\s/@?#]+|http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]+)?)(/[^\s]*)?$"
"""An address of the GGk: over TLS, or on this machine."""


class GgkTable(DatedTable):
    """Where and how the municipality takes envelopes of the GGk."""

    endpoint: Annotated[str, StringConstraints(pattern=GGK_URL, max_length=300)] | None = Field(
        default=None,
        description="het https-adres waar de gemeente enveloppen ontvangt; http mag alleen op deze machine (127.0.0.1)",
    )
    application: Annotated[str, StringConstraints(min_length=3, max_length=50)] = Field(
        default="GGk", description="hoe de applicatie van de gemeente in de envelop heet: 3 tot en met 50 tekens"
    )
    texts: bool = Field(default=False, description="of de gemeente ook tekstbestanden aanneemt: true of false")

    @property
    def door(self) -> GgkDoor:
        """Give what it says."""
        return GgkDoor(self.endpoint, self.application, self.texts)
