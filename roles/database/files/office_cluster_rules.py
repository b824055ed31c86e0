"""What a member of the database cluster does: who begins after a stop of all, and who is written to. Pure rules.

No clock, no network, no file: `office_cluster.py` brings the facts and carries out the answer. Standard library only.

Where a member stands:
    primary     its server answers, and belongs to the component that may commit
    survivor    its server answers, and has lost the others: it was a member before, and is again when enough return
    starting    its server was let start, and does not answer yet
    stopped     its server does not run; `position` is where its data ends, None for a server that never was a member
    unknown     it answers, and does not know its position (yet)
    unreachable nothing is known of it
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

PRIMARY, SURVIVOR, STARTING, STOPPED = "primary", "survivor", "starting", "stopped"
UNKNOWN, UNREACHABLE = "unknown", "unreachable"

NO_CLUSTER = "00000000-0000-0000-0000-000000000000"
SYNCED, DONOR = 4, 2
# Between two servers that both see the writer gone: the second in line lets the first go first.
STAGGER_SECONDS = 1.0
# A new writer waits for so long while the old one is still a member: it has noticed by then, and refuses writes.
HAND_OVER_SECONDS = 2.0
# A writer that is a member and does not serve (its watcher says so, or says nothing) loses its office after this.
SICK_SECONDS = 8.0
# Members that run and have lost each other find together by themselves when they can; after this they are helped.
REUNITE_SECONDS = 45.0


@dataclass(frozen=True)
class Position:
    """Where a stopped server's data ends, and whom it saw last.

    `cluster` is the identity of the history; `seqno` the last transaction of it that this server has. `safe`: it was
    the last one to leave in good order. `view` are the members of the last component that it belonged to, by their
    identities in the group, `view_id` that component's number, `own` its own identity: all three after a crash only.
    """

    cluster: str
    seqno: int
    safe: bool = False
    own: str = ""
    view: tuple[str, ...] = ()
    view_id: int = -1


@dataclass(frozen=True)
class Report:
    """What a member says of itself, or `unreachable`."""

    state: str
    position: Position | None = None
    cluster: str = ""
    bootstrap: bool = False
    writer: bool = False
    synced: bool = False
    why: str = ""

    def as_dict(self) -> dict:
        return asdict(self)

    @classmethod
    def from_dict(cls, said: Mapping) -> Report:
        """Read what a member sent. Raises KeyError, TypeError or ValueError for anything else."""
        position = said.get("position")
        if position is not None:
            position = Position(
                cluster=str(position["cluster"]),
                seqno=int(position["seqno"]),
                safe=position["safe"] is True,
                own=str(position["own"]),
                view=tuple(str(one) for one in position["view"]),
                view_id=int(position["view_id"]),
            )
        if said["state"] not in (PRIMARY, SURVIVOR, STARTING, STOPPED, UNKNOWN):
            raise ValueError(f"no state: {said['state']!r}")
        return cls(
            state=said["state"],
            position=position,
            cluster=str(said["cluster"]),
            bootstrap=said["bootstrap"] is True,
            writer=said["writer"] is True,
            synced=said["synced"] is True,
            why=str(said["why"]),
        )


# --- who begins ---

JOIN, BOOTSTRAP, WAIT = "join", "bootstrap", "wait"


@dataclass(frozen=True)
class Decision:
    """What a server that is to be started does, and why, for the journal."""

    what: str
    why: str


def decide(me: str, reports: Mapping[str, Report], *, create: bool = False, force: bool = False) -> Decision:
    """How the stopped server `me` starts. `reports` holds every member of the inventory, in its order, `me` too.

    `create`: an apply has asked for a first cluster; the first of the inventory alone makes it. `force`: a person has
    said that what cannot be proved is so.
    Every member that sees the same reports answers for the same one, so that never two begin.
    """
    own = reports[me].position
    others = {name: report for name, report in reports.items() if name != me}
    running = [name for name, report in others.items() if report.state == PRIMARY]
    strange = {name: others[name].cluster for name in running if own and others[name].cluster not in ("", own.cluster)}
    begun = [name for name, report in others.items() if report.state == STARTING and report.bootstrap]
    survivors = [name for name, report in others.items() if report.state == SURVIVOR]
    if own and strange:
        answer = Decision(WAIT, _strange(me, own, strange))
    elif running:
        answer = Decision(JOIN, f"the cluster runs on {_names(running)}")
    elif begun:
        answer = Decision(WAIT, f"{_names(begun)} begins; this server joins as soon as it serves")
    elif survivors:  # also when forced: a second cluster beside them would be two histories
        answer = Decision(JOIN, f"{_names(survivors)} runs and waits for enough of the others")
    elif own is None:
        answer = _without_state(others, create and me == next(iter(reports)))
    else:
        answer = _among_stopped(me, own, reports, force)
    return answer


def _without_state(others: Mapping[str, Report], create: bool) -> Decision:
    """A server that never was a member: it begins only a first cluster, which nobody else holds a part of."""
    holders = [name for name, report in others.items() if report.position]
    if holders:
        return Decision(WAIT, f"this server holds nothing yet; it joins when {_names(holders)} runs")
    unsure = [name for name, report in others.items() if report.state != STOPPED]
    if unsure:
        return Decision(WAIT, f"nobody is known to hold a cluster, but nothing is known of {_names(unsure)}")
    if not create:
        return Decision(WAIT, "no server holds a cluster, and nobody asked for a new one (bin/kit apply does)")
    return Decision(BOOTSTRAP, "no server holds a cluster, and a first one was asked for")


def _among_stopped(me: str, own: Position, reports: Mapping[str, Report], force: bool) -> Decision:
    known = {name: report.position for name, report in reports.items() if report.position}
    strange = {name: position.cluster for name, position in known.items() if position.cluster != own.cluster}
    if strange:
        return Decision(WAIT, _strange(me, own, strange))
    best = most_advanced(known)
    if force:
        less = known[best].seqno > own.seqno
        forced = Decision(BOOTSTRAP, f"a person has decided so; known was: {_standing(known)}")
        return Decision(WAIT, f"{best} has more ({_standing(known)}): force it there") if less else forced
    asked = [name for name, report in reports.items() if report.state in (UNKNOWN, STARTING) and name != me]
    if asked:
        return Decision(WAIT, f"where {_names(asked)} stands is not known yet; known: {_standing(known)}")
    away = [name for name, report in reports.items() if report.state == UNREACHABLE]
    if away and not proved(known, best):
        return Decision(
            WAIT,
            f"{_names(away)} cannot be asked and may hold commits that the others lack; known: {_standing(known)}. "
            f"Bring {_names(away)} back. If it is lost for good: `office-cluster start --force-bootstrap` on {best}",
        )
    begins = Decision(BOOTSTRAP, f"this server has the most ({_standing(known)})")
    return begins if best == me else Decision(WAIT, f"{best} begins, having the most ({_standing(known)})")


def most_advanced(known: Mapping[str, Position]) -> str:
    """The member whose data ends last; of equals the one that left last, then the first of the inventory."""
    order = list(known)
    return max(order, key=lambda name: (known[name].seqno, known[name].safe, -order.index(name)))


def proved(known: Mapping[str, Position], best: str) -> bool:
    """Whether nobody who is not among `known` can hold more than `best`.

    Either it was the last one to leave in good order; or all members of the last component are among them, for any
    later component would need a majority of that one, and one of these would have been in it.
    """
    if known[best].safe:
        return True
    last = max(known.values(), key=lambda position: position.view_id)
    return bool(last.view) and set(last.view) <= {position.own for position in known.values()}


def _strange(me: str, own: Position, others: Mapping[str, str]) -> str:
    said = ", ".join(f"{name} of {cluster}" for name, cluster in others.items())
    return (
        f"{me} holds data of the cluster {own.cluster}, and {said}: these are two histories, and joining would destroy "
        "one of them. Nothing was changed. Find out which one is the office's (docs/operators-database.md)"
    )


def _standing(known: Mapping[str, Position]) -> str:
    return ", ".join(f"{name} at {position.seqno}" for name, position in known.items())


def _names(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def gathers(me: str, reports: Mapping[str, Report]) -> bool:
    """Whether `me` brings the members together again that all run and none of which may commit.

    Only when every one of the inventory says so of itself: then nobody commits anywhere, and who has the most leads.
    """
    known = {name: report.position for name, report in reports.items() if report.state == SURVIVOR and report.position}
    same = len({position.cluster for position in known.values()}) == 1
    return len(known) == len(reports) and same and most_advanced(known) == me


# --- who is written to ---

SERVE, STAND_BY, CLAIM = "serve", "stand by", "claim"


@dataclass(frozen=True)
class Local:
    """How this member stands. `view`: names of the component's members; `state` as wsrep_local_state counts."""

    primary: bool
    ready: bool
    state: int
    view: tuple[str, ...]
    read_only: bool

    @property
    def usable(self) -> bool:
        """Whether it may be written to: a donor may, since it copies without stopping."""
        return self.primary and self.ready and self.state in (SYNCED, DONOR)


