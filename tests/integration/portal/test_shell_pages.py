"""What holds on every page: hosts, headers, languages, errors, health, and what was typed when a session ended."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from portal.accounts import service
from portal.app import create_app
from portal.settings import Tier
from portal.web import logs
from tests.integration.conftest import Demo
from tests.integration.portal_client import BASE, PortalClient


def test_foreign_host_name_is_refused(client: PortalClient) -> None:
    """A forged Host header would put another site's address into links and mails."""
    assert client.get("/sign-in", base_url="https://evil.example").status_code == 400
    assert client.get("/sign-in", base_url=BASE).status_code == 200


@pytest.mark.parametrize("path", ["/sign-in", "/no-such-page", "/static/nothing.css", "/health/live"])
def test_security_headers_are_on_every_answer(client: PortalClient, path: str) -> None:
    """One page without them is the page that is attacked."""
    headers = client.get(path).headers
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Strict-Transport-Security" not in headers  # the proxy's to say: it holds the certificate
    assert headers["X-Robots-Tag"] == "noindex, nofollow"


def test_pages_of_people_are_not_cached_and_files_are_for_a_year(client: PortalClient) -> None:
    """A shared computer's back button must not show another person's docket."""
    page = client.get("/sign-in")
    assert page.headers["Cache-Control"] == "private, no-store"
    files = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)
    assert len(files) == 5
    for file in files:
        answer = client.get(file)
        assert answer.status_code == 200, file
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert "Set-Cookie" not in answer.headers


def test_files_outside_the_folder_are_not_served(client: PortalClient) -> None:
    """The folder beside holds the programme."""
    for name in ("../src/portal.js", "manifest.json", ".built-from", "%2e%2e/settings.py"):
        assert client.get(f"/static/{name}").status_code == 404


def test_no_page_carries_inline_scripts_or_styles(client: PortalClient, agent: PortalClient) -> None:
    """They would be blocked by the policy, and work only where it is forgotten."""
    for page in (client.get("/sign-in").text, agent.get("/account").text, client.get("/nowhere").text):
        assert not re.search(r"\sstyle=|\son[a-z]+=|javascript:", page)
        assert not re.search(r"<script(?![^>]*\ssrc=)", page)


def test_language_switch_keeps_the_page(client: PortalClient) -> None:
    """A reader who changes the language wants this page, not the first one."""
    page = client.get("/sign-in?next=/docket%3Fpage%3D2").text
    link = html.unescape(re.search(r'href="(/language/fr[^"]*)"', page)[1])  # type: ignore[index]
    answer = client.get(link)
    assert answer.location == "/sign-in?next=/docket%3Fpage%3D2"
    assert '<html lang="fr"' in client.get(answer.location).text
    assert client.get("/language/fr?next=//evil.example").location == "/"
    assert client.get("/language/xx").status_code == 404


def test_language_comes_from_the_browser_at_first(client: PortalClient) -> None:
    """Nobody should have to find the switch first."""
    assert '<html lang="fr"' in client.get("/sign-in", headers={"Accept-Language": "fr-CH, en;q=0.5"}).text
    assert '<html lang="en"' in client.get("/sign-in", headers={"Accept-Language": "sw"}).text


def test_banner_says_that_nothing_has_legal_effect(client: PortalClient) -> None:
    """A filing made on the test tier by mistake is a right that is lost."""
    page = client.get("/sign-in").text
    assert "<strong>TEST</strong>" in page
    assert "Nothing that is filed here has legal effect." in page


