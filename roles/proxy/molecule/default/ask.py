#!/usr/bin/python3
"""Ask the proxy from another machine and say, one line each, what does not hold. No library but Python's own."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import sys

NAME = "filing.test.ipo.example"
LIMIT = 26_214_400  # the office's limit of one file, as the inventory of this test says
ADDRESS, OWN = sys.argv[1], sys.argv[2]
failures: list[str] = []


def ask(method: str, path: str, headers: dict[str, str] | None = None, body: bytes | None = None, host: str = NAME):
    context = ssl.create_default_context()
    context.check_hostname = False  # the certificate is role tls's business
    context.verify_mode = ssl.CERT_NONE
    connection = http.client.HTTPSConnection(ADDRESS, context=context, timeout=60)
    raw = socket.create_connection((ADDRESS, 443), timeout=60)
    connection.sock = context.wrap_socket(raw, server_hostname=NAME)
    connection.request(method, path, body, {"Host": host, **(headers or {})})
    answer = connection.getresponse()
    return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read().decode()


def must(holds: bool, what: str, seen: object = "") -> None:
    if not holds:
        failures.append(f"{what}: {seen}")


def plain() -> None:
    """Port 80 only leads to encryption, and only for our own name."""
    for host, status in ((NAME, 301), ("evil.example", 421)):
        connection = http.client.HTTPConnection(ADDRESS, timeout=10)
        connection.request("GET", "/docket?page=2", headers={"Host": host})
        answer = connection.getresponse()
        must(answer.status == status, f"port 80, Host {host}", answer.status)
        if status == 301:
            must(
                answer.getheader("Location") == f"https://{NAME}/docket?page=2",
                "redirect",
                answer.getheader("Location"),
            )


def hosts() -> None:
    """A forged Host never reaches the portal, the rehearsal's address does."""
    must(ask("GET", "/", host="evil.example")[0] == 421, "an unknown Host is refused")
    must(ask("GET", "/", host=ADDRESS)[0] == 200, "the server's address is accepted in rehearsals")


def addresses() -> None:
    """Nobody's claim of another address is believed."""
    forged = {
        "X-Forwarded-For": "203.0.113.7",
        "X-Real-IP": "203.0.113.7",
        "Forwarded": "for=203.0.113.7",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Prefix": "/evil",
        "X-Request-ID": "mine",
    }
    _, headers, body = ask("GET", "/", forged)
    seen = json.loads(body)["headers"]
    must(seen.get("x-forwarded-for") == OWN, "the true address arrives", seen.get("x-forwarded-for"))
    must(seen.get("x-forwarded-proto") == "https", "the true scheme arrives", seen.get("x-forwarded-proto"))
    must(seen.get("x-forwarded-host") == NAME, "the true host arrives", seen.get("x-forwarded-host"))
    must(not {"x-real-ip", "forwarded", "x-forwarded-prefix"} & set(seen), "other claims are dropped", seen)
    must(len(seen.get("x-request-id", "")) == 32, "the request has an id of ours", seen.get("x-request-id"))
    must(headers.get("x-request-id") == seen.get("x-request-id"), "the browser is told the same id", headers)


def headers() -> None:
    """What protects agents in their browsers is on every kind of answer."""
    for path, status in (("/", 200), ("/static/main.0123456789ab.css", 200), ("/too-large", 413)):
        body = b"x" * (LIMIT + 2 * 1_048_576) if status == 413 else None
        seen_status, seen, _ = ask("POST" if body else "GET", path, body=body)
        must(seen_status == status, f"status of {path}", seen_status)
        must(seen.get("strict-transport-security") == "max-age=31536000", f"HSTS on {path}, once", seen)
        must(seen.get("x-content-type-options") == "nosniff", f"nosniff on {path}", seen)
        must(seen.get("x-frame-options") == "DENY", f"no framing of {path}", seen)
        must(seen.get("referrer-policy") == "same-origin", f"referrer of {path}", seen)
        must(not set(seen.get("server", "")) & set("0123456789"), f"version hidden on {path}", seen)
    seen = ask("GET", "/static/main.0123456789ab.css")[1]
    must("immutable" in seen.get("cache-control", ""), "hashed files are kept by browsers", seen)
    body = ask("GET", "/static/gone.0123456789ab.css")[2]
    must(
        '"path": "/static/gone.0123456789ab.css"' in body, "a file that is not there is asked of the portal", body[:80]
    )


def uploads() -> None:
    """The portal, not the proxy, tells an agent that a file is one byte too large."""
    for size in (LIMIT, LIMIT + 1):
        status, _, body = ask("POST", "/drafts/1/documents", body=b"x" * size)
        must(status == 200 and json.loads(body)["received"] == size, f"{size} bytes reach the portal", status)
    for language, words in (("en", "too large"), ("fr-FR,fr;q=0.9", "trop volumineux")):
        status, seen, body = ask("POST", "/", {"Accept-Language": language}, b"x" * (LIMIT + 2 * 1_048_576))
        must(status == 413 and words in body and "25" in body, f"413 in {language}", (status, body[:200]))
        must(seen["x-request-id"] in body, f"413 in {language} has its reference", body)


def rates() -> None:
    """Passwords cannot be tried by the hundred; other pages go on meanwhile."""
    tried = [ask("POST", "/sign-in", body=b"email=a")[0] for _ in range(40)]
    must(tried[:10] == [200] * 10, "a firm's people can sign in", tried)
    must(429 in tried, "a machine cannot try on and on", tried)
    status, seen, body = ask("POST", "/sign-in", {"Accept-Language": "fr"}, b"email=a")
    must(status == 429 and "Patientez" in body, "429 in French", (status, body[:200]))
    must(seen.get("retry-after") == "60", "429 says when to come back", seen)
    must(ask("GET", "/sign-in")[0] == 200, "the page itself still opens")


def away() -> None:
    """A stopped portal is told in plain words, not as a bare 502."""
    for language, words in (("en", "Your draft is safe"), ("fr", "Votre brouillon est en sécurité")):
        status, seen, body = ask("POST", "/drafts/1", {"Accept-Language": language}, b"x=1")
        must(status == 503 and words in body, f"503 in {language}", (status, body[:200]))
        must("default-src 'none'" in seen.get("content-security-policy", ""), "the page's own policy", seen)
    must(ask("GET", "/proxy-pages/pages.css")[0] == 200, "the page's style is served")
    must(ask("GET", "/proxy-pages/503.en.html")[0] != 200, "the page is no address of its own")


CHECKS = {"up": (plain, hosts, addresses, headers, uploads, rates), "away": (away,)}
for check in CHECKS[sys.argv[3]]:
    check()
print("\n".join(failures) or "all holds")
sys.exit(bool(failures))
