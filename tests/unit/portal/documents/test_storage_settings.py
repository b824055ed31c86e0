"""What the settings say of the documents' storage: all of it or nothing."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from portal.settings import Settings

OTHERS = {
    "tier": "test", "public_url": "https://filing.test.ipo.example", "office_file": "office.yml",
    "secret_key": "x" * 32, "password_salt": "x" * 16, "totp_secret": "x" * 16, "database_url": "sqlite://",
    "documents_path": "/srv/documents",
}  # fmt: skip
STORAGE = {
    "documents_engine": "s3",
    "documents_s3_endpoints": ["http://192.0.2.31:8080", "http://192.0.2.32:8080"],
    "documents_s3_bucket": "documents",
    "documents_s3_key": "office:portal",
    "documents_s3_secret": "a secret",
}


def test_a_directory_is_the_default_and_a_whole_storage_holds():
    assert Settings.model_validate(OTHERS).documents_engine == "local"
    assert Settings.model_validate(OTHERS | STORAGE).documents_engine == "s3"


@pytest.mark.parametrize("name", [name for name in STORAGE if name != "documents_engine"])
def test_a_storage_of_which_something_is_missing_is_refused(name):
    with pytest.raises(ValidationError, match=f"{name} must be given"):
        Settings.model_validate(OTHERS | {key: value for key, value in STORAGE.items() if key != name})


@pytest.mark.parametrize("name", [name for name in STORAGE if name != "documents_engine"])
def test_a_storage_that_nobody_would_use_is_refused(name):
    """Whoever wrote it believes that documents are there."""
    with pytest.raises(ValidationError, match=f"{name} must not be given with documents_engine 'local'"):
        Settings.model_validate(OTHERS | {name: STORAGE[name]})


@pytest.mark.parametrize(
    "wrong",
    [
        {"documents_engine": "swift"},
        {"documents_s3_endpoints": ["192.0.2.31:8080"]},
        {"documents_s3_bucket": "Documents of the office"},
        {"documents_s3_ca": "/etc/ssl/office.pem"},  # nothing that http would check
        {"documents_s3_region": ""},
    ],
)
def test_impossible_values_are_refused(wrong):
    with pytest.raises(ValidationError):
        Settings.model_validate(OTHERS | STORAGE | wrong)


def test_the_secret_is_not_told(capsys):
    with pytest.raises(ValidationError) as refused:
        Settings.model_validate(OTHERS | STORAGE | {"documents_s3_bucket": ""})
    assert "a secret" not in str(refused.value)
