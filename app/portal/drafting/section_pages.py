"""The page of one section: shown, saved as it is typed, and compared when two people typed at once."""

from __future__ import annotations

import re
from typing import Any

from flask import flash, jsonify, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_security import current_user
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from portal.accounts.rules import Permission
from portal.db import new_key
from portal.drafting import compare, service, typed
from portal.drafting.blueprint import bp
from portal.drafting.fields import Data, Section, input_name
from portal.drafting.inputs import fieldsets
from portal.drafting.parties import WITH_PARTIES
from portal.drafting.party_pages import keep
from portal.drafting.refusals import not_kept, typed_in
from portal.drafting.roles import Act, NotAllowed
from portal.drafting.sections import ALL, TYPED
from portal.drafting.service import NotOpen, Stale
from portal.drafting.view import DraftView
from portal.web import held
from portal.web.bidi import isolated
from portal.web.formats import clock, instant
from portal.web.language import chosen
from portal.web.permissions import requires
from portal.web.viewer import wants_json

ROUTE = f"/drafts/<draft_id>/<any({', '.join(TYPED)}):name>"


@bp.get(ROUTE)
@requires(Permission.DRAFT)
def section(draft_id: str, name: str) -> Response | str:
    """The section as it was last saved, with what is missing in it; of a filed draft there is nothing left to type."""
    view = DraftView.of(draft_id)
    if view.draft.state != "open":
        return redirect(url_for("drafting.tasks", draft_id=draft_id), 303)
    if not view.is_editable:
        return _read_page(view, ALL[name])
    version = view.version(name)
    data = view.data.get(name, {})
    return _page(view, ALL[name], data, version, new_key(), judged=version > 0, extra_row="add" in request.args)


@bp.post(ROUTE)
@requires(Permission.DRAFT)
def save(draft_id: str, name: str) -> Response | str:
    """Save what is typed, complete or not; a stale save shows what changed and saves nothing."""
    try:
        return _save(DraftView.of(draft_id, Act.EDIT), ALL[name])
    except (service.NotFound, NotAllowed) as error:
        return not_kept(error, typed_in(ALL[name]))


def _save(view: DraftView, one: Section) -> Response | str:
    draft_id, name = view.draft.id, one.name
    if (values := held.fields()) is not None:
        flash(_("Your session had ended. What you typed is below and not saved yet: save it now."), "notice")
        return _page(view, one, typed.read(one, values), *_place(values), judged=False)
    action = request.form.get("action", "")
    removed = re.fullmatch(r"remove-(\d{1,4})", action)
    data = typed.read(one, request.form, int(removed[1]) if removed else None)
    if action == "copy" and one.rows and one.rows.copies:
        data = typed.copied(one, one.rows, data, view.data)
    version, page = _place(request.form)
    if view.version(name) == version and (chosen_theirs := typed.taken(request.form)):
        data = compare.merge(one, data, view.data.get(name, {}), chosen_theirs)
    try:
        saved = service.save_section(draft_id, name, data, version, current_user, page, not wants_json())
    except Stale as stale:
        return _stale(view, one, data, page, stale)
    except NotOpen:
        return _not_open(draft_id)
    if wants_json():
        return jsonify({"version": saved.version, "saved_at": clock(saved.at)})
    if (picked := re.fullmatch(r"pick-([a-z]+)(?:-(\d{1,4}))?", action)) and one.picks(picked[1]):
        row = typed.place_kept(one, request.form, int(picked[2])) if picked[2] else None
        return redirect(url_for("classification.pick", draft_id=draft_id, name=picked[1], row=row), 303)
    return _next(view, one, data, "stay" if removed or action == "copy" else action)


def _read_page(view: DraftView, one: Section) -> str:
    """The answers of a section, for a person who may not change them."""
    offered = {"": _("No reduction"), **view.discounts} if one.name == "fees" else {}
    rows = compare.rows(one, view.data.get(one.name, {}), view.service, chosen(), offered)
    return render_template("drafting/read.html", view=view, section=one, name=one.name, title=one.label, rows=rows)


def _place(values: MultiDict[str, str]) -> tuple[int, str]:
    """Which version the page began with, and which open page it is."""
    return typed.number_in(values, "version"), values.get("page", "")[:16]


def _next(view: DraftView, one: Section, data: Data, action: str) -> Response:
    """Where a save leads: on to the task list, or back to the section when something is missing in it."""
    address = url_for("drafting.section", draft_id=view.draft.id, name=one.name)
    if one.name in WITH_PARTIES:
        if action == "take":
            return redirect(url_for("drafting.choose_party", draft_id=view.draft.id, name=one.name), 303)
        if kept := re.fullmatch(r"keep-(\d{1,4})", action):
            keep(one, typed.row(one, request.form, int(kept[1])))
            return redirect(address, 303)
    if action == "add" and one.rows:
        first = input_name(one.of(view.service)[0].first, len(one.items(data)))
        return redirect(f"{address}?add=1#{first}", 303)
    if action == "stay" or view.problems_in(one.name, data):
        return redirect(address, 303)
    return redirect(url_for("drafting.tasks", draft_id=view.draft.id), 303)


def _stale(view: DraftView, one: Section, data: Data, page: str, stale: Stale) -> Response:
    """409: to a script a sentence, to a person both values of each answer that differs."""
    told = _told(stale)
    if wants_json():
        message = f"{told} {_('Press the save button to compare; what you typed is kept.')}"
        answer: Response = jsonify({"message": message, "version": stale.version})
    else:
        differences = compare.differences(one, data, stale.data, view.service, chosen())
        conflict = {"told": told, "differences": differences}
        answer = make_response(_page(view, one, data, stale.version, page, judged=False, conflict=conflict))
    answer.status_code = 409
    return answer


def _told(stale: Stale) -> str:
    """Who saved meanwhile, and when."""
    if stale.by_id == current_user.id:
        return str(_("You saved this section in another window on %(time)s.", time=instant(stale.at)))
    return str(_("%(name)s saved this section on %(time)s.", name=isolated(stale.by), time=instant(stale.at)))


def _not_open(draft_id: str) -> Response:
    message = _("This application was filed: its draft cannot be changed any more.")
    if wants_json():
        answer = jsonify({"message": message})
        answer.status_code = 409
        return answer
    flash(message, "error")
    return redirect(url_for("drafting.tasks", draft_id=draft_id), 303)


def _page(
    view: DraftView,
    one: Section,
    data: Data,
    version: int,
    page: str,
    *,
    judged: bool,
    extra_row: bool = False,
    conflict: dict[str, Any] | None = None,
) -> str:
    """The section's page with this data in its form."""
    problems = view.problems_in(one.name, data) if judged else []
    errors = {problem.field: problem.message for problem in reversed(problems)}
    warnings = {warning.field: warning.message for warning in view.warnings if warning.section == one.name}
    items = one.items(data)
    if one.rows and (extra_row or not items):
        items = [*items, typed.empty_row(one)]
    offered = {"": _("No reduction"), **view.discounts} if one.name == "fees" else {}
    return render_template(
        one.template,
        view=view,
        section=one,
        name=one.name,
        title=one.label,
        intro=one.told(view.service),
        version=version,
        page=page,
        problems=[(f"#{problem.field}", problem.message) for problem in problems],
        conflict=conflict,
        has_parties=one.name in WITH_PARTIES,
        free=service.free_terms(data) if one.name == "goods" else {},
        picks=any(field.pick for field in one.fields),
        fieldsets=fieldsets(one, items, view.service, chosen(), errors, {} if conflict else warnings, offered),
    )