@dataclass(frozen=True)
class Office:
    """The row that the whole cluster agrees on: who is written to, since which change, and who was before."""

    holder: str
    epoch: int
    previous: str


def duty(
    me: str, order: Sequence[str], local: Local, office: Office | None, *, absent: float, named: float, sick: float
) -> Decision:
    """What this member does about writing.

    Seconds: `absent` since the holder was last seen a member, `named` since this member saw the row name it, `sick`
    since the holder last said that it serves.
    """
    if not local.usable:
        return Decision(STAND_BY, f"not synced (primary {local.primary}, ready {local.ready}, state {local.state})")
    if office is not None and office.holder == me:
        waits = local.read_only and office.previous != me and office.previous in local.view
        waits = waits and named < HAND_OVER_SECONDS
        return Decision(STAND_BY, f"takes over from {office.previous}") if waits else Decision(SERVE, "writer")
    why, since = _vacant(local, office, absent, sick)
    line = [name for name in order if name in local.view and (office is None or name != office.holder)]
    if since < 0 or me not in line:
        return Decision(STAND_BY, why)
    # who gives a copy can serve as well, and goes first only where nobody else can
    place = line.index(me) + (0 if local.state == SYNCED else len(line))
    if since < place * STAGGER_SECONDS:
        return Decision(STAND_BY, f"{why}, and another one is first in line")
    return Decision(CLAIM, why)


