"""Nothing changes, nothing is written: counted in the API server's audit log."""

import collections
import time

from harness.objects import set_fake_values
from harness.processes import wait_for


def test_an_idle_minute_has_no_writes_and_one_rotation_has_three(idle):
    wait_for(lambda: time.monotonic() - idle.since >= 60, 70, "the minute to be over", 0.5)
    written = idle.writes(idle.mark)
    assert written == [], [(e["verb"], e["requestURI"]) for e in written]

    cluster, mark = idle.cluster, idle.plane.audit_length()
    before = cluster.secret_hash(idle.ns, "agent")
    set_fake_values(cluster, idle.ns, "store", {"a": "2"})
    cluster.force_sync(idle.ns, "keys", "now")
    wait_for(lambda: cluster.secret_hash(idle.ns, "agent") != before, 30, "the pod template to change")
    idle.at_rest()
    writes = collections.Counter(e["objectRef"]["resource"] for e in idle.writes(mark) if e["objectRef"]["resource"] != "events")
    assert writes["secrets"] == 1 and writes["statefulsets"] == 1, writes
    assert writes["externalsecrets"] <= 2, writes  # force-sync of an unchanged store may come before the new value
