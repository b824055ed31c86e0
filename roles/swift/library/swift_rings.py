#!/usr/bin/python3
"""Make Swift's rings for a list of disks, and place the same files on every server.

`read` answers with the builders of this server, `made` with builders and rings as they must be (nothing is written),
`placed` writes them. Files travel as base64 by their names. A ring keeps what it knew: a new disk is added to it, one
that left is taken away, and only the parts move that must.
"""

from __future__ import annotations

import base64
import grp
import os
import tempfile
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule

PLACE = Path("/etc/swift")
SEED = "office"
WEIGHT = 100.0
MODE = 0o640


def read() -> dict[str, str]:
    """The builders that are here."""
    return {path.name: base64.b64encode(path.read_bytes()).decode() for path in sorted(PLACE.glob("*.builder"))}


def made(name: str, port: int, values: dict[str, Any], folder: Path) -> dict[str, str]:
    """The builder and the ring of one kind, made in a scratch folder."""
    from swift.common.ring import RingBuilder  # noqa: PLC0415 - only servers of the storage have it

    path = folder / f"{name}.builder"
    known = values["known"].get(path.name)
    if known:
        path.write_bytes(base64.b64decode(known))
        builder = RingBuilder.load(str(path))
    else:
        builder = RingBuilder(values["part_power"], min(values["replicas"], len(values["disks"])), 1)
    if builder.part_power != values["part_power"]:
        raise ValueError(f"the rings were made with part power {builder.part_power}, which can never be changed")
    wanted = {(disk["ip"], port, disk["device"]): disk for disk in values["disks"]}
    there = {(disk["ip"], disk["port"], disk["device"]): disk for disk in builder.devs if disk}
    for key in sorted(set(wanted) - set(there)):
        builder.add_dev(
            {"region": 1, "zone": wanted[key]["zone"], "ip": key[0], "port": port, "device": key[2], "weight": WEIGHT}
        )
    for key in set(there) - set(wanted):
        builder.remove_dev(there[key]["id"])
    replicas = float(min(values["replicas"], len(wanted)))
    if set(wanted) != set(there) or builder.replicas != replicas or not known:
        builder.set_replicas(replicas)
        builder.pretend_min_part_hours_passed()
        builder.rebalance(seed=SEED)
        builder.validate()
        builder.save(str(path))
    ring = folder / f"{name}.ring.gz"
    builder.get_ring().save(str(ring))
    return {one.name: base64.b64encode(one.read_bytes()).decode() for one in (path, ring)}


def placed(files: dict[str, str], dry: bool) -> list[str]:
    """Write what differs, readable for Swift alone; the names of those files."""
    group, changed = grp.getgrnam("swift").gr_gid, []
    for name, content in sorted(files.items()):
        path, data = PLACE / name, base64.b64decode(content)
        state = path.stat() if path.is_file() else None
        if (
            state
            and path.read_bytes() == data
            and (state.st_mode & 0o777, state.st_uid, state.st_gid) == (MODE, 0, group)
        ):
            continue
        changed.append(name)
        if not dry:
            draft = path.with_name(f".{name}.new")
            draft.write_bytes(data)
            draft.chmod(MODE)
            os.chown(draft, 0, group)
            draft.replace(path)
    return changed


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "state": {"type": "str", "required": True, "choices": ["read", "made", "placed"]},
            "known": {"type": "dict", "default": {}},
            "files": {"type": "dict", "default": {}},
            "rings": {"type": "dict", "default": {}},
            "disks": {"type": "list", "elements": "dict", "default": []},
            "replicas": {"type": "int", "default": 3},
            "part_power": {"type": "int", "default": 8},
        },
        supports_check_mode=True,
    )
    values = module.params
    try:
        if values["state"] == "read":
            module.exit_json(changed=False, files=read())
        if values["state"] == "placed":
            changed = placed(values["files"], module.check_mode)
            module.exit_json(changed=bool(changed), written=changed)
        files: dict[str, str] = {}
        with tempfile.TemporaryDirectory() as folder:
            for name, port in values["rings"].items():
                files.update(made(name, int(port), values, Path(folder)))
        module.exit_json(changed=False, files=files)
    except (OSError, ValueError, KeyError) as error:
        module.fail_json(msg=f"the rings could not be {values['state']}: {error}")


if __name__ == "__main__":
    main()
