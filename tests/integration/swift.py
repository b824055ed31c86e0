"""A real OpenStack Swift on the loopback, as Debian ships it: one disk, one copy, its S3 door."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from pydantic import SecretStr

from tests.integration.services import folder, free_port, listens, program, running

SECRET = "only-for-tests"
BUCKET = "documents"
SERVERS = {"account": "swift-account", "container": "swift-container", "object": "swift-object", "proxy": "swift-proxy"}
PIPELINES = {kind: f"{kind}-server" for kind in ("account", "container", "object")} | {
    "proxy": "catch_errors cache listing_formats s3api tempauth copy proxy-server"
}
FILTERS = "".join(
    f"[filter:{name}]\nuse = egg:swift#{egg}\n{more}\n"
    for name, egg, more in (
        ("catch_errors", "catch_errors", ""),
        ("cache", "memcache", "memcache_servers = 127.0.0.1:1"),  # nobody answers there: it asks again each time
        ("listing_formats", "listing_formats", ""),
        ("s3api", "s3api", "allow_multipart_uploads = false"),
        ("tempauth", "tempauth", f"user_office_portal = {SECRET} .admin"),
        ("copy", "copy", ""),
    )
)


@dataclass(frozen=True)
class Swift:
    """A storage of the tests: the address of its door, and the directory in which its objects lie."""

    endpoint: str
    disk: Path

    def settings(self) -> dict[str, Any]:
        """What the portal's settings say of it."""
        return {
            "documents_engine": "s3",
            "documents_s3_endpoints": [self.endpoint],
            "documents_s3_bucket": BUCKET,
            "documents_s3_key": "office:portal",
            "documents_s3_secret": SecretStr(SECRET),
        }

    def objects(self) -> list[Path]:
        """The files that hold what was stored, as they lie on the disk."""
        return sorted(self.disk.glob("d1/objects/**/*.data"))

    def names(self) -> list[str]:
        """The names of all objects, as the bucket lists them."""
        return [one["Key"] for one in self.client().list_objects_v2(Bucket=BUCKET).get("Contents", [])]

    def empty(self) -> None:
        """Forget everything that was stored."""
        for name in self.names():
            self.client().delete_object(Bucket=BUCKET, Key=name)

    def overwrite(self, name: str, content: bytes) -> None:
        """Put other bytes under a name, as somebody with the storage's own key could."""
        self.client().put_object(Bucket=BUCKET, Key=name, Body=content)

    def client(self) -> Any:
        """Amazon's own client at this door."""
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id="office:portal",
            aws_secret_access_key=SECRET,
            config=Config(s3={"addressing_style": "path"}, request_checksum_calculation="when_required"),
        )


@contextmanager
def swift() -> Iterator[Swift]:
    """A storage with an empty bucket; its servers end with the block."""
    with folder() as place, ExitStack() as stack:
        ports = {kind: free_port() for kind in SERVERS}
        disk = place / "disk"
        for path in (disk / "d1", place / "cache"):
            path.mkdir(parents=True)
        (place / "swift.conf").write_text("[swift-hash]\nswift_hash_path_suffix = tests\n")
        for kind in ("account", "container", "object"):
            _ring(place, kind, ports[kind])
        for kind, package in SERVERS.items():
            config = place / f"{kind}.conf"
            config.write_text(_config(place, kind, ports[kind]))
            command = [program(f"swift-{kind}-server", package), str(config)]
            stack.enter_context(running(command, place / f"{kind}.log", lambda port=ports[kind]: listens(port), 60))
        found = Swift(f"http://127.0.0.1:{ports['proxy']}", disk)
        found.client().create_bucket(Bucket=BUCKET)
        yield found


def _ring(place: Path, kind: str, port: int) -> None:
    builder = [program("swift-ring-builder", "swift"), str(place / f"{kind}.builder")]
    for arguments in (["create", "4", "1", "1"], ["add", f"r1z1-127.0.0.1:{port}/d1", "1"], ["rebalance"]):
        subprocess.run([*builder, *arguments], check=True, capture_output=True, timeout=60)


def _config(place: Path, kind: str, port: int) -> str:
    own = "account_autocreate = true\nnode_timeout = 3\n" if kind == "proxy" else ""
    return (
        f"[DEFAULT]\nbind_ip = 127.0.0.1\nbind_port = {port}\nworkers = 0\nuser = root\nswift_dir = {place}\n"
        f"devices = {place / 'disk'}\nmount_check = false\nlog_level = WARNING\nfallocate_reserve = 0\n"
        f"recon_cache_path = {place / 'cache'}\n[pipeline:main]\npipeline = {PIPELINES[kind]}\n"
        f"[app:{kind}-server]\nuse = egg:swift#{kind}\n{own}" + (FILTERS if kind == "proxy" else "")
    )
