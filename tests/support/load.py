"""Agents who file all the time, and what they were given: the client's side of an acknowledgement."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise

from kit.secrets import new_password, new_totp_secret
from tests.support.applicant import Applicant
from tests.support.documents import pdf_of_size
from tests.support.portal_client import Codes, PortalClient, Refused
from tests.support.servers import Server


@dataclass(frozen=True)
class Acknowledged:
    """A number that an agent was shown, with the hash of the document that they had sent; `at` is monotonic."""

    number: str
    document: str
    agent: int
    at: float


@dataclass
class Ledger:
    """What every agent was given, and what they were told when it was refused."""

    filings: list[Acknowledged] = field(default_factory=list)
    receipts: dict[str, str] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)

    def silence(self) -> float:
        """The longest time between two acknowledgements, in seconds."""
        times = sorted(one.at for one in self.filings)
        return max((after - before for before, after in pairwise(times)), default=float("inf"))


@dataclass(frozen=True)
class Account:
    email: str
    password: str
    totp: str


def accounts(server: Server, count: int, prefix: str) -> list[Account]:
    """Make accounts of agents on a server of the portal: each has codes of its own, so that all can file at once."""
    made = []
    for place in range(count):
        one = Account(f"{prefix}-{place}@load.example", new_password(), new_totp_secret())
        given = json.dumps({"password": one.password, "totp": one.totp})
        words = f"--name 'Load {place}' --role agent --firm '{prefix}' --secrets-stdin --json"
        server.run(f"printf %s '{given}' | portal person add {one.email} {words}")
        made.append(one)
    return made


@contextmanager
def filing(people: Sequence[Account], new_client: Callable[[], PortalClient]) -> Iterator[Ledger]:
    """Let these agents draft, upload, submit and fetch receipts until the block ends; each at its own pace."""
    ledger, done = Ledger(), threading.Event()
    threads = [
        threading.Thread(target=_file, args=(place, one, new_client, ledger, done)) for place, one in enumerate(people)
    ]
    for thread in threads:
        thread.start()
    try:
        yield ledger
    finally:
        done.set()
        for thread in threads:
            thread.join()


def _file(
    place: int, account: Account, new_client: Callable[[], PortalClient], ledger: Ledger, done: threading.Event
) -> None:
    """One agent's day. A submission that was cut off is sent again, as a person does: it gives the same filing."""
    agent = Applicant(new_client(), account.email, account.password, Codes.of(account.totp))
    draft, document, signed_in = "", "", False
    while not done.is_set():
        try:
            if not signed_in:
                agent.sign_in()
                signed_in = True
            if not draft:
                content = pdf_of_size(20_000, f"{account.email} {time.monotonic()}")
                begun = agent.complete_draft(f"load {place}")
                agent.upload(begun, "priority-document", "priority.pdf", content)
                draft, document = begun, hashlib.sha512(content).hexdigest()
            page = agent.submission(draft)
            if not page.path.startswith("/filings/"):  # where it leads when an answer was cut off that had filed
                page = agent.submit(draft)
            number = agent.number_of(page)
            ledger.filings.append(Acknowledged(number, document, place, time.monotonic()))
            draft = ""
            if receipt := agent.receipt(number):
                ledger.receipts[number] = hashlib.sha512(receipt).hexdigest()
        except (OSError, Refused, AssertionError) as error:
            ledger.refusals.append(f"{type(error).__name__}: {str(error)[:200]}")
            signed_in = "sign-in" not in str(error)
            done.wait(1)


def kept(ledger: Ledger, agent: Applicant, server: Server, patience: float = 120) -> list[str]:
    """What is not as it was acknowledged, in words: numbers twice, filings unknown, receipts or documents altered."""
    numbers = [one.number for one in ledger.filings]
    problems = [f"{number} was given twice" for number in {one for one in numbers if numbers.count(one) > 1}]
    told = [json.loads(line) for line in server.attempt("portal reconcile --repair --json")[1].splitlines()]
    problems += [f"{one['number']}: {one['what']}" for one in told if one.get("what") in ("lost", "no-package")]
    until = time.monotonic() + patience
    for one in ledger.filings:
        receipt = agent.receipt(one.number)
        while receipt is None and time.monotonic() < until:
            time.sleep(2)
            receipt = agent.receipt(one.number)
        if receipt is None:
            problems.append(f"{one.number} has no receipt")
        elif ledger.receipts.get(one.number, _hash(receipt)) != _hash(receipt):
            problems.append(f"{one.number} has another receipt than the one that was given out")
        page = agent.page(f"/filings/{one.number}", expect=None)
        if page.status != 200 or one.document not in page.response.text:
            problems.append(f"{one.number} does not list the document that was sent")
    return problems


def _hash(content: bytes) -> str:
    return hashlib.sha512(content).hexdigest()
