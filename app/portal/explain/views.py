"""Pages that explain a date or a sum to the office's staff: each answer has an address that can be kept and sent."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request
from werkzeug.wrappers import Response

from portal.accounts.rules import Permission
from portal.calendar.days import NeverOpen
from portal.explain import questions
from portal.explain.questions import AskForm, Question, Refused
from portal.explain.rules import Explanation
from portal.web.permissions import requires

bp = Blueprint("explain", __name__, template_folder="templates")

Answer = str | Response | tuple[str, int]


@bp.get("/explain")
@requires(Permission.EXPLAIN)
def index() -> str:
    """What can be asked."""
    return render_template("explain/index.html", questions=questions.every())


@bp.get("/explain/<name>")
@requires(Permission.EXPLAIN)
def question(name: str) -> Answer:
    """One question: its form, and below it the answer to what the address asks."""
    asked = questions.find(name) or abort(404)
    form = asked.form(request.args)
    is_asked = bool(request.args.keys() - {"kind"})
    explanation = _answer(asked, form) if is_asked else None
    page = render_template("explain/question.html", question=asked, form=form, explanation=explanation)
    return (page, 422) if is_asked and explanation is None else page


def _answer(asked: Question, form: AskForm) -> Explanation | None:
    """The answer; None with the form saying what is wrong."""
    if not form.validate():
        return None
    try:
        return asked.answer(form)
    except Refused as error:
        form.form_errors.append(error.words)
    except (OverflowError, NeverOpen):
        form.form_errors.append(questions.BEYOND)
    return None