def _vacant(local: Local, office: Office | None, absent: float, sick: float) -> tuple[str, float]:
    """Why there must be another writer, and for how many seconds already; less than none when there need not."""
    if office is None:
        return "there is no writer yet", 0.0
    if office.holder not in local.view:
        return f"{office.holder} is no member any more", absent
    if sick >= SICK_SECONDS:
        return f"{office.holder} does not serve", sick - SICK_SECONDS
    return f"{office.holder} is the writer", -1.0


# --- what Galera leaves on the disk ---


def read_position(state: str, view: str = "", recovered: str = "") -> Position | None:
    """Where a stopped server's data ends: from grastate.dat, gvwstate.dat and what a recovery found (`uuid:seqno`).

    None for a server that was never a member. A recovery tells more than the file, which is behind after a crash.
    """
    told = dict(re.findall(r"^(\w+):\s*(\S+)", state, re.MULTILINE))
    cluster, seqno = told.get("uuid", NO_CLUSTER), int(told.get("seqno", -1))
    found = re.fullmatch(r"([0-9a-f-]{36}):(-?\d+)", recovered.strip())
    if found and found[1] != NO_CLUSTER and int(found[2]) >= seqno:
        cluster, seqno = found[1], int(found[2])
    if cluster == NO_CLUSTER:
        return None
    own = re.search(r"^my_uuid:\s*(\S+)", view, re.MULTILINE)
    number = re.search(r"^view_id:\s*\d+\s+\S+\s+(\d+)", view, re.MULTILINE)
    members = tuple(re.findall(r"^member:\s*(\S+)", view, re.MULTILINE))
    return Position(
        cluster=cluster,
        seqno=seqno,
        safe=told.get("safe_to_bootstrap") == "1" and seqno >= 0,
        own=own[1] if own else "",
        view=members if own and number else (),
        view_id=int(number[1]) if own and number else -1,
    )
