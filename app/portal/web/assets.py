"""Front-end files under hashed names: made by the kit into static/dist, served for a year."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, abort, send_from_directory

DIST = Path(__file__).parents[1] / "static" / "dist"
FOREVER = 365 * 24 * 3600


def init_app(app: Flask) -> None:
    """Give templates `asset('portal.css')` and `office_css()`."""
    names = manifest()
    css = office_colours(app.config["PROFILE"].office.colour)
    app.config["OFFICE_CSS"] = css
    office_name = f"office.{hashlib.sha256(css.encode()).hexdigest()[:12]}.css"
    app.config["OFFICE_CSS_NAME"] = office_name

    @lru_cache(maxsize=64)
    def address(name: str) -> str:
        return f"/static/{names[name]}"

    app.jinja_env.globals.update(asset=address, office_css=f"/static/{office_name}")


def manifest() -> dict[str, str]:
    """Logical name → hashed name; raises with the remedy when the files were never made."""
    path = DIST / "manifest.json"
    if not path.is_file():
        raise RuntimeError(f"{path} is missing: run `bin/kit dev` or `bin/kit bundle`, which make the front-end files")
    names: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return names


def send(name: str, current_css: str, current_name: str) -> Response:
    """A file of static/dist, or the style sheet made from the office's colour."""
    if name == current_name:
        response = Response(current_css, mimetype="text/css")
    elif name == "manifest.json" or name.startswith("."):
        abort(404)
    else:
        response = send_from_directory(DIST, name, max_age=FOREVER)
    response.headers["Cache-Control"] = f"public, max-age={FOREVER}, immutable"
    return response


def office_colours(colour: str) -> str:
    """Custom properties for the office's colour, and a text colour that can be read on it (WCAG 2.2, 1.4.3)."""
    text = "#ffffff" if contrast(colour, "#ffffff") >= contrast(colour, "#0b0c0c") else "#0b0c0c"
    return f":root{{--office-colour:{colour};--office-text-colour:{text};--govuk-brand-colour:{colour}}}"


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours (#rrggbb), 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
