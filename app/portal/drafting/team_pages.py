"""The page of those who work on a draft, and what its owner changes there."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_security import current_user
from werkzeug.wrappers import Response

from portal.accounts.rules import Permission
from portal.accounts.service import find
from portal.db import db
from portal.drafting import team as service
from portal.drafting.blueprint import bp
from portal.drafting.roles import Act, Role
from portal.drafting.service import NotOpen
from portal.drafting.team import NotInFirm
from portal.drafting.view import DraftView
from portal.drafting.words import Words
from portal.web.permissions import requires
from portal.web.safe import ROW, row_number

ROUTE = "/drafts/<draft_id>/team"


@bp.get(ROUTE)
@requires(Permission.DRAFT)
def team(draft_id: str) -> str:
    """Who works on the draft; its owner also sees how to change that."""
    view = DraftView.of(draft_id)
    may_share = view.draft.state == "open" and view.may(Act.SHARE)
    removed = row_number(request.args.get("removed"))
    others = service.choosable(db.session, view.draft) if may_share else []
    return render_template(
        "drafting/team.html",
        view=view,
        team=service.team_of(view.draft),
        others=others,
        may_share=may_share,
        roles=_role_names(),
        removed=next((one for one in others if one.id == removed), None),
        was=Role.VIEWER if request.args.get("was") == Role.VIEWER else Role.EDITOR,
    )


@bp.post(f"{ROUTE}/access")
@requires(Permission.DRAFT)
def restrict(draft_id: str) -> Response:
    """Open the draft to chosen members only, or to the whole firm."""
    only = request.form.get("only")
    if only not in ("members", "firm"):
        flash(_("Choose who may open this draft."), "error")
        return _back(draft_id)
    try:
        service.restrict(draft_id, only == "members", current_user)
    except NotOpen:
        return _not_open(draft_id)
    if only == "members":
        flash(_("Only its owner and members can open this draft now."), "success")
    else:
        flash(_("Everyone in your firm can open and change this draft now."), "success")
    return _back(draft_id)


@bp.post(f"{ROUTE}/members")
@requires(Permission.DRAFT)
def choose(draft_id: str) -> Response:
    """Add a colleague, or give a member another role."""
    person, role = row_number(request.form.get("person")), request.form.get("role", "")
    if role not in [one.value for one in service.CHOSEN]:
        flash(_("Choose what they may do."), "error")
        return _back(draft_id)
    try:
        service.choose(draft_id, person, Role(role), current_user)
    except NotInFirm:
        return _nobody(draft_id)
    except NotOpen:
        return _not_open(draft_id)
    name = found.name if (found := find(person)) else ""
    flash(_("%(name)s: %(role)s.", name=name, role=_role_names()[Role(role)]), "success")
    return _back(draft_id)


@bp.post(f"{ROUTE}/members/<{ROW}:person_id>/remove")
@requires(Permission.DRAFT)
def remove(draft_id: str, person_id: int) -> Response:
    """Take a colleague out of the team; the page offers to add them again."""
    try:
        was = service.remove(draft_id, person_id, current_user)
    except NotOpen:
        return _not_open(draft_id)
    return redirect(url_for("drafting.team", draft_id=draft_id, removed=person_id, was=was), 303)


@bp.post(f"{ROUTE}/owner")
@requires(Permission.DRAFT)
def hand_over(draft_id: str) -> Response:
    """Make a colleague the owner."""
    person = row_number(request.form.get("person"))
    try:
        service.hand_over(draft_id, person, current_user)
    except NotInFirm:
        return _nobody(draft_id)
    except NotOpen:
        return _not_open(draft_id)
    name = found.name if (found := find(person)) else abort(404)
    flash(_("%(name)s owns this draft now. You can go on working on it.", name=name), "success")
    return _back(draft_id)


def _role_names() -> dict[str, Words]:
    return {
        Role.OWNER: _("Owner"),
        Role.EDITOR: _("May change and file it"),
        Role.VIEWER: _("May read it and comment"),
    }


def _back(draft_id: str) -> Response:
    return redirect(url_for("drafting.team", draft_id=draft_id), 303)


def _nobody(draft_id: str) -> Response:
    flash(_("Choose a colleague of your firm whose account is open."), "error")
    return _back(draft_id)


def _not_open(draft_id: str) -> Response:
    flash(_("This application was filed: its draft cannot be changed any more."), "error")
    return redirect(url_for("drafting.tasks", draft_id=draft_id), 303)
