"""Where documents and packages rest: content under its SHA-512, and names that are given once.

A caller that was answered may rely on it: a directory is fsynced, an S3 storage has written the copies it promises.
The database only points here, and a lost index can be rebuilt from what is here (design, "The way of one filing").
"""

from __future__ import annotations

from portal.context import settings
from portal.documents.store.base import (
    FILE_MODE,
    FOLDER_MODE,
    KEY,
    ContentAltered,
    DocumentStore,
    NameTaken,
    NotStored,
    StoreAway,
    Stored,
    StoreError,
    StoreFull,
    sync_file,
    sync_folder,
    translated,
)
from portal.documents.store.local import LocalStore
from portal.settings import Settings

__all__ = [
    "FILE_MODE",
    "FOLDER_MODE",
    "KEY",
    "ContentAltered",
    "DocumentStore",
    "LocalStore",
    "NameTaken",
    "NotStored",
    "StoreAway",
    "StoreError",
    "StoreFull",
    "Stored",
    "store",
    "store_of",
    "sync_file",
    "sync_folder",
    "translated",
]


def store() -> DocumentStore:
    """The store of the current application."""
    return store_of(settings())


def store_of(settings: Settings) -> DocumentStore:
    """The store that these settings name."""
    if settings.documents_engine == "s3":
        from portal.documents.store.s3 import S3Store  # noqa: PLC0415 - its library costs a second and 25 MB

        return S3Store.of(settings)
    return LocalStore(settings.documents_path)
