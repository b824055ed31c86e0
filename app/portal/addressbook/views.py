"""The pages of the address book."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, flash, make_response, redirect, render_template, request, stream_with_context, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_security import current_user
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from portal.accounts.rules import Permission, is_granted
from portal.addressbook import service, tables
from portal.addressbook.forms import EntryForm, ImportForm
from portal.addressbook.models import Address
from portal.addressbook.rules import COLUMNS, FIELDS, Entry
from portal.addressbook.words import told
from portal.context import profile
from portal.db import db
from portal.drafting.typed import number_in
from portal.web import held
from portal.web.language import chosen
from portal.web.paging import SIZE, Page, asked_page
from portal.web.permissions import requires
from portal.web.safe import ROW, row_number

bp = Blueprint("addressbook", __name__, template_folder="templates")
SHOWN = 20
"""So many entries of an import are shown before it is done."""


@bp.before_request
def _only_for_firms() -> None:
    """Who drafts and belongs to no firm has no address book; who may not draft is told so by each address."""
    may_draft = current_user.is_authenticated and is_granted(Permission.DRAFT, current_user.role_names())
    if may_draft and current_user.firm_id is None:
        raise NotFound


@bp.get("/address-book")
@requires(Permission.DRAFT)
def entries() -> str:
    """The firm's people and organisations, by name."""
    number, wanted = asked_page(), request.args.get("q", "").strip()[:100]
    found = service.entries(db.session, current_user, wanted, (number - 1) * SIZE, SIZE + 1)
    deleted = row_number(request.args.get("deleted"))
    return render_template(
        "addressbook/entries.html",
        page=Page.of(found, number),
        wanted=wanted,
        deleted=_deleted(deleted) if deleted else None,
    )


@bp.get("/address-book/new")
@requires(Permission.DRAFT)
def new() -> str:
    """The form of a new entry."""
    return _form_page(EntryForm(formdata=None))


@bp.post("/address-book/new")
@requires(Permission.DRAFT)
def add() -> Response | str:
    """Add an entry; one whose name is there already is asked about first."""
    values = held.fields()
    form = EntryForm() if values is None else EntryForm(formdata=None, data=values.to_dict())
    if values is not None:
        flash(_("Your session had ended. What you typed is below and not saved yet: save it now."), "notice")
        return _form_page(form)
    if not form.judge():
        return make_response(_form_page(form), 400)
    same = service.alike(db.session, form.entry(), current_user)
    if same and "anyway" not in request.form:
        return make_response(_form_page(form, alike=same), 409)
    made, is_new = service.add(form.entry(), current_user)
    flash(told(made, is_new), "success")
    return redirect(url_for(".entries"), 303)


@bp.get(f"/address-book/<{ROW}:address_id>")
@requires(Permission.DRAFT)
def entry(address_id: int) -> str:
    """The form to change an entry."""
    found = service.entry(db.session, address_id, current_user)
    return _form_page(EntryForm(formdata=None, data=service.as_entry(found)), found)


@bp.post(f"/address-book/<{ROW}:address_id>")
@requires(Permission.DRAFT)
def change(address_id: int) -> Response | str:
    """Change an entry; what a colleague saved meanwhile is shown beside what was typed."""
    found, form = service.entry(db.session, address_id, current_user), EntryForm()
    if not form.judge():
        return make_response(_form_page(form, found), 400)
    try:
        service.change(address_id, form.entry(), number_in(request.form, "version"), current_user)
    except service.Stale as stale:
        return make_response(_form_page(form, stale.entry, is_stale=True), 409)
    flash(_("%(name)s was changed. Drafts keep what they hold.", name=form.entry()["name"]), "success")
    return redirect(url_for(".entries"), 303)


@bp.post(f"/address-book/<{ROW}:address_id>/delete")
@requires(Permission.DRAFT)
def delete(address_id: int) -> Response:
    """Delete an entry; the list offers to bring it back."""
    service.delete(address_id, current_user)
    return redirect(url_for(".entries", deleted=address_id), 303)


