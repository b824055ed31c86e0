"""Signing in and out, guessing, sessions, and the second factor."""

from __future__ import annotations

import re
import time
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import event, func, select

from portal.accounts import service
from portal.accounts.models import User
from portal.audit.models import AuditEntry
from portal.db import db, utc_now
from tests.integration.conftest import Demo
from tests.integration.portal_client import BASE, PortalClient
from tests.support.portal_client import totp


def audited(app: Flask, event: str) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).where(AuditEntry.event == event)) or 0


def person(email: str) -> User:
    return db.session.scalars(select(User).where(User.email == email)).one()


def test_passwords_are_kept_as_argon2id(app: Flask, demo: Demo) -> None:
    """A stolen database must not give passwords away at the price of a fast hash."""
    with app.app_context():
        assert (person(demo.agent.email).password or "").startswith("$argon2id$")


def test_agent_signs_in_and_out(app: Flask, client: PortalClient, demo: Demo) -> None:
    """The way in, and out again: afterwards the session opens nothing."""
    answer = client.sign_in(demo.agent.email, demo.agent.password)
    assert (answer.status_code, answer.location) == (303, "/")
    assert demo.agent.email in client.get("/account").text
    client.post("/sign-out")
    assert client.get("/account").location == "/sign-in?next=%2Faccount"
    assert audited(app, "sign-in") == 1
    assert audited(app, "sign-out") == 1


def test_address_is_not_case_sensitive(client: PortalClient, demo: Demo) -> None:
    """A phone's keyboard begins with a capital."""
    assert client.sign_in(f" {demo.agent.email.title()} ", demo.agent.password).status_code == 303


def test_wrong_password_and_unknown_address_get_the_same_answer(client: PortalClient, demo: Demo) -> None:
    """An answer that differs tells which addresses have accounts."""
    wrong = client.sign_in(demo.agent.email, "not the password")
    unknown = client.sign_in("nobody@demo.example", "not the password")
    assert wrong.status_code == unknown.status_code == 401

    def without_what_was_typed(page: str) -> str:
        return re.sub(r'value="[^"]*"', "", re.sub(r"[0-9a-f]{32}", "", page))

    assert without_what_was_typed(wrong.text) == without_what_was_typed(unknown.text)
    assert "The e-mail address or the password is not right." in wrong.text


def test_guessing_is_stopped_after_five_failures_and_allowed_again_later(
    app: Flask, client: PortalClient, demo: Demo
) -> None:
    """Without a limit a password of eight letters is guessed over a weekend."""
    for _ in range(5):
        assert client.sign_in(demo.agent.email, "a guess").status_code == 401
    assert client.sign_in(demo.agent.email, demo.agent.password).status_code == 429
    assert audited(app, "sign-in-failed") == 5
    assert audited(app, "sign-in-limited") == 1
    with time_machine.travel(utc_now() + timedelta(minutes=16), tick=True):
        assert client.sign_in(demo.agent.email, demo.agent.password).status_code == 303


def test_guessing_at_one_account_does_not_lock_others_out(client: PortalClient, demo: Demo) -> None:
    """A lock for everybody would let anyone close the office."""
    for _ in range(5):
        client.sign_in(demo.agent.email, "a guess")
    assert client.sign_in(demo.officer.email, demo.officer.password).status_code == 303


def test_inactive_person_cannot_sign_in_and_is_thrown_out(
    app: Flask, agent: PortalClient, client: PortalClient, demo: Demo
) -> None:
    """Somebody who left a firm must not go on filing for it."""
    with app.app_context():
        person(demo.agent.email).active = False
        db.session.commit()
    assert client.sign_in(demo.agent.email, demo.agent.password).status_code == 401
    assert agent.get("/account").status_code == 303


@pytest.mark.parametrize(
    "address", ["https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)"]
)
def test_sign_in_leads_nowhere_else(client: PortalClient, demo: Demo, address: str) -> None:
    """A link to our sign-in that ends on a copy of it is how passwords are fished."""
    answer = client.sign_in(demo.agent.email, demo.agent.password, next=address)
    assert answer.location == "/"


def test_sign_in_goes_on_where_one_wanted_to(client: PortalClient, demo: Demo) -> None:
    """A link in a mail must open the page that it names."""
    page = client.get("/account?from=mail")
    assert page.location == "/sign-in?next=%2Faccount%3Ffrom%3Dmail"
    assert 'value="/account?from=mail"' in client.get(page.location).text
    assert client.sign_in(demo.agent.email, demo.agent.password, next="/account?from=mail").location == (
        "/account?from=mail"
    )


def test_sign_in_needs_its_token(client: PortalClient, demo: Demo) -> None:
    """Without it another site could sign a person into somebody else's account."""
    data = {"email": demo.agent.email, "password": demo.agent.password}
    answer = client.post("/sign-in", data=data, csrf=False)
    assert answer.status_code == 401
    assert client.get("/account").status_code == 303


def test_session_cookie_is_kept_from_scripts_and_plain_http(client: PortalClient, demo: Demo) -> None:
    """A cookie that leaks is a signature that leaks."""
    cookie = client.sign_in(demo.agent.email, demo.agent.password).headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert word in cookie


@pytest.mark.parametrize(("minutes", "status"), [(29, 200), (31, 303)])
def test_idle_session_ends_after_half_an_hour(agent: PortalClient, minutes: int, status: int) -> None:
    """A browser left open in a shared office must not stay signed in."""
    with time_machine.travel(time.time() + minutes * 60, tick=True):
        assert agent.get("/account").status_code == status


