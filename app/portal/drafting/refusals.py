"""What a person is told who may not do something with a draft; what they typed is shown, so that it is not lost."""

from __future__ import annotations

from flask import jsonify, make_response, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.drafting import typed
from portal.drafting.blueprint import bp
from portal.drafting.fields import Section
from portal.drafting.roles import Act, NotAllowed
from portal.drafting.service import NotFound
from portal.drafting.words import Words
from portal.web import held
from portal.web.viewer import wants_json

Typed = list[tuple[Words, str]]


@bp.app_errorhandler(NotAllowed)
def not_allowed(error: NotAllowed) -> Response:
    """403 in plain words: what may not be done, and whom to ask."""
    return not_kept(error, [])


def not_kept(error: NotAllowed | NotFound, what: Typed) -> Response:
    """The answer to a save that was refused, with what was typed to copy from."""
    told, advice = _words(error)
    if wants_json():
        answer: Response = jsonify({"message": f"{told} {advice}"})
    else:
        draft_id = error.draft_id if isinstance(error, NotAllowed) else ""
        page = render_template("drafting/not_kept.html", told=told, advice=advice, typed=what, draft_id=draft_id)
        answer = make_response(page)
    answer.status_code = error.code or 500
    return answer


def typed_in(section: Section) -> Typed:
    """What the request would have saved in a section, answer by answer."""
    values = held.fields()
    data = typed.read(section, request.form if values is None else values)
    return [
        (field.label, value)
        for item in section.items(data)
        for field in section.fields
        if (value := " ".join(item[part] for part in field.parts).strip())
    ]


def _words(error: NotAllowed | NotFound) -> tuple[str, str]:
    if isinstance(error, NotFound):
        return (
            _("This draft is not there for you."),
            _("It was deleted, or its owner took you out of its team. Ask your colleagues."),
        )
    ask = _("Ask the owner of the draft: %(name)s.", name=error.owner)
    match error.act:
        case Act.SHARE:
            return _("Only its owner says who works on a draft."), ask
        case Act.DELETE:
            return _("Only its owner can delete a draft."), ask
        case Act.FILE:
            return _("You may read this draft and comment on it, but not file it."), ask
    return _("You may read this draft and comment on it, but not change it."), ask