@bp.post(f"/address-book/<{ROW}:address_id>/restore")
@requires(Permission.DRAFT)
def restore(address_id: int) -> Response:
    """Bring a deleted entry back."""
    found = service.restore(address_id, current_user)
    flash(_("%(name)s is in the address book again.", name=found.name), "success")
    return redirect(url_for(".entries"), 303)


@bp.get("/address-book/import")
@requires(Permission.DRAFT)
def import_form() -> str:
    """Choose a file, with what it must look like."""
    return _import_page(ImportForm(formdata=None))


@bp.post("/address-book/import")
@requires(Permission.DRAFT)
def read_file() -> Response | str:
    """Read a file: its faults by line, or a page that shows what it holds."""
    given, form = request.files.get("file"), ImportForm(formdata=None)
    if given is None or not given.filename:
        form.file.errors = [_("Choose a file first.")]
        return make_response(_import_page(form), 400)
    table = tables.read(given.stream.read(tables.MOST_BYTES + 1), profile().office.languages)
    if table.faults:
        return make_response(_import_page(form, table, given.filename), 422)
    key = service.stage(given.filename, table.entries, current_user)
    return redirect(url_for(".preview", key=key), 303)


@bp.get("/address-book/import/<key>")
@requires(Permission.DRAFT)
def preview(key: str) -> Response | str:
    """What an import would add, before it does."""
    try:
        found = service.staged(db.session, key, current_user)
    except NotFound:
        return _done_before()
    return render_template("addressbook/preview.html", staged=found, shown=SHOWN)


@bp.post("/address-book/import/<key>")
@requires(Permission.DRAFT)
def take_in(key: str) -> Response:
    """Import the file, once."""
    try:
        added = service.take_in(key, "alike" in request.form, current_user)
    except NotFound:
        return _done_before()
    flash(ngettext("%(num)s entry was added.", "%(num)s entries were added.", added), "success")
    return redirect(url_for(".entries"), 303)


@bp.get("/address-book/sample.csv")
@requires(Permission.DRAFT)
def sample() -> Response:
    """A file that can be imported, to begin from."""
    return _file(_samples(), "sample.csv")


@bp.get("/address-book/export.csv")
@requires(Permission.DRAFT)
def export() -> Response:
    """The whole address book."""
    return _file(service.every(db.session, current_user), "address-book.csv")


def _file(found: Iterable[Entry], name: str) -> Response:
    """A table to download; it is written while it is sent."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(stream_with_context(tables.write(found)), mimetype="text/csv", headers=headers)


def _samples() -> list[Entry]:
    people = {
        "kind": "natural", "name": "Amina Diallo", "street": "3 Court Lane", "city": "Lumeria City",
        "postcode": "00101", "country": "KE", "email": "amina@agents.example", "phone": "+000 555 0142",
    }  # fmt: skip
    return [people, {**people, "kind": "legal", "name": "Café Zoë & Fils", "email": "ip@zoe.example"}]


def _done_before() -> Response:
    flash(_("This file was imported already, or it waited for longer than a day. Nothing was added now."), "notice")
    return redirect(url_for(".entries"), 303)


def _deleted(address_id: int) -> Address | None:
    try:
        return service.entry(db.session, address_id, current_user, is_deleted=True)
    except NotFound:
        return None


def _form_page(
    form: EntryForm, found: Address | None = None, alike: list[Address] | None = None, is_stale: bool = False
) -> str:
    form.offer(chosen())
    return render_template("addressbook/entry.html", form=form, address=found, alike=alike or [], is_stale=is_stale)


def _import_page(form: ImportForm, table: tables.Table | None = None, file_name: str = "") -> str:
    return render_template(
        "addressbook/import.html",
        form=form,
        table=table,
        file_name=file_name,
        most=tables.MOST_ROWS,
        columns=[FIELDS[name].label for name in COLUMNS],
    )
