"""What uploads cost a server's memory, and a draft with many documents its reader.

gunicorn as production starts it (2 processes of 8 threads); 40 uploads of 50 MB at the same time, in parts of 1 MB as
the page's script sends them, each ending in its examination. Told is by how much the memory of the two processes that
answer grew at most, both together, while that went on. Then the task list of a draft with 40 documents against one
with 1.

    python tests/bench/bench_uploads.py [--uploads 40] [--size 50000000]
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "app")]

from tests.bench.measures import Row, tell  # noqa: E402
from tests.integration.portal.tus import PART, metadata  # noqa: E402
from tests.support.documents import pdf_of_size  # noqa: E402
from tests.support.gunicorn import Served, serving  # noqa: E402

MEGABYTE = 1024 * 1024
KIND = "priority-document"
MOST_GROWTH = 150
MOST_RATIO = 1.5
ROUNDS = 200


def office(folder: Path, size: int) -> Path:
    """The shipped office, which takes larger files and more of them."""
    profile = yaml.safe_load((ROOT / "inventories/test/office.yml").read_text())
    for kind in profile["services"][0]["documents"]:
        if kind["code"] == KIND:
            kind |= {"max_bytes": size, "max_count": 100}
    path = folder / "office.yml"
    path.write_text(yaml.safe_dump(profile, allow_unicode=True))
    return path


def resident(pids: list[int]) -> float:
    """The memory that these processes hold, in MB: what is theirs alone, and their share of what they share."""
    total = 0
    for pid in pids:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024


class Watch(threading.Thread):
    """Looks at the memory of processes until it is told to stop."""

    def __init__(self, pids: list[int]) -> None:
        super().__init__(daemon=True)
        self.pids, self.most, self._stop_now = pids, 0.0, threading.Event()

    def run(self) -> None:
        while not self._stop_now.wait(0.2):
            self.most = max(self.most, resident(self.pids))

    def stop(self) -> float:
        self._stop_now.set()
        self.join()
        return self.most


def upload(portal: Served, agent: Any, draft: str, name: str, content: bytes) -> None:
    """Send one file in parts, as the page's script does."""
    told = {"Upload-Length": str(len(content)), "Upload-Metadata": metadata(filename=name, kind=KIND)}
    answer = agent.post(f"{draft}/uploads", headers=told)
    assert answer.status_code == 201, answer.text
    address = portal.url + answer.headers["Location"]
    for offset in range(0, len(content), MEGABYTE):
        part = content[offset : offset + MEGABYTE]
        answer = agent.patch(address, data=part, headers={"Upload-Offset": str(offset), "Content-Type": PART})
        assert answer.status_code == 204, answer.text


def p95(agent: Any, addresses: list[str]) -> list[float]:
    """The 95th percentile in milliseconds of each page's answer, asked for in turn."""
    found: list[list[float]] = [[] for _address in addresses]
    for _round in range(ROUNDS):
        for times, address in zip(found, addresses, strict=True):
            begun = time.perf_counter()
            assert agent.get(address).status_code == 200
            times.append((time.perf_counter() - begun) * 1000)
    return [statistics.quantiles(times, n=20)[-1] for times in found]


def memory(portal: Served, agent: Any, count: int, size: int) -> tuple[float, float, float]:
    """Memory before, growth at most, both in MB, and seconds of so many uploads at once."""
    draft = portal.new_draft(agent)
    small = [pdf_of_size(2 * MEGABYTE, f"warm {number}") for number in range(8)]
    with ThreadPoolExecutor(8) as pool:  # what is loaded once is no growth
        list(pool.map(lambda pair: upload(portal, agent, draft, f"warm {pair[0]}.pdf", pair[1]), enumerate(small)))
    plain = pdf_of_size(size, "xxxxxx")
    before = resident(portal.workers())
    watch = Watch(portal.workers())
    watch.start()
    begun = time.monotonic()
    with ThreadPoolExecutor(count) as pool:  # each another file: the same one twice would be one
        send = lambda n: upload(portal, agent, draft, f"{n}.pdf", plain.replace(b"xxxxxx", b"%06d" % n, 1))  # noqa: E731
        list(pool.map(send, range(count)))
    seconds = time.monotonic() - begun
    growth = watch.stop() - before
    page = agent.get(f"{draft}/documents").text
    assert page.count("received 2") >= count, "not every upload became a document"
    return before, growth, seconds


def run(count: int, size: int) -> list[Row]:
    """Measure both."""
    with tempfile.TemporaryDirectory(prefix="bench-uploads-") as name:
        folder = Path(name)
        with serving(folder, office(folder, size), max_upload_bytes=size) as portal:
            agent = portal.agent()
            before, growth, seconds = memory(portal, agent, count, size)
            few, many = portal.new_draft(agent), portal.new_draft(agent)
            for number in range(40):
                upload(portal, agent, many, f"{number}.pdf", pdf_of_size(5000, f"document {number}"))
            upload(portal, agent, few, "one.pdf", pdf_of_size(5000, "one"))
            one, forty = p95(agent, [few, many])
    megabytes = count * size / 1e6
    ratio = round(forty / one, 2)
    return [
        {"what": f"uploads: memory of both processes before {count} of {size / 1e6:.0f} MB", "value": round(before),
         "unit": "MB"},
        {"what": "uploads: growth at most while they run", "value": round(growth), "unit": "MB",
         "goal": f"≤ {MOST_GROWTH}", "ok": growth <= MOST_GROWTH},
        {"what": "uploads: received, examined and stored", "value": round(megabytes / seconds, 1), "unit": "MB/s"},
        {"what": "uploads: task list with 1 document", "value": round(one, 1), "unit": "ms p95"},
        {"what": "uploads: task list with 40 documents", "value": round(forty, 1), "unit": "ms p95"},
        {"what": "uploads: the one to the other", "value": ratio, "unit": "times", "goal": f"≤ {MOST_RATIO}",
         "ok": ratio <= MOST_RATIO},
    ]  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--uploads", type=int, default=40)
    parser.add_argument("--size", type=int, default=50_000_000)
    given = parser.parse_args()
    tell(run(given.uploads, given.size))
