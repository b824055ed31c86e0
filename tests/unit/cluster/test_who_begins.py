"""Who begins after a stop of all: exactly one, the one that has the most, or nobody where that cannot be proved."""

from __future__ import annotations

import itertools
import sys
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[3] / "roles" / "database" / "files"))
import office_cluster_rules as rules
from office_cluster_rules import BOOTSTRAP, JOIN, WAIT, Position, Report, decide

MEMBERS = ("prod1", "prod2", "prod3")
OFFICE = "a7daedbb-e87b-11f1-8c7d-cf1661f27ad3"
OTHER = "11111111-e87b-11f1-8c7d-cf1661f27ad3"
AWAY = Report(rules.UNREACHABLE)
EMPTY = Report(rules.STOPPED)
RUNS = Report(rules.PRIMARY, cluster=OFFICE)


def stopped(seqno: int, *, safe: bool = False, cluster: str = OFFICE) -> Report:
    """A member that was stopped in good order."""
    return Report(rules.STOPPED, Position(cluster, seqno, safe))


def crashed(own: str, seqno: int, *view: str, view_id: int = 7) -> Report:
    """A member that lost its power while it saw the members `view`."""
    return Report(rules.STOPPED, Position(OFFICE, seqno, own=own, view=view, view_id=view_id))


def all_answers(*reports: Report, **how: bool) -> list[str]:
    """What each of the three does when all three see these reports."""
    seen = dict(zip(MEMBERS, reports, strict=True))
    return [decide(me, seen, **how).what for me in MEMBERS]


def answer(me: str, *reports: Report, **how: bool) -> rules.Decision:
    return decide(me, dict(zip(MEMBERS, reports, strict=True)), **how)


def test_after_a_power_cut_the_one_with_the_most_begins():
    view = ("a", "b", "c")
    assert all_answers(crashed("a", 100, *view), crashed("b", 120, *view), crashed("c", 110, *view)) == [
        WAIT,
        BOOTSTRAP,
        WAIT,
    ]


def test_of_equals_the_last_to_leave_begins_and_else_the_first_of_the_inventory():
    assert all_answers(stopped(50), stopped(50), stopped(50, safe=True)) == [WAIT, WAIT, BOOTSTRAP]
    assert all_answers(stopped(50), stopped(50), stopped(50)) == [BOOTSTRAP, WAIT, WAIT]


def test_never_do_two_begin_whatever_each_of_them_is_at():
    """Over every mixture of what a member can be, seen alike by all."""
    view = ("a", "b", "c")
    states = [AWAY, EMPTY, RUNS, Report(rules.UNKNOWN), stopped(5, safe=True), stopped(9), Report(rules.SURVIVOR)]
    states += [Report(rules.STARTING, Position(OFFICE, 9), bootstrap=True), stopped(7, cluster=OTHER)]
    for first, second, third in itertools.product([*states, crashed("a", 8, *view)], repeat=3):
        seen = dict(zip(MEMBERS, (first, second, third), strict=True))
        begin = [
            me for me in MEMBERS
            if seen[me].state == rules.STOPPED and decide(me, seen, create=True).what == BOOTSTRAP
        ]  # fmt: skip
        assert len(begin) <= 1, seen
        others = {report.state for report in seen.values()}
        assert not (begin and others & {rules.PRIMARY, rules.SURVIVOR}), seen


def test_whoever_is_not_heard_of_may_hold_the_last_commit():
    """Two of three are back, and the third was a member to the end: it may have acknowledged what they lack."""
    view = ("a", "b", "c")
    for me in ("prod1", "prod2"):
        said = answer(me, crashed("a", 100, *view), crashed("b", 100, *view), AWAY)
        assert said.what == WAIT
        assert "prod3 cannot be asked" in said.why
        assert "prod1 at 100, prod2 at 100" in said.why
        assert "--force-bootstrap" in said.why


def test_whoever_was_gone_before_the_end_is_not_waited_for():
    """The third died a week ago; the two that went on without it know that they were the last."""
    reports = (crashed("a", 100, "a", "b", view_id=9), crashed("b", 101, "a", "b", view_id=9), AWAY)
    assert answer("prod1", *reports).what == WAIT
    assert answer("prod2", *reports).what == BOOTSTRAP


def test_the_newest_view_counts():
    """One that fell out earlier remembers a larger circle; that circle is history."""
    reports = (
        crashed("a", 90, "a", "b", "c", view_id=4),
        crashed("b", 101, "b", "c", view_id=5),
        crashed("c", 100, "b", "c", view_id=5),
    )
    assert all_answers(*reports) == [WAIT, BOOTSTRAP, WAIT]
    assert answer("prod2", AWAY, *reports[1:]).what == BOOTSTRAP
    assert answer("prod2", reports[0], reports[1], AWAY).what == WAIT


