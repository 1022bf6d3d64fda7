"""The settings, from the environment (`IJW_…`) or a `.env` file; only the composition of the program reads them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from gateway.exchange.freeze import Freeze
from gateway.exchange.mail_address import MAIL_ADDRESS, MAIL_ADDRESS_LENGTH
from gateway.networks import read_networks
from gateway.resources import routes_dir, schemas_dir

MailAddress = Annotated[str, Field(pattern=MAIL_ADDRESS, max_length=MAIL_ADDRESS_LENGTH)]


class Settings(BaseSettings):
    """What an operator can set; every value has a default that works for one machine."""

    model_config = SettingsConfigDict(env_prefix="IJW_", env_file=".env", extra="ignore", env_ignore_empty=True)

    data_dir: Path = Path("var")
    database_url: SecretStr | None = None
    routes_dir: Path = Field(default_factory=routes_dir)
    schemas_dir: Path = Field(default_factory=schemas_dir)
    encryption_keys: SecretStr | None = None
    # Requests a second of each token, in each process; 0 sets no limit.
    rate_limit: Annotated[int, Field(ge=0, le=100_000)] = 1000
    # How long messages are kept; without, what gateway/exchange/retention.py says.
    retention_file: Path | None = None
    # A collector of OpenTelemetry, to which traces go (OTLP over HTTP).
    otlp_endpoint: Annotated[str | None, Field(pattern=r"^https?://[!-~]+$")] = None
    log_format: Literal["console", "json"] | None = None
    smtp_url: SecretStr | None = None
    # As whom the gateway mails, where bounces go, and how links in a mail begin.
    mail_from: MailAddress | None = None
    mail_return_address: MailAddress | None = None
    # The mailbox that the return address leads to.
    bounces_url: SecretStr | None = None
    # A PEM file with our key and certificate, to sign what is encrypted.
    smime_file: Path | None = None
    base_url: Annotated[str | None, Field(pattern=r"^https?://[!-~]+$")] = None
    # Signing in to the console by OpenID Connect: who has which group there has which role here.
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None
    oidc_roles_claim: str = "groups"
    oidc_roles: dict[str, Literal["viewer", "handler", "administrator", "auditor"]] = Field(default_factory=dict)
    # Whether a term in working days passes over Good Friday, and over which fifths of May.
    free_good_friday: bool = True
    free_liberation_day: Literal["always", "lustrum", "never"] = "always"
    # Connections to PostgreSQL for each process; the commits of a process share one of them.
    database_pool: Annotated[int, Field(ge=2, le=100)] = 8

    # Only these proxies are believed when they say who their client is, and which certificate it showed in that header.
    trusted_proxies: str | None = None
    client_certificate_header: str | None = None
    # What the gateway calls itself in an envelope of the GGk.
    ggk_application: Annotated[str, Field(min_length=3, max_length=50)] = "iJw-gateway"
    ggk_certificate: Path | None = None
    ggk_key: Path | None = None
    ggk_authorities: Path | None = None
    ggk_freeze: str | None = None
    # Networks beside the public internet that webhooks may lead to.
    webhook_networks: str | None = None

    @field_validator("trusted_proxies", "webhook_networks")
    @classmethod
    def _networks_are_networks(cls, value: str | None) -> str | None:
        try:
            read_networks(value)
        except ValueError:
            raise ValueError(
                "verwacht adressen of netwerken met komma's ertussen, zoals 127.0.0.1,10.0.0.0/24"
            ) from None
        return value

    @field_validator("ggk_freeze")
    @classmethod
    def _freeze_has_a_begin_and_an_end(cls, value: str | None) -> str | None:
        try:
            if value is not None:
                Freeze.parse(value)
        except ValueError:
            raise ValueError(
                "verwacht twee momenten met een tijdzone, zoals 2027-01-01T18:00+01:00/2027-01-03T06:00+01:00"
            ) from None
        return value

    @field_validator("database_url")
    @classmethod
    def _database_is_known(cls, value: SecretStr | None) -> SecretStr | None:
        # Only how it begins: checking a file must not wait for a database library to load. The rest is read when used.
        if value is not None and not value.get_secret_value().startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError("moet beginnen met postgresql+psycopg:// of sqlite:///")
        return value

    @property
    def embedded(self) -> bool:
        """Say whether the gateway keeps its own database, in the data folder."""
        return self.database_url is None

    @property
    def database(self) -> str:
        """Give the URL of the database in force."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data_dir.absolute() / 'gateway.db'}"

    @property
    def key_file(self) -> Path:
        """Give the file that holds the keys when none are set."""
        return self.data_dir / "encryption-keys"

    @property
    def logs_as_json(self) -> bool:
        """Say how to log: for people on a terminal, for machines elsewhere."""
        return self.log_format == "json" or (self.log_format is None and not sys.stderr.isatty())
