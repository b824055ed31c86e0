"""Take a party from the address book into a draft, and save one of a draft to it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_security import current_user
from werkzeug.wrappers import Response

from portal.accounts.rules import Permission
from portal.addressbook import service as addressbook
from portal.addressbook.rules import FIELDS, Entry, problems
from portal.addressbook.words import told
from portal.db import db
from portal.drafting import service
from portal.drafting.blueprint import bp
from portal.drafting.fields import Data, Section, input_name
from portal.drafting.parties import WITH_PARTIES, Full, entry_of, only_persons, with_party
from portal.drafting.roles import Act
from portal.drafting.sections import ALL
from portal.drafting.service import NotOpen, Stale
from portal.drafting.view import DraftView
from portal.web.paging import SIZE, Page, asked_page
from portal.web.permissions import requires
from portal.web.safe import row_number

ROUTE = f"/drafts/<draft_id>/<any({', '.join(WITH_PARTIES)}):name>/address-book"
ATTEMPTS = 5


@bp.get(ROUTE)
@requires(Permission.DRAFT)
def choose_party(draft_id: str, name: str) -> Response | str:
    """Search the address book for the party to take."""
    view, section = DraftView.of(draft_id, Act.EDIT), ALL[name]
    if not view.is_editable or name not in view.service.sections:
        return _back(draft_id, name)
    number, wanted = asked_page(), request.args.get("q", "").strip()[:100]
    kind = "natural" if only_persons(section) else ""
    found = addressbook.entries(db.session, current_user, wanted, (number - 1) * SIZE, SIZE + 1, kind)
    return render_template(
        "drafting/choose_party.html",
        view=view,
        section=section,
        name=name,
        page=Page.of(found, number),
        wanted=wanted,
        only_persons=bool(kind),
    )


@bp.post(ROUTE)
@requires(Permission.DRAFT)
def take_party(draft_id: str, name: str) -> Response:
    """Copy an entry into the section, behind what is there."""
    view, section = DraftView.of(draft_id, Act.EDIT), ALL[name]
    chosen = addressbook.entry(db.session, row_number(request.form.get("entry")), current_user)
    entry = addressbook.as_entry(chosen)
    if name not in view.service.sections:
        return _back(draft_id, name)
    if only_persons(section) and entry["kind"] != "natural":
        raise service.NotFound
    try:
        row = _take(draft_id, section, entry)
    except Full:
        flash(_("This section takes no more entries."), "error")
        return _back(draft_id, name)
    except Stale:
        flash(_("Your colleagues save this section at this moment. Nothing was taken over: try again."), "error")
        return _back(draft_id, name)
    except NotOpen:
        flash(_("This application was filed: its draft cannot be changed any more."), "error")
        return redirect(url_for("drafting.tasks", draft_id=draft_id), 303)
    flash(_("%(name)s was taken over from the address book.", name=entry["name"]), "success")
    return _back(draft_id, name, row if section.rows else None)


def _take(draft_id: str, section: Section, entry: Entry) -> int:
    """Save the section with the entry, and say the index of its row; who saves it at the same time loses nothing."""
    for attempt in range(1, ATTEMPTS + 1):
        view = DraftView.of(draft_id, Act.EDIT)
        made = with_party(section, view.data.get(section.name, {}), entry)
        try:
            service.save_section(draft_id, section.name, made, view.version(section.name), current_user)
        except Stale:
            if attempt == ATTEMPTS:
                raise
        else:
            break
    return len(section.items(made)) - 1


def keep(section: Section, row: Data) -> None:
    """Save the party of a row to the address book, and tell what came of it."""
    entry = entry_of(section, row)
    if not entry["name"]:
        flash(_("Enter the name first: without it there is nothing to save to the address book."), "error")
    elif wrong := problems(entry):
        name, reason = next(iter(wrong.items()))
        about = {"field": FIELDS[name].label, "reason": reason}
        flash(_("It is not in the address book yet. %(field)s: %(reason)s", **about), "error")
    else:
        flash(told(*addressbook.add(entry, current_user)), "success")


def _back(draft_id: str, name: str, row: int | None = None) -> Response:
    address = url_for("drafting.section", draft_id=draft_id, name=name)
    return redirect(f"{address}#{input_name('name', row)}", 303)
