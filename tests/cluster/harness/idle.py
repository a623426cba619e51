"""What the operator writes in a namespace, counted in the API server's audit log."""

import time

from .objects import ES, INSTANCES, Cluster, external_secret, fake_store, instance
from .operator import NAMESPACE, SERVICE_ACCOUNT
from .processes import wait_for

USER = f"system:serviceaccount:{NAMESPACE}:{SERVICE_ACCOUNT}"
WRITES = {"create", "update", "patch", "delete"}


class Idle:
    """An agent that has come to rest."""

    ns = "idle"

    def __init__(self, cluster: Cluster):
        self.cluster, self.plane = cluster, cluster.plane
        cluster.namespace(self.ns)
        fake_store(cluster, self.ns, "store", {"a": "1"})
        # Of an hour's refreshes one may fall into the minute that is counted.
        cluster.create(ES, self.ns, "keys", external_secret("store", "keys", {"A": "a"}, interval="8760h"))
        cluster.create(INSTANCES, self.ns, "agent", instance("keys"))
        wait_for(lambda: cluster.pod_uid(self.ns, "agent"), 60, "the pod to be Ready")
        cluster.wait_condition(INSTANCES, self.ns, "agent")
        self.at_rest()
        self.mark, self.since = self.plane.audit_length(), time.monotonic()

    def writes(self, mark: int) -> list[dict]:
        return [e for e in self.plane.audit(USER, mark)
                if e["verb"] in WRITES and e.get("objectRef", {}).get("namespace") == self.ns]

    def at_rest(self, seconds: float = 2):
        """Once nothing has been written for a while."""
        def quiet():
            mark = self.plane.audit_length()
            time.sleep(seconds)
            return not self.writes(mark)
        wait_for(quiet, 60, "nothing more to be written")