def test_the_last_one_to_leave_in_good_order_needs_nobody():
    assert answer("prod2", AWAY, stopped(80, safe=True), AWAY).what == BOOTSTRAP
    assert answer("prod1", stopped(70), AWAY, AWAY).what == WAIT


def test_a_member_joins_a_cluster_that_runs():
    assert answer("prod3", RUNS, AWAY, crashed("c", 200, "a", "b", "c")).what == JOIN
    assert answer("prod3", RUNS, RUNS, EMPTY).what == JOIN


def test_survivors_are_joined_and_not_replaced_even_by_force():
    """A member that runs without the others holds everything: a second cluster beside it would be two registers."""
    survivor = Report(rules.SURVIVOR, cluster=OFFICE)
    for force in (False, True):
        assert answer("prod1", stopped(10, safe=True), survivor, AWAY, force=force).what == JOIN


def test_a_history_of_its_own_is_neither_joined_nor_begun():
    """Joining would throw one of the two away."""
    said = answer("prod1", stopped(500, cluster=OTHER), RUNS, RUNS)
    assert said.what == WAIT
    assert "two histories" in said.why
    assert all_answers(stopped(500, cluster=OTHER), stopped(9), stopped(9, safe=True)) == [WAIT, WAIT, WAIT]


def test_a_first_cluster_needs_a_word_and_three_empty_servers():
    assert all_answers(EMPTY, EMPTY, EMPTY) == [WAIT, WAIT, WAIT]
    assert answer("prod1", EMPTY, EMPTY, EMPTY, create=True).what == BOOTSTRAP
    for other in (AWAY, stopped(3), Report(rules.UNKNOWN)):
        assert answer("prod1", EMPTY, other, EMPTY, create=True).what == WAIT
    assert answer("prod1", EMPTY, RUNS, EMPTY, create=True).what == JOIN


def test_whoever_begins_already_is_waited_for():
    begins = Report(rules.STARTING, Position(OFFICE, 100), bootstrap=True)
    assert answer("prod1", stopped(100), begins, stopped(90)).what == WAIT
    assert answer("prod1", stopped(100), begins, stopped(90), force=True).what == WAIT


def test_a_position_that_is_not_known_yet_is_waited_for():
    assert answer("prod1", stopped(100), Report(rules.UNKNOWN), stopped(90)).what == WAIT


def test_force_decides_what_cannot_be_proved_and_not_what_is_wrong():
    view = ("a", "b", "c")
    reports = (crashed("a", 100, *view), crashed("b", 120, *view), AWAY)
    assert answer("prod2", *reports, force=True).what == BOOTSTRAP
    assert answer("prod1", *reports, force=True).what == WAIT, "the other one has more"
    assert answer("prod2", stopped(9, cluster=OTHER), reports[1], AWAY, force=True).what == WAIT


def test_a_report_survives_its_journey_and_nonsense_does_not():
    report = crashed("a", 100, "a", "b")
    assert Report.from_dict({**report.as_dict(), "position": {**report.as_dict()["position"]}}) == report
    assert Report.from_dict(RUNS.as_dict()) == RUNS
    for wrong in ({}, {**RUNS.as_dict(), "state": "unreachable"}, {**report.as_dict(), "position": {"seqno": 1}}):
        with pytest.raises((KeyError, ValueError)):
            Report.from_dict(wrong)


GRASTATE = f"# GALERA saved state\nversion: 2.1\nuuid:    {OFFICE}\nseqno:   {{}}\nsafe_to_bootstrap: {{}}\n"
GVWSTATE = (
    "my_uuid: d3124bc8-1605-11e4-aa3d-ab44303c044a\n#vwbeg\n"
    "view_id: 3 0dae1307-1606-11e4-aa94-5255b1455aa0 12\nbootstrap: 0\n"
    "member: 0dae1307-1606-11e4-aa94-5255b1455aa0 0\nmember: d3124bc8-1605-11e4-aa3d-ab44303c044a 0\n#vwend\n"
)