def test_busy_session_ends_after_twelve_hours(agent: PortalClient) -> None:
    """A stolen cookie that is kept busy must end too."""
    start = time.time()
    for minutes in range(20, 12 * 60, 20):
        with time_machine.travel(start + minutes * 60, tick=True):
            assert agent.get("/account").status_code == 200
    with time_machine.travel(start + 12 * 3600 + 60, tick=True):
        assert agent.get("/account").status_code == 303


def test_plain_reading_writes_no_cookie(agent: PortalClient) -> None:
    """A cookie at each answer makes every page slower and no page cacheable."""
    agent.get("/account")
    assert "Set-Cookie" not in agent.get("/account").headers


def test_one_query_finds_the_person_with_firm_and_roles(app: Flask, agent: PortalClient) -> None:
    """Each further query is paid by every page of everybody."""
    statements: list[str] = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
    assert agent.get("/account").status_code == 200
    reading = [one for one in statements if re.search(r"\b(users|roles|firms|user_roles)\b", one)]
    assert len(reading) == 1, reading


def test_other_roles_are_refused(agent: PortalClient, cashier: PortalClient) -> None:
    """An agent who could confirm payments would pay with nothing."""
    assert agent.get("/office/cashier").status_code == 403
    assert cashier.get("/office/reception").status_code == 403
    assert cashier.get("/docket").status_code == 403


def test_code_is_accepted_once(app: Flask, demo: Demo) -> None:
    """A code read over a shoulder must not confirm a second submission. Source: RFC 6238, 5.2."""
    with app.test_request_context("/", base_url=BASE):
        user, code = person(demo.agent.email), demo.agent.codes.next()
        assert service.confirm_second_factor(user, code)
        assert not service.confirm_second_factor(user, code)
    assert audited(app, "second-factor-confirmed") == 1
    assert audited(app, "second-factor-failed") == 1


@pytest.mark.parametrize(("seconds", "accepted"), [(-60, False), (-30, True), (30, True), (60, False)])
def test_code_of_a_neighbouring_step_is_accepted(app: Flask, demo: Demo, seconds: int, accepted: bool) -> None:
    """A phone's clock that is half a minute wrong must not keep a filing out; two minutes are too many."""
    now = int(time.time()) // 30 * 30 + 15
    with time_machine.travel(now, tick=False), app.test_request_context("/", base_url=BASE):
        code = totp(demo.agent.totp, (now + seconds) // 30)
        assert service.confirm_second_factor(person(demo.agent.email), code) is accepted


def test_guessing_codes_is_stopped(app: Flask, demo: Demo) -> None:
    """A million codes, three of them right at a time: without a limit they are tried through."""
    with app.test_request_context("/", base_url=BASE):
        user = person(demo.agent.email)
        right = demo.agent.codes.next()
        wrong = f"{(int(right) + 500_000) % 1_000_000:06d}"
        for _ in range(service.CODES_PER_ACCOUNT):
            assert not service.confirm_second_factor(user, wrong)
        assert not service.confirm_second_factor(user, right)


def test_second_factor_is_set_up_on_its_page(app: Flask, agent: PortalClient, demo: Demo) -> None:
    """An agent whom the office just registered sets up the app alone."""
    with app.app_context():
        person(demo.agent.email).tf_totp_secret = None
        db.session.commit()
    page = agent.get("/account/second-factor").text
    key = re.search(r'id="key"[^>]*>([^<]+)<', page)[1].replace("-", "")  # type: ignore[index]
    secret = re.search(r'name="secret" value="([^"]+)"', page)[1]  # type: ignore[index]
    assert "<svg" in page
    wrong = agent.post("/account/second-factor", data={"secret": secret, "code": "12345"})
    assert wrong.status_code == 400
    code = totp(key, int(time.time()) // 30)
    assert agent.post("/account/second-factor", data={"secret": secret, "code": code}).location == "/account"
    with app.test_request_context("/", base_url=BASE):
        assert not service.confirm_second_factor(person(demo.agent.email), code), "the first code was spent"
        later = totp(key, int(time.time()) // 30 + 1)
        assert service.confirm_second_factor(person(demo.agent.email), later)


def test_language_and_name_can_be_changed(agent: PortalClient, app: Flask, demo: Demo) -> None:
    """Notices come in the language of the account."""
    answer = agent.post("/account", data={"name": "Amélie Agent", "locale": "fr"})
    assert answer.status_code == 303
    page = agent.get("/account").text
    assert '<html lang="fr"' in page
    assert "Amélie Agent" in page
    with app.app_context():
        assert person(demo.agent.email).locale == "fr"
    assert agent.post("/account", data={"name": "X", "locale": "tlh"}).status_code == 400


@pytest.mark.parametrize("name", ["Amélie\u202etnegA", "Amélie\x00", "Amélie\nAgent"])
def test_a_name_that_cannot_be_printed_is_refused(agent: PortalClient, name: str) -> None:
    """It stands on receipts as "filed by"."""
    answer = agent.post("/account", data={"name": name, "locale": "en"})
    assert answer.status_code == 400
    assert "control characters" in answer.text


def test_demonstration_data_twice_changes_nothing(app: Flask) -> None:
    """`apply` runs it each time: a second apply must report nothing changed."""
    given = {role: {"password": f"password of {role}", "totp": "JBSWY3DPEHPK3PXP"} for role in service.DEMO_PEOPLE}
    with app.app_context():
        assert service.demo_data(given) is True
        assert service.demo_data(given) is False
