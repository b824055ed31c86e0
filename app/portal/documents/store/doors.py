"""The doors of an S3 storage: which is asked, for how long, and what its answers mean for a filing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from portal.documents.store.base import NotStored, StoreAway, StoreError, StoreFull

T = TypeVar("T")

CONNECT_SECONDS, READ_SECONDS = 1.0, 8.0
"""A door that hangs costs so much once; two tries stay well below what a browser or the server's watchdog waits."""
REST_SECONDS = 15.0
"""For so long a door that did not answer is asked last."""
LEAST_TRIES = 2
ABSENT = {"404", "NoSuchKey", "NotFound"}
FULL = {"QuotaExceeded", "StorageFull", "XMinioStorageFull", "InsufficientStorage"}
PASSING = {"BadDigest", "InvalidDigest", "XAmzContentSHA256Mismatch", "RequestTimeout", "IncompleteBody"}
"""What went wrong on the way only: the same request again may succeed."""


@dataclass(frozen=True)
class Access:
    """How a storage is reached: addresses in the order in which they are asked, and who asks."""

    endpoints: tuple[str, ...]
    bucket: str
    key: str
    secret: str
    region: str
    ca: str | None


@dataclass
class Door:
    """One address of the storage, and until when it is left alone (monotonic seconds)."""

    address: str
    client: Any
    rests_until: float = 0.0


class Passing(Exception):
    """One door did not do it; `meaning` is what that means when no other does."""

    def __init__(self, meaning: StoreError) -> None:
        self.meaning = meaning
        super().__init__(str(meaning))


class Doors:
    """All doors of one storage lead to the same documents; any of them will do."""

    def __init__(self, access: Access) -> None:
        self.bucket = access.bucket
        self._doors = [Door(address, _client(access, address)) for address in access.endpoints]

    def ask(self, doing: str, act: Callable[[Any], T], turn: int = 0) -> T:
        """Have `act` do something with a client, again at the next door where one does not answer.

        `turn` begins with another door: for who had a wrong answer from the first. `act` may be called several times.
        Raises NotStored, StoreFull and StoreAway.
        """
        for door in self._order(turn):
            try:
                return self._ask(door, doing, act)
            except Passing as passing:
                last = passing.meaning
        raise last

    def ask_each(self, doing: str, act: Callable[[Any], T]) -> dict[str, T]:
        """What `act` gives at each door by its address, without those that do not answer; raises as `ask` does."""
        found: dict[str, T] = {}
        last: StoreError = StoreAway(f"could not {doing}")
        for door in self._doors:
            try:
                found[door.address] = self._ask(door, doing, act)
            except Passing as passing:
                last = passing.meaning
        if not found:
            raise last
        return found

    def _ask(self, door: Door, doing: str, act: Callable[[Any], T]) -> T:
        """Ask one door. Raises Passing where another may do what this one did not."""
        try:
            return act(door.client)
        except ClientError as error:
            meaning = self._told(doing, door, error)
            if is_passing(error):
                raise Passing(meaning) from error
            raise meaning from error
        except (BotoCoreError, HTTPClientError, OSError) as error:
            door.rests_until = time.monotonic() + REST_SECONDS
            raise Passing(StoreAway(f"could not {doing}: {door.address}: {error}")) from error

    def _order(self, turn: int) -> Iterator[Door]:
        """Every door once, and at least so many tries; those that failed a moment ago come last."""
        now, start = time.monotonic(), turn % len(self._doors)
        doors = self._doors[start:] + self._doors[:start]
        doors.sort(key=lambda door: door.rests_until > now)
        for count in range(max(LEAST_TRIES, len(doors))):
            yield doors[count % len(doors)]

    def _told(self, doing: str, door: Door, error: ClientError) -> StoreError:
        code, status = _code(error), _status(error)
        said = f"could not {doing}: {door.address} answers {status} {code}"
        if status == 507 or code in FULL:
            return StoreFull(said)
        if code == "NoSuchBucket":
            return StoreAway(f"{said}: the bucket {self.bucket} is not there")
        return NotStored(said) if code in ABSENT else StoreAway(said)


def is_passing(error: ClientError) -> bool:
    """Whether another door, or the same one again, may do what this one did not."""
    return _status(error) in (408, 429, 500, 502, 503, 504) or _code(error) in PASSING


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _status(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def _client(access: Access, address: str) -> Any:
    """A client of one door. It never tries again by itself: `ask` does, elsewhere."""
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"total_max_attempts": 1},
        max_pool_connections=32,
        signature_version="s3v4",
        s3={"addressing_style": "path"},
        # Newer checksums are unknown to other storages than Amazon's; each document is sent with its MD5 instead.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    return boto3.session.Session().client(
        "s3",
        endpoint_url=address,
        region_name=access.region,
        aws_access_key_id=access.key,
        aws_secret_access_key=access.secret,
        verify=access.ca or True,
        config=config,
    )


_making = threading.Lock()


def doors(access: Access) -> Doors:
    """The doors of a storage, made once in a process: a client costs half a second, and keeps its connections."""
    with _making:
        return _doors(access)


@lru_cache(maxsize=8)
def _doors(access: Access) -> Doors:
    return Doors(access)
