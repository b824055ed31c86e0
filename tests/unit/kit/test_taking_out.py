"""Who can be taken out of service: one of several servers that share an address, and nobody else."""

from __future__ import annotations

import pytest

from kit.errors import Exit, KitError
from kit.runs import require_server
from kit.tier import Tier


@pytest.mark.parametrize("host", ["prod1", "prod2", "prod3"])
def test_each_of_the_three_can_be_taken_out(host):
    require_server(Tier("production"), host)


@pytest.mark.parametrize(("tier", "host"), [("test", "test1"), ("demo", "web1")])
def test_the_only_one_that_agents_reach_is_refused(tier, host):
    """It would be an outage under the name of maintenance."""
    with pytest.raises(KitError, match="nothing was done") as refused:
        require_server(Tier(tier), host)
    assert (refused.value.code, refused.value.exit_code) == ("KIT-066", Exit.REFUSED)


def test_a_misspelt_server_is_told_the_right_names():
    with pytest.raises(KitError) as refused:
        require_server(Tier("production"), "prod4")
    assert "prod1, prod2, prod3" in refused.value.why
    assert refused.value.exit_code == Exit.USAGE
