"""The portal's settings: one TOML file, named by PORTAL_SETTINGS, with nothing that a person edits daily."""

from __future__ import annotations

import os
import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AnyHttpUrl, BaseModel, ConfigDict, Field, SecretStr, model_validator


class Tier(StrEnum):
    """Which environment this is; it decides banners, watermarks and what mail may do."""

    DEVELOPMENT = "development"
    TEST = "test"
    DEMO = "demo"
    PRODUCTION = "production"


class Settings(BaseModel):
    """Everything the process must know before it serves; an unknown key is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    tier: Tier
    public_url: AnyHttpUrl
    extra_hosts: list[str] = []
    office_file: Path
    secret_key: SecretStr = Field(min_length=32)
    password_salt: SecretStr = Field(min_length=16)
    totp_secret: SecretStr = Field(min_length=16)
    database_url: SecretStr
    documents_engine: Literal["local", "s3"] = "local"
    documents_path: Path
    """This server's own directory: of all documents, or beside an S3 storage of files that are on their way."""
    documents_s3_endpoints: list[AnyHttpUrl] = []
    """Doors of one storage, asked in this order; the next one where one does not answer."""
    documents_s3_bucket: str = Field(default="", pattern=r"^$|^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")
    documents_s3_key: str = ""
    documents_s3_secret: SecretStr = SecretStr("")
    documents_s3_region: str = Field(default="us-east-1", min_length=1)
    documents_s3_ca: Path | None = None
    signing_engine: Literal["pkcs12", "pkcs11"] = "pkcs12"
    signing_keystore: Path | None = None
    signing_passphrase: SecretStr = SecretStr("")
    signing_next_keystore: Path | None = None
    """A second key with its certificate. Of the two the portal signs with the newest that is valid at that instant."""
    signing_next_passphrase: SecretStr = SecretStr("")
    signing_trust: Path | None = None
    """The roots of every key that ever signed for the office, the present and the old ones."""
    signing_certificates: Path | None = None
    """pkcs11: the signers' certificates, one or more, each with what leads to its root (PEM); their keys are in the
    token, and are found by what they sign."""
    signing_pkcs11_module: Path | None = None
    signing_pkcs11_token: str = ""
    """The token's label."""
    signing_pkcs11_pin: SecretStr = SecretStr("")
    signing_pkcs11_environment: list[Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*=")]] = []
    """What the token's module wants to find in the environment, as `NAME=value` (SoftHSM: SOFTHSM2_CONF)."""
    signing_state: Path | None = None
    """A directory that all of this server's processes may write to: which PIN the token refused stands there."""
    timestamp_url: AnyHttpUrl | None = None
    """A time-stamp authority (RFC 3161). With one, receipts are stamped, and stamped anew each year (PAdES B-LTA)."""
    timestamp_user: str = ""
    timestamp_password: SecretStr = SecretStr("")
    timestamp_trust: Path | None = None
    """The roots that timestamps must lead to: those of every authority that was ever used."""
    timestamp_patience_hours: int = Field(default=24, ge=0)
    """For so long a receipt waits for an authority that is away; then it is signed without, and stamped later."""
    smtp_host: str = "localhost"
    smtp_port: int = Field(default=25, gt=0, lt=65536)
    mail_from: str = "filing@ipo.example"
    mail_page: bool = False
    """Keep mail and show it on a page instead of sending it: the developer's default, never a server's."""
    trusted_proxies: int = Field(default=1, ge=0, le=3)
    max_upload_bytes: int = Field(default=25 * 1024 * 1024, gt=0)
    number_prefix: str = Field(default="", pattern=r"^[A-Z]?$")
    scanner: str = Field(default="", pattern=r"^$|^tcp://[^:]+:\d+$|^unix:/.+$")

    @model_validator(mode="after")
    def _stamps_are_checked(self) -> Self:
        if self.timestamp_url and not (self.timestamp_trust and self.signing_trust):
            raise ValueError("timestamp_url needs timestamp_trust and signing_trust: what is stamped is checked first")
        return self

    @model_validator(mode="after")
    def _token_is_named(self) -> Self:
        named = self.signing_pkcs11_module and self.signing_pkcs11_token and self.signing_certificates
        if self.signing_engine == "pkcs11" and not named:
            raise ValueError(
                "signing_engine = pkcs11 needs signing_pkcs11_module, signing_pkcs11_token and signing_certificates"
            )
        return self

    @model_validator(mode="after")
    def _storage_is_whole(self) -> Self:
        """An S3 storage needs all that names it; beside a local directory it would be a storage that nobody uses."""
        named = {
            "documents_s3_endpoints": bool(self.documents_s3_endpoints),
            "documents_s3_bucket": bool(self.documents_s3_bucket),
            "documents_s3_key": bool(self.documents_s3_key),
            "documents_s3_secret": bool(self.documents_s3_secret.get_secret_value()),
        }
        wanted = self.documents_engine == "s3"
        wrong = [name for name, given in named.items() if given is not wanted]
        if wrong:
            must = "must be given" if wanted else "must not be given"
            raise ValueError(f"{', '.join(wrong)} {must} with documents_engine {self.documents_engine!r}")
        if self.documents_s3_ca and any(address.scheme != "https" for address in self.documents_s3_endpoints):
            raise ValueError("documents_s3_ca is for doors that speak https")
        return self


def settings_path() -> Path:
    """The settings file of this process: PORTAL_SETTINGS, else the servers' own place."""
    return Path(os.environ.get("PORTAL_SETTINGS", "/etc/portal/settings.toml"))


def load_settings(path: Path | None = None) -> Settings:
    """Read and validate the settings file; raises OSError, tomllib.TOMLDecodeError or pydantic.ValidationError."""
    path = path or settings_path()
    values = tomllib.loads(path.read_text(encoding="utf-8"))
    if url := os.environ.get("PORTAL_DATABASE_URL"):
        values["database_url"] = url
    return Settings.model_validate(values)