def test_what_galera_left_is_read():
    assert rules.read_position("") is None
    assert rules.read_position(GRASTATE.format(1274, 1)) == Position(OFFICE, 1274, safe=True)
    assert rules.read_position(GRASTATE.format(-1, 0), GVWSTATE, f"{OFFICE}:1300") == Position(
        OFFICE,
        1300,
        own="d3124bc8-1605-11e4-aa3d-ab44303c044a",
        view=("0dae1307-1606-11e4-aa94-5255b1455aa0", "d3124bc8-1605-11e4-aa3d-ab44303c044a"),
        view_id=12,
    )


def test_a_crash_is_not_a_leave_in_good_order():
    """A lone survivor carries the mark while it runs; its number must have been recovered before it counts."""
    found = rules.read_position(GRASTATE.format(-1, 1))
    assert found == Position(OFFICE, -1)


LOCAL = rules.Local(primary=True, ready=True, state=4, view=MEMBERS, read_only=True)
OF_ONE = rules.Office("prod1", 5, "prod2")


def duty(me: str, local: rules.Local = LOCAL, office: rules.Office | None = OF_ONE, **since: float) -> str:
    return rules.duty(me, MEMBERS, local, office, **{"absent": 0, "named": 99, "sick": 0, **since}).what


def test_one_member_serves_and_the_others_stand_by():
    assert [duty(me) for me in MEMBERS] == [rules.SERVE, rules.STAND_BY, rules.STAND_BY]


def test_a_writer_that_is_gone_is_followed_by_the_next_in_line():
    two = replace(LOCAL, view=("prod2", "prod3"))
    assert [duty(me, two, absent=0.1) for me in ("prod2", "prod3")] == [rules.CLAIM, rules.STAND_BY]
    assert duty("prod3", two, absent=rules.STAGGER_SECONDS) == rules.CLAIM, "when the next in line does nothing"


def test_a_writer_that_comes_back_stands_by():
    """Two balancers would write to two members for as long as one of them had not noticed."""
    assert duty("prod1", office=rules.Office("prod2", 6, "prod1")) == rules.STAND_BY


def test_a_new_writer_waits_until_the_old_one_has_noticed():
    named = rules.Office("prod2", 6, "prod1")
    assert duty("prod2", office=named, named=0.5) == rules.STAND_BY
    assert duty("prod2", office=named, named=rules.HAND_OVER_SECONDS) == rules.SERVE
    assert duty("prod2", replace(LOCAL, view=("prod2", "prod3")), named, named=0) == rules.SERVE
    assert duty("prod2", replace(LOCAL, read_only=False), named, named=0.5) == rules.SERVE, "its watcher was restarted"


def test_a_writer_that_says_nothing_is_replaced_although_it_is_a_member():
    assert duty("prod2", sick=rules.SICK_SECONDS - 1) == rules.STAND_BY
    assert duty("prod2", sick=rules.SICK_SECONDS) == rules.CLAIM
    assert duty("prod3", sick=rules.SICK_SECONDS) == rules.STAND_BY


@pytest.mark.parametrize("local", [replace(LOCAL, primary=False), replace(LOCAL, ready=False), replace(LOCAL, state=1)])
def test_who_is_not_synced_neither_serves_nor_claims(local):
    assert duty("prod1", local) == rules.STAND_BY
    assert duty("prod2", replace(local, view=("prod2", "prod3")), absent=60) == rules.STAND_BY


def test_who_gives_a_copy_goes_on_serving_and_begins_to_only_where_nobody_else_can():
    """After a stop of all the one that began gives copies to the others, and nobody else can be written to."""
    giving = replace(LOCAL, state=2)
    assert duty("prod1", giving) == rules.SERVE
    two = replace(giving, view=("prod2", "prod3"))
    assert duty("prod2", two, absent=1) == rules.STAND_BY
    assert duty("prod2", two, absent=2 * rules.STAGGER_SECONDS) == rules.CLAIM


def test_the_first_writer_is_the_first_of_the_inventory():
    assert [duty(me, office=None) for me in MEMBERS] == [rules.CLAIM, rules.STAND_BY, rules.STAND_BY]


def test_members_that_all_lost_each_other_gather_around_the_one_with_the_most():
    """Each runs, none may commit, and nothing moves by itself: that is a register that stands still until morning."""

    def survivor(seqno: int) -> Report:
        return Report(rules.SURVIVOR, Position(OFFICE, seqno), cluster=OFFICE)

    all_here = dict(zip(MEMBERS, (survivor(10), survivor(12), survivor(11)), strict=True))
    assert [rules.gathers(me, all_here) for me in MEMBERS] == [False, True, False]
    for missing in (AWAY, RUNS, stopped(9)):
        assert not rules.gathers("prod2", {**all_here, "prod3": missing}), "somebody may commit where nobody looks"