def failing(app: Flask, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise error

    monkeypatch.setattr(service, "sign_in", fail)


def test_absent_database_gives_a_clear_page(
    app: Flask, client: PortalClient, monkeypatch: pytest.MonkeyPatch, demo: Demo
) -> None:
    """A stack trace on the last day of a term says nothing about whether the filing was received."""
    failing(app, monkeypatch, OperationalError("SELECT", {}, Exception(2003, "no connection")))
    answer = client.sign_in(demo.agent.email, demo.agent.password)
    assert answer.status_code == 503
    assert "Your draft is safe" in answer.text
    assert answer.headers["Retry-After"] == "60"


def test_unexpected_failure_gives_a_reference(
    app: Flask, client: PortalClient, monkeypatch: pytest.MonkeyPatch, demo: Demo
) -> None:
    """Support finds the failure in the log by what the person reads out."""
    failing(app, monkeypatch, RuntimeError("secret detail"))
    answer = client.sign_in(demo.agent.email, demo.agent.password)
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert answer.headers["X-Request-ID"] in answer.text


@pytest.mark.parametrize("path", ["/no-such-page", "/drafts/AAAAAAAAAAAAAAAA", "/filings/XX402026999999999"])
def test_what_does_not_exist_is_404_in_plain_words(agent: PortalClient, path: str) -> None:
    """The same answer for what never was and for what is another firm's."""
    answer = agent.get(path)
    assert answer.status_code == 404
    assert "There is no such page" in answer.text


def test_script_gets_json(client: PortalClient) -> None:
    """A background save cannot show a page."""
    answer = client.get("/no-such-page", headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert answer.json is not None
    assert set(answer.json) == {"error", "meaning", "advice"}


def test_oversized_request_is_refused_in_plain_words(app: Flask, agent: PortalClient) -> None:
    """A bare 413 leaves an agent guessing what became of the draft."""
    app.config["MAX_CONTENT_LENGTH"] = 1000
    answer = agent.post("/account", data={"name": "x" * 2000, "locale": "en"})
    assert answer.status_code == 413
    assert "larger than the office takes" in answer.text


def test_a_form_without_a_file_may_not_be_as_large_as_one_with(client: PortalClient) -> None:
    """A visitor could make the portal hold 26 MB of text in memory at once, and an agent keep it in a draft."""
    assert client.post("/sign-in", data={"email": "x" * (8 * 1024 * 1024)}).status_code == 413


def test_health_says_what_is_away(app: Flask, client: PortalClient) -> None:
    """The proxy takes a server out of service by this answer; probes come by address."""
    ready = client.get("/health/ready", base_url="http://127.0.0.1")
    assert ready.status_code == 200
    assert ready.json is not None
    assert ready.json["database"] is ready.json["documents"] is True
    app.config["PORTAL"].documents_path.rename(app.config["PORTAL"].documents_path.with_name("moved"))
    away = client.get("/health/ready")
    assert away.status_code == 503
    assert away.json is not None
    assert (away.json["database"], away.json["documents"]) == (True, False)
    assert client.get("/health/live").status_code == 200


def test_each_request_is_one_line_of_json_with_the_clients_address(
    client: PortalClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An incident is followed from the proxy's log to the portal's by the request's name."""
    lines: list[str] = []
    monkeypatch.setattr(logs.access, "info", lines.append)
    headers = {"X-Forwarded-For": "198.51.100.7", "X-Request-ID": "abcdef0123456789"}
    client.get("/sign-in", headers=headers)
    line = json.loads(lines[-1])
    assert (line["address"], line["request"], line["status"]) == ("198.51.100.7", "abcdef0123456789", 200)


def new_draft(agent: PortalClient) -> str:
    """A draft of the demonstration's agent, made on the pages; its address."""
    page = agent.post("/drafts/new", data={"service": "trademark-national"})
    assert page.status_code == 303, page.text
    return page.location.removeprefix(BASE)


TYPED = {"reference": "ACME-77", "text": "Typed before the session ended"}


def held_of(page: str) -> str:
    return html.unescape(re.search(r'name="held" value="([^"]+)"', page)[1])  # type: ignore[index]


def test_session_that_ended_while_typing_loses_nothing(agent: PortalClient, demo: Demo) -> None:
    """An hour of typing goods and services must survive a session's end."""
    address = f"{new_draft(agent)}/mark"
    agent.post("/sign-out")
    page = agent.post(address, data=TYPED)
    assert page.status_code == 401
    assert "What you typed is kept" in page.text
    back = agent.sign_in(demo.agent.email, demo.agent.password, held=held_of(page.text))
    assert f'action="{address}"' in back.text
    form = agent.post(address, data={"held": held_of(back.text)})
    assert form.status_code == 200
    assert TYPED["text"] in html.unescape(form.text)
    assert TYPED["text"] not in agent.get(address).text, "nothing may be saved before the person does"


def test_form_of_an_older_session_comes_back_with_what_was_typed(agent: PortalClient, demo: Demo) -> None:
    """Signed in again in another tab: the first tab's form has an old token."""
    address = f"{new_draft(agent)}/mark"
    page = agent.post(address, data=TYPED | {"csrf_token": "an old one"})
    assert page.status_code == 200
    form = agent.post(address, data={"held": held_of(page.text)})
    assert TYPED["text"] in html.unescape(form.text)


def test_another_firm_cannot_open_what_was_held(agent: PortalClient, rival: PortalClient, demo: Demo) -> None:
    """The next person at a shared computer must not find the draft by signing in."""
    address = f"{new_draft(agent)}/mark"
    agent.post("/sign-out")
    token = held_of(agent.post(address, data=TYPED).text)
    assert rival.post(address, data={"held": token}).status_code == 404


@pytest.mark.parametrize("change", [lambda token: token[:-3] + "abc", lambda _token: "nonsense"])
def test_altered_token_carries_nothing(
    agent: PortalClient, client: PortalClient, demo: Demo, change: Callable[[str], str]
) -> None:
    """What comes back must be what was typed, or nothing."""
    address = f"{new_draft(agent)}/mark"
    agent.post("/sign-out")
    token = held_of(agent.post(address, data=TYPED).text)
    answer = client.sign_in(demo.agent.email, demo.agent.password, held=change(token))
    assert (answer.status_code, answer.location) == (303, "/")


def test_background_save_without_session_says_so(client: PortalClient) -> None:
    """The page then tells the person to sign in, and keeps what they typed."""
    answer = client.post("/drafts/AAAAAAAAAAAAAAAA/mark", data=TYPED, headers={"X-Portal-Save": "1"})
    assert (answer.status_code, answer.json) == (401, {"error": "signed-out"})


def test_developers_mail_page_exists_in_development_only(app: Flask, client: PortalClient) -> None:
    """It shows everybody's mail to everybody: a server must not have it, whatever its settings say."""
    assert client.get("/development/mail").status_code == 404
    portal = app.config["PORTAL"]
    served = create_app(portal.model_copy(update={"mail_page": True})).test_client()
    assert served.get("/development/mail", base_url=BASE).status_code == 404
    at_home = create_app(portal.model_copy(update={"mail_page": True, "tier": Tier.DEVELOPMENT})).test_client()
    assert at_home.get("/development/mail", base_url=BASE).status_code == 200
