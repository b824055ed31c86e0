"""Closures and outages: recorded, withdrawn, and what they do to the dates that the office gives; on both databases."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from portal.accounts.models import User
from portal.accounts.rules import RoleName
from portal.audit.models import AuditEntry
from portal.calendar import service
from portal.calendar.days import Kind, System
from portal.calendar.models import Closure, OutageRecord
from portal.calendar.rules import Act, last_day
from portal.db import db
from portal.drafting import service as drafting
from portal.drafting.view import DraftView
from portal.filing import service as filing
from portal.payments.models import Bill
from tests.integration.conftest import Demo
from tests.integration.portal.desks import filed, grant, person
from tests.integration.portal_client import PortalClient
from tests.support.drafts import complete_draft, file_draft

STRIKE = {"en": "Strike", "fr": "Grève"}
MONDAY, TUESDAY = date(2026, 11, 30), date(2026, 12, 1)
FRIDAY_LATE = datetime(2026, 11, 27, 14, 0, 1, tzinfo=UTC)  # 17:00:01 at the office


@pytest.fixture
def administrator(app: Flask, demo: Demo, officer: PortalClient) -> PortalClient:
    """A browser in which a person of the office is signed in who administers the portal."""
    grant(app, demo.officer.email, RoleName.ADMINISTRATOR)
    return officer


@pytest.fixture
def inside(app: Flask) -> Iterator[User]:
    """Within the portal, and a person of the office."""
    with app.app_context():
        yield person("officer@demo.example")


def close(user: User, first: date, last: date | None = None, branch: str | None = None, key: str = "") -> Closure:
    return service.record_closure(
        key or f"{first}-{branch or 'all'}"[:16].ljust(16, "x"), branch, first, last or first, STRIKE, user
    )


def out(
    user: User, begin: datetime, minutes: int, system: System = System.PORTAL, announced: bool = False
) -> OutageRecord:
    end = begin + timedelta(minutes=minutes)
    return service.record_outage(
        f"{begin:%Y%m%d%H%M}{system[:2]}{announced:d}x", system, begin, end, announced, STRIKE, user
    )


def count(model: type[Any], *where: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*where)) or 0


def test_a_closure_closes_its_days_until_it_is_withdrawn(inside: User) -> None:
    """Withdrawn, never erased: whoever relied on it can still be answered."""
    closure = close(inside, MONDAY, TUESDAY)
    days = service.office_days()
    assert days.next_open(date(2026, 11, 27)) == date(2026, 12, 2)
    assert (days.closed(TUESDAY).kind, days.closed(TUESDAY).name) == (Kind.CLOSURE, STRIKE)
    for _again in range(2):
        service.withdraw_closure(closure.id, inside)
    assert service.office_days().next_open(date(2026, 11, 27)) == MONDAY
    assert count(Closure) == 1
    assert count(AuditEntry, AuditEntry.event == "closure-withdrawn") == 1
    recorded = db.session.scalars(select(AuditEntry).where(AuditEntry.event == "closure-recorded")).one()
    assert (recorded.data["first_day"], recorded.data["reason"]) == ("2026-11-30", STRIKE)


def test_a_branch_is_closed_alone(inside: User) -> None:
    close(inside, MONDAY, branch="north")
    assert not service.office_days().is_closed(MONDAY)
    assert not service.office_days("capital").is_closed(MONDAY)
    assert service.office_days("north").is_closed(MONDAY)


def test_the_whole_office_is_closed_with_its_branches(inside: User) -> None:
    close(inside, MONDAY)
    assert service.office_days("north").is_closed(MONDAY)


@pytest.mark.parametrize(
    ("first", "last", "branch"),
    [
        (TUESDAY, MONDAY, None),
        (MONDAY, MONDAY + timedelta(days=92), None),
        (MONDAY, MONDAY, "east"),
    ],
)
def test_what_is_no_closure_is_refused(inside: User, first: date, last: date, branch: str | None) -> None:
    with pytest.raises(ValueError, match="no closure"):
        close(inside, first, last, branch)
    assert count(Closure) == 0


def test_the_same_form_sent_twice_at_once_is_one_closure(app: Flask) -> None:
    """A double click, or a connection that broke before the answer."""
    barrier, made = threading.Barrier(3), []

    def record() -> None:
        with app.app_context():
            user = person("officer@demo.example")
            barrier.wait()
            made.append(close(user, MONDAY, key="the-same-key-xyz").id)

    threads = [threading.Thread(target=record) for _ in range(3)]
    [thread.start() for thread in threads]
    [thread.join(30) for thread in threads]
    assert len(set(made)) == 1
    assert len(made) == 3
    with app.app_context():
        assert count(Closure) == 1
        assert count(AuditEntry, AuditEntry.event == "closure-recorded") == 1


def test_closures_that_would_leave_no_open_day_within_a_year_are_refused(inside: User) -> None:
    """Every submission would end in an error page: no date could be given."""
    start = date(2027, 1, 4)
    for piece in range(3):
        first = start + timedelta(days=92 * piece)
        close(inside, first, first + timedelta(days=91))
    with pytest.raises(service.NotPossible):
        close(inside, start + timedelta(days=276), start + timedelta(days=366))
    assert count(Closure) == 3
    assert service.office_days().next_open(start) == start + timedelta(days=276)


def test_an_outage_extends_the_terms_that_end_in_it(inside: User) -> None:
    outage = out(inside, datetime(2026, 11, 27, 7, tzinfo=UTC), 30)
    assert last_day(date(2026, 11, 27), service.office_days()).day == MONDAY
    service.withdraw_outage(outage.id, inside)
    assert last_day(date(2026, 11, 27), service.office_days()).day == date(2026, 11, 27)
    assert count(OutageRecord) == 1


@pytest.mark.parametrize(("minutes", "announced", "extends"), [(239, True, False), (240, True, True), (1, False, True)])
def test_a_short_outage_that_was_announced_extends_nothing(
    inside: User, minutes: int, announced: bool, extends: bool
) -> None:
    """EPO Guidelines E-VIII 1.6.2: maintenance of less than four hours, announced beforehand."""
    out(inside, datetime(2026, 11, 27, 7, tzinfo=UTC), minutes, announced=announced)
    assert (last_day(date(2026, 11, 27), service.office_days()).day == MONDAY) is extends


def test_an_office_whose_rule_is_that_outages_extend_nothing(app: Flask, inside: User) -> None:
    out(inside, datetime(2026, 11, 27, 7, tzinfo=UTC), 600)
    profile = app.config["PROFILE"]
    rule = profile.calendar.outages.model_copy(update={"extend_terms": False})
    app.config["PROFILE"] = profile.model_copy(
        update={"calendar": profile.calendar.model_copy(update={"outages": rule})}
    )
    assert last_day(date(2026, 11, 27), service.office_days()).day == date(2026, 11, 27)


def test_an_outage_of_payment_extends_a_bills_last_day(app: Flask) -> None:
    """Fourteen days from 20 November 2026 are Friday 4 December; the bank was out that morning."""
    with app.app_context():
        out(person("officer@demo.example"), datetime(2026, 12, 4, 6, tzinfo=UTC), 90, System.PAYMENT)
        assert last_day(date(2026, 12, 4), service.office_days(), Act.FILING).day == date(2026, 12, 4)
    filed(app)
    with app.app_context():
        assert db.session.scalars(select(Bill.due_on)).one() == date(2026, 12, 7)


@pytest.mark.parametrize(
    ("system", "begin", "end"), [(System.PORTAL, 60, 60), (System.PAYMENT, 60, 0), (System.PORTAL, 0, 60 * 24 * 32)]
)
def test_what_is_no_outage_is_refused(inside: User, system: System, begin: int, end: int) -> None:
    start = datetime(2026, 11, 27, tzinfo=UTC)
    with pytest.raises(ValueError, match="no outage"):
        service.record_outage(
            "k" * 16, system, start + timedelta(minutes=begin), start + timedelta(minutes=end), False, STRIKE, inside
        )


def test_a_closure_moves_the_reception_date_and_is_told_in_the_manifest(app: Flask) -> None:
    """Late on a Friday before a closed Monday: Tuesday, and the receipt can say why for ever."""
    with app.app_context():
        close(person("officer@demo.example"), MONDAY)
        user = person("agent@demo.example")
        draft = complete_draft(user)
        with time_machine.travel(FRIDAY_LATE, tick=False):
            made = file_draft(draft, user)
        assert made.reception_date == TUESDAY
        manifest, _raw = filing.manifest_of(made)
        assert manifest["reception"]["passed"][-1] == {"day": "2026-11-30", "kind": "closure", "name": STRIKE}
        assert made.reception == manifest["reception"]


def test_a_priority_period_that_ends_in_a_closure_is_not_warned_about(app: Flask) -> None:
    """Six months from 30 May 2026 end on Monday 30 November."""
    claim = {"office": "FR", "number": "26/1", "day": "30", "month": "5", "year": "2026"}
    with app.app_context():
        user = person("agent@demo.example")
        draft = complete_draft(user, priority={"claims": [claim]})
        with time_machine.travel(datetime(2026, 12, 1, 9, tzinfo=UTC), tick=False):
            view = DraftView(drafting.owned(db.session, draft, user))
            assert len(view.warnings) == 1
            close(person("officer@demo.example"), MONDAY)
            view = DraftView(drafting.owned(db.session, draft, user))
            assert view.warnings == []


CLOSURE = {
    "key": "abcdefghijklmnop", "first_day-day": "30", "first_day-month": "11", "first_day-year": "2026", "branch": "",
    "reason_en": "Strike <1>", "reason_fr": "Grève",
}  # fmt: skip
OUTAGE = {
    "key": "abcdefghijklmnop", "system": "portal",
    "begin_day-day": "27", "begin_day-month": "11", "begin_day-year": "2026", "begin_time": "9:40",
    "end_day-day": "27", "end_day-month": "11", "end_day-year": "2026", "end_time": "10.05.30",
    "reason_en": "Power", "reason_fr": "Courant",
}  # fmt: skip
CLOSURES, OUTAGES = "/office/calendar/closures", "/office/calendar/outages"


def test_an_administrator_records_and_withdraws_a_closure(
    app: Flask, administrator: PortalClient, client: PortalClient
) -> None:
    page = administrator.get(f"{CLOSURES}/new").text
    assert 'name="key" ' in page
    done = administrator.post(f"{CLOSURES}/new", data=CLOSURE, follow_redirects=True)
    assert "The closure is recorded." in done.text
    assert "Strike &lt;1&gt;" in done.text
    assert "Monday 30 November 2026" in client.get("/closed-days/2026").text
    with app.app_context():
        number = db.session.scalars(select(Closure.id)).one()
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.event == "closure-recorded")).one()
        assert entry.actor == "officer@demo.example"
    assert "Withdraw this closure?" in administrator.get(f"{CLOSURES}/{number}/withdraw").text
    gone = administrator.post(f"{CLOSURES}/{number}/withdraw", follow_redirects=True)
    assert "Withdrawn" in gone.text
    assert "Strike &lt;1&gt;" in gone.text
    assert "Strike" not in client.get("/closed-days/2026").text
    assert "there is nothing to do" in administrator.get(f"{CLOSURES}/{number}/withdraw").text


def test_an_administrator_records_and_withdraws_an_outage(
    app: Flask, administrator: PortalClient, client: PortalClient
) -> None:
    done = administrator.post(f"{OUTAGES}/new", data=OUTAGE, follow_redirects=True)
    assert "Terms that end in it end on the next open day after it." in done.text
    with app.app_context():
        outage = db.session.scalars(select(OutageRecord)).one()
        assert (outage.begins_at, outage.ends_at) == (
            datetime(2026, 11, 27, 6, 40, tzinfo=UTC), datetime(2026, 11, 27, 7, 5, 30, tzinfo=UTC),
        )  # fmt: skip
        number = outage.id
    public = client.get("/closed-days/2026").text
    assert "27 November 2026, 09:40 (UTC+3)" in public
    assert "Extended" in public
    gone = administrator.post(f"{OUTAGES}/{number}/withdraw", follow_redirects=True)
    assert "Withdrawn" in gone.text
    assert "Power" not in client.get("/closed-days/2026").text


def test_an_announced_outage_is_said_to_extend_nothing(administrator: PortalClient) -> None:
    done = administrator.post(f"{OUTAGES}/new", data=OUTAGE | {"announced": "y"}, follow_redirects=True)
    assert "it extends no terms" in done.text
    assert "Not extended" in done.text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"first_day-day": "31"}, "Give a real date"),
        ({"first_day-day": ""}, "Give a real date"),
        ({"first_day-day": "", "first_day-month": "", "first_day-year": ""}, "Give the first day."),
        ({"last_day-day": "29", "last_day-month": "11", "last_day-year": "2026"}, "before the first"),
        ({"last_day-day": "2", "last_day-month": "3", "last_day-year": "2027"}, "at most 92 days"),
        ({"branch": "east"}, "Not a valid choice"),
        ({"reason_fr": "  "}, "Give the reason"),
        ({"reason_en": "a\u202eb"}, "invisible control characters"),
        ({"reason_en": "x" * 301}, "300"),
        ({"key": "short"}, ""),
    ],
)
def test_a_closure_that_does_not_hold_is_named_and_records_nothing(
    app: Flask, administrator: PortalClient, change: dict[str, str], words: str
) -> None:
    answer = administrator.post(f"{CLOSURES}/new", data=CLOSURE | change)
    assert answer.status_code == 422
    assert words in answer.text
    assert "There is a problem" in answer.text
    with app.app_context():
        assert count(Closure) == 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"begin_time": "25:00"}, "Give a time of day"),
        ({"begin_time": "nine"}, "Give a time of day"),
        ({"begin_time": ""}, "Give the time at which it began."),
        ({"end_time": "9:40"}, "It ended before it began."),
        ({"end_day-month": "12", "end_day-day": "29"}, "at most 31 days"),
        ({"system": "water"}, "Not a valid choice"),
    ],
)
def test_an_outage_that_does_not_hold_is_named_and_records_nothing(
    app: Flask, administrator: PortalClient, change: dict[str, str], words: str
) -> None:
    answer = administrator.post(f"{OUTAGES}/new", data=OUTAGE | change)
    assert answer.status_code == 422
    assert words in answer.text
    with app.app_context():
        assert count(OutageRecord) == 0


def test_times_are_taken_by_the_offices_clock_where_it_changes(app: Flask, administrator: PortalClient) -> None:
    """Lisbon, 25 October 2026: 01:30 comes twice; an outage from the one to the other lasted an hour."""
    profile = app.config["PROFILE"]
    office = profile.office.model_copy(update={"time_zone": "Europe/Lisbon"})
    app.config["PROFILE"] = profile.model_copy(update={"office": office})
    sunday = {
        f"{side}_day-{part}": value for side in ("begin", "end") for part, value in (("day", "25"), ("month", "10"))
    }
    administrator.post(f"{OUTAGES}/new", data=OUTAGE | sunday | {"begin_time": "01:30", "end_time": "01:30"})
    with app.app_context():
        outage = db.session.scalars(select(OutageRecord)).one()
        assert outage.ends_at - outage.begins_at == timedelta(hours=1)
    spring = {
        f"{side}_day-{part}": value for side in ("begin", "end") for part, value in (("day", "29"), ("month", "3"))
    }
    answer = administrator.post(
        f"{OUTAGES}/new", data=OUTAGE | spring | {"key": "b" * 16, "begin_time": "01:30", "end_time": "03:00"}
    )
    assert answer.status_code == 422
    assert "never showed this time" in answer.text


def test_a_form_sent_again_records_nothing_twice(app: Flask, administrator: PortalClient) -> None:
    for _click in range(2):
        assert administrator.post(f"{CLOSURES}/new", data=CLOSURE).status_code == 302
    with app.app_context():
        assert count(Closure) == 1


def test_the_lists_page_through_everything_once(app: Flask, administrator: PortalClient) -> None:
    with app.app_context():
        user = person("officer@demo.example")
        for ahead in range(120):
            close(user, date(2026, 1, 1) + timedelta(days=2 * ahead))
    seen: list[str] = []
    for number in (1, 2, 3):
        page = administrator.get(f"/office/calendar?page={number}").text
        seen += [part.split("/")[0] for part in page.split('href="/office/calendar/closures/')[1:] if part[0].isdigit()]
    assert len(seen) == len(set(seen)) == 120
    assert "No closure is recorded here." in administrator.get("/office/calendar?page=4").text


@pytest.mark.parametrize(
    "path", ["/office/calendar", OUTAGES, f"{CLOSURES}/new", f"{OUTAGES}/new", f"{CLOSURES}/1/withdraw"]
)
def test_the_calendar_is_the_administrators_alone(
    path: str, agent: PortalClient, officer: PortalClient, cashier: PortalClient, client: PortalClient
) -> None:
    """Whoever can close the office can give every term another end."""
    assert [someone.get(path).status_code for someone in (agent, officer, cashier)] == [403, 403, 403]
    assert client.get(path).status_code == 303
    for address, form in ((f"{CLOSURES}/new", CLOSURE), (f"{OUTAGES}/new", OUTAGE), (f"{CLOSURES}/1/withdraw", {})):
        assert officer.post(address, data=form).status_code == 403


@pytest.mark.parametrize("path", [f"{CLOSURES}/77/withdraw", f"{OUTAGES}/77/withdraw"])
def test_what_was_never_recorded_cannot_be_withdrawn(administrator: PortalClient, path: str) -> None:
    assert administrator.get(path).status_code == 404
    assert administrator.post(path).status_code == 404


def test_everyone_can_read_the_closed_days(client: PortalClient, app: Flask) -> None:
    today = client.get("/closed-days")
    assert today.status_code == 302
    page = client.get("/closed-days/2026").text
    for words in (
        "Saturday and Sunday",
        "Friday 25 December 2026",
        "Christmas Day",
        "Foundation Day",
        "Northern branch",
    ):
        assert words in page
    assert "Europe Day" not in page
    client.get("/language/fr")
    french = client.get("/closed-days/2026").text
    assert "samedi et dimanche" in french
    assert "Noël" in french
    assert [client.get(f"/closed-days/{year}").status_code for year in (1999, 2999, 0)] == [404, 404, 404]
    assert 'href="/closed-days"' in client.get("/sign-in").text


def test_a_closure_over_the_turn_of_the_year_stands_in_both(app: Flask, inside: User, client: PortalClient) -> None:
    close(inside, date(2026, 12, 29), date(2027, 1, 5))
    for year in (2026, 2027):
        assert "Tuesday 29 December 2026 to Tuesday 5 January 2027" in " ".join(
            client.get(f"/closed-days/{year}").text.split()
        )
