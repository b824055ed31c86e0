"""Who is what to a draft."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from portal.drafting.roles import MAY, Act, Role, role_in

FIRM, OTHER = 1, 2


def person(number: int, firm: int | None = FIRM, active: bool = True) -> Any:
    return SimpleNamespace(id=number, firm_id=firm, active=active, name=f"Person {number}")


OWNER, EDITOR, VIEWER, COLLEAGUE = person(1), person(2), person(3), person(4)


def draft(is_restricted: bool = True, owner: Any = OWNER, members: dict[Any, Role] | None = None) -> Any:
    chosen = {2: Role.EDITOR, 3: Role.VIEWER} if members is None else members
    people = {one.id: one for one in (EDITOR, VIEWER)}
    rows = [SimpleNamespace(user_id=key, role=role.value, person=people[key]) for key, role in chosen.items()]
    return SimpleNamespace(
        id="d", firm_id=FIRM, owner_id=owner.id, owner=owner, is_restricted=is_restricted, members=rows
    )  # fmt: skip


@pytest.mark.parametrize(
    ("who", "open_to_all", "restricted"),
    [
        (OWNER, Role.OWNER, Role.OWNER),
        (EDITOR, Role.EDITOR, Role.EDITOR),
        (VIEWER, Role.EDITOR, Role.VIEWER),
        (COLLEAGUE, Role.EDITOR, None),
        (person(9, OTHER), None, None),
        (person(9, None), None, None),
        (person(1, OTHER), None, None),
    ],
)
def test_what_a_person_is_to_an_open_and_to_a_restricted_draft(who, open_to_all, restricted):
    """The list of members counts only while the draft is restricted; the firm's door comes before everything."""
    assert role_in(draft(is_restricted=False), who) is open_to_all
    assert role_in(draft(), who) is restricted


GONE = [person(1, active=False), person(1, OTHER)]


@pytest.mark.parametrize("owner", GONE)
def test_where_the_owner_is_gone_whoever_may_type_owns_it(owner):
    assert role_in(draft(owner=owner), EDITOR) is Role.OWNER
    assert role_in(draft(owner=owner), VIEWER) is Role.VIEWER
    assert role_in(draft(owner=owner), COLLEAGUE) is None
    assert role_in(draft(is_restricted=False, owner=owner), COLLEAGUE) is Role.OWNER


@pytest.mark.parametrize("owner", GONE)
def test_where_nobody_is_left_who_may_type_the_firm_owns_it(owner):
    only_viewers = draft(owner=owner, members={3: Role.VIEWER})
    assert role_in(only_viewers, COLLEAGUE) is Role.OWNER
    assert role_in(only_viewers, VIEWER) is Role.OWNER
    assert role_in(only_viewers, person(9, OTHER)) is None


def test_what_each_role_may_do():
    """Written out: a permission that slips in here opens every page."""
    assert MAY[Role.VIEWER] == {Act.READ, Act.COMMENT}
    assert MAY[Role.EDITOR] == {Act.READ, Act.COMMENT, Act.EDIT, Act.FILE}
    assert MAY[Role.OWNER] == {Act.READ, Act.COMMENT, Act.EDIT, Act.FILE, Act.SHARE, Act.DELETE}
