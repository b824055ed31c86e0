"""What breaks under a filing: nothing that was acknowledged is lost, nothing that was refused was filed."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import TypeVar

import requests

from tests.drills.faults import SIGNING_KEY
from tests.support.applicant import Applicant
from tests.support.documents import pdf_of_size
from tests.support.portal_client import Page
from tests.support.servers import Server, Servers

STORE = "/srv/documents"
MAILBOXES = "/var/mail/vhosts"
Answer = TypeVar("Answer")


@contextmanager
def broken(server: Server, break_it: str, mend_it: str) -> Iterator[None]:
    """Break something on a server while the block runs."""
    try:
        server.run(break_it)
        yield
    finally:
        server.run(mend_it)


def reference() -> str:
    """A name for a file that no other one has."""
    return f"drill-{uuid.uuid4().hex[:12]}"


def within(seconds: float, what: Callable[[], Answer | None]) -> Answer:
    """The first answer that is not None; an AssertionError when none comes in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = what()
        if answer is not None:
            return answer
        time.sleep(0.5)
    raise AssertionError(f"nothing within {seconds} seconds")


def wait_until_ready(agent: Applicant) -> None:
    """Until the portal says that it can serve."""

    def ready() -> bool | None:
        return agent.page("/health/ready", expect=None).status == 200 or None

    within(60, ready)


def restart(server: Server) -> None:
    """Let the portal's processes see what was changed beneath them."""
    server.run("systemctl restart portal portal-worker")


def test_full_document_disk_refuses_before_anything_is_acknowledged(servers: Servers, agent: Applicant) -> None:
    """A number for a filing whose documents were not written is a date that the office cannot prove."""
    host = servers.group("documents")[0]
    draft = agent.complete_draft(reference())
    full = (
        f"mount -t tmpfs -o size=2m,mode=2770,uid=$(stat -c %u {STORE}),gid=$(stat -c %g {STORE}) tmpfs {STORE} && "
        f"(dd if=/dev/zero of={STORE}/filler bs=64k 2>/dev/null; true) && systemctl restart portal portal-worker"
    )
    with broken(host, full, f"umount -l {STORE}; systemctl restart portal portal-worker"):
        wait_until_live(agent)
        upload = agent.upload(draft, "priority-document", "late.pdf", pdf_of_size(200_000))
        refused = agent.submit(draft, expect=None)
    wait_until_ready(agent)
    assert upload.status == 503, f"the upload was answered {upload.status}: {upload.text[:300]}"
    assert refused.status == 503, f"the submission was answered {refused.status}: {refused.text[:300]}"
    assert_plain_words(refused)
    assert not re.search(r"\bT?XX?\d{2}20\d{2}\d+", refused.text), "a number was shown for a filing that was refused"
    assert agent.page(f"{draft}/check").status == 200, "the draft is gone"
    assert agent.number_of(agent.submit(draft))


def test_database_stopped_during_a_submission_leaves_the_draft_and_no_number_is_lost(
    servers: Servers, agent: Applicant
) -> None:
    """The agent must know whether it was filed; a number without its filing is a gap in the register."""
    host = servers.group("database")[0]
    name = reference()
    draft = agent.complete_draft(name)
    page = agent.submission(draft)
    with broken(host, "systemctl stop mariadb", "systemctl start mariadb"):
        answer = agent.send_submission(page, expect=None)
    wait_until_ready(agent)
    assert answer.status == 503, f"the submission was answered {answer.status}: {answer.text[:300]}"
    assert_plain_words(answer)
    first = agent.number_of(agent.submit(draft))
    second = agent.number_of(agent.submit(agent.complete_draft(reference())))
    assert serial(second) == serial(first) + 1, f"after {first} came {second}"


def test_database_killed_under_a_submission_files_once_or_not_at_all(servers: Servers, agent: Applicant) -> None:
    """What was acknowledged is there after the crash; what was not can be filed again, and is filed once."""
    host = servers.group("database")[0]
    draft = agent.complete_draft(reference())
    page = agent.submission(draft)
    with ThreadPoolExecutor(1) as pool:
        sent = pool.submit(lambda: agent.send_submission(page, expect=None))
        time.sleep(0.15)
        host.run("systemctl kill --signal=KILL mariadb; systemctl reset-failed mariadb; systemctl start mariadb")
        answer = sent.result()
    wait_until_ready(agent)
    again = agent.page(f"{draft}/submit", expect=None)
    if answer.path.startswith("/filings/") and answer.status == 200:
        assert agent.number_of(again) == agent.number_of(answer), "an acknowledged filing is not there any more"
    else:
        number = agent.number_of(again if again.path.startswith("/filings/") else agent.submit(draft))
        assert agent.page(f"/filings/{number}").status == 200


def test_absent_signing_key_defers_the_receipt_and_not_the_filing(servers: Servers, agent: Applicant) -> None:
    """The date counts when the documents are received; a token that is away for an hour must not cost it."""
    draft = agent.complete_draft(reference())
    take_away, put_back = SIGNING_KEY
    restarted = "systemctl restart portal portal-worker"
    with ExitStack() as stack:
        for host in servers.group("signing"):
            stack.enter_context(broken(host, f"{take_away}; {restarted}", f"{put_back}; {restarted}"))
        wait_until_live(agent)
        number = agent.number_of(agent.submit(draft))
        assert agent.receipt(number) is None, "a receipt was issued without the office's key"
    wait_until_ready(agent)
    receipt = within(180, lambda: agent.receipt(number))
    assert receipt.startswith(b"%PDF-"), "the receipt that followed is no PDF"


def test_double_click_on_submit_files_once(servers: Servers, agent: Applicant) -> None:
    """Two filings of one application are two fees and two dates, and one of them must be withdrawn on paper."""
    draft = agent.complete_draft(reference())
    page = agent.submission(draft)
    code = agent.codes.next()
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: agent.send_submission(page, code=code, expect=None), range(2)))
    numbers = {agent.number_of(answer) for answer in answers}
    assert len(numbers) == 1, f"one draft became {numbers}"


def test_killed_worker_delivers_what_it_left(
    servers: Servers, agent: Applicant, portal_server: Server, outside: Server
) -> None:
    """A claim that dies with its worker would leave the agent without the mail, for good."""
    draft = agent.complete_draft(reference())
    with broken(portal_server, "systemctl stop portal-worker", "systemctl start portal-worker"):
        number = agent.number_of(agent.submit(draft))
    portal_server.run("sleep 0.7; systemctl kill --signal=KILL portal-worker")

    def arrived() -> bool | None:
        return outside.attempt(f"grep -rlF {number} {MAILBOXES}")[0] == 0 or None

    def back() -> bool | None:
        return portal_server.attempt("systemctl is-active portal-worker")[0] == 0 or None

    within(60, back)
    within(60, arrived)


def wait_until_live(agent: Applicant) -> None:
    """Until the portal answers at all."""

    def live() -> bool | None:
        try:
            return agent.page("/health/live", expect=None).status == 200 or None
        except requests.ConnectionError:
            return None

    within(60, live)


def assert_plain_words(page: Page) -> None:
    """The page tells a person what happened and what to do, in words, and nothing of the machine."""
    assert page.tree.xpath("//h1"), "the answer is no page"
    assert len(page.text.split()) > 12, f"the page says too little: {page.text}"
    assert not re.search(r"Traceback|sqlalchemy|pymysql|Errno|gunicorn|nginx", page.text, re.I), page.text[:300]


def serial(number: str) -> int:
    """The serial part of a number: its last nine digits."""
    return int(re.sub(r"\D", "", number)[-9:])
