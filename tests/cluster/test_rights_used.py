"""Every right that the chart asks for is used by something, and nothing is refused: counted in the API server's audit log
over a run of all features. What such a run cannot show stands in a table, with the feature that needs it and the source."""

import base64
import ssl
import urllib.request

import kubernetes as k8s
import yaml

from harness import tools
from harness.chart import render_deploy, rights_of
from harness.objects import ES, INSTANCES, STORES, Cluster, external_secret, fake_store, instance, set_fake_values
from harness.operator import NAMESPACE, SERVICE_ACCOUNT, Operator
from harness.processes import free_port, wait_for
from harness.replicas import LEASE, USER

NS, OWN, TENANT = "rights", "rights-own", "rights-tenant"
ES_GROUP, GENERATOR_GROUP, CLAW_GROUP = "external-secrets.io", "generators.external-secrets.io", "openclaw.rocks"
OWNERS = "an owner that blocks, where OwnerReferencesPermissionEnforcement is on, which asks for it"
AGAIN = "what came from another replica is read once more before it is written, here by who works for the whole cluster"
LEASED = "what a server has leased out: tests/stores/test_generators.py"

# (group, resource, verb) → what needs it that this run has not, the file that does, and its words for it.
NOT_SEEN = {
    ("", "pods", "get"): ("additionalRules of instances, which pass on what Rotor has", "docs/openclaw-identity.md", "must stand in the operator's ClusterRole"),
    ("", "pods", "patch"): ("rotation in place: test_node_agents.py, with a real kubelet", "src/openclaw/in_place/permit.cpp", "client_.patch(kToldPods"),
    ("batch", "jobs", "get"): ("a Job that another replica has made just now", "src/openclaw/proof/permit.cpp", "client_.get(kProofJobs"),
    (ES_GROUP, "clusterexternalsecrets", "get"): (AGAIN, "src/secrets/cluster/controller.cpp", "client.get(kube::kResource<ClusterExternalSecret>"),
    (CLAW_GROUP, "openclawinstances", "get"): (AGAIN, "src/openclaw/applier.cpp", "client_.get(kube::kResource<api::OpenClawInstance>"),
    (ES_GROUP, "externalsecrets/finalizers", "update"): (OWNERS, "src/secrets/marks.cpp", ".block_owner_deletion = true"),
    (ES_GROUP, "clusterexternalsecrets/finalizers", "update"): (OWNERS, "src/secrets/cluster/child.cpp", ".block_owner_deletion = true"),
    (CLAW_GROUP, "openclawinstances/finalizers", "update"): (OWNERS, "src/openclaw/names.cpp", ".block_owner_deletion = true"),
    (GENERATOR_GROUP, "generatorstates", "create"): (LEASED, "src/secrets/generator_states.cpp", "client_.create(kube::kResource<State>"),
    (GENERATOR_GROUP, "generatorstates", "patch"): (LEASED, "src/secrets/generator_states.cpp", "client_.patch(kube::kResource<State>"),
    (GENERATOR_GROUP, "generatorstates", "delete"): (LEASED, "src/secrets/generator_states.cpp", "client_.remove(kube::kResource<State>"),
}


def asked() -> set[tuple[str, str, str]]:
    return {right[:3] for right in rights_of([right["rule"] for right in render_deploy.rights()])}


def used(events: list[dict]) -> set[tuple[str, str, str]]:
    """What was asked of the API server and not refused. An apply of what is not there takes the right to create as well."""
    out = set()
    for event in events:
        ref, code = event.get("objectRef") or {}, event["responseStatus"]["code"]
        if "resource" in ref and code != 403:
            resource = ref["resource"] + (f"/{ref['subresource']}" if "subresource" in ref else "")
            out |= {(ref.get("apiGroup", ""), resource, verb) for verb in {event["verb"], "create" if code == 201 else event["verb"]}}
    return out


def test_every_right_is_used_and_nothing_is_refused(plane, operator, request):
    mark = plane.audit_length()
    Run(plane, operator, request).all()
    events = plane.audit(USER)  # from the beginning: lists and watches of the one operator of all tests are there
    refused = {(e["verb"], e["requestURI"]) for e in plane.audit(USER, mark)
               if e["responseStatus"]["code"] == 403 and (e.get("objectRef") or {}).get("namespace", NS) in {NS, OWN, TENANT, NAMESPACE}}
    assert not refused, refused
    unused = asked() - used(events)
    assert unused <= NOT_SEEN.keys(), f"asked for and used by nobody: {sorted(unused - NOT_SEEN.keys())}"


def test_what_is_not_seen_is_asked_and_has_its_reason():
    assert NOT_SEEN.keys() <= asked(), NOT_SEEN.keys() - asked()
    for right, (why, source, word) in NOT_SEEN.items():
        assert word in (tools.ROOT / source).read_text(), f"{right}: {source} says nothing of {word} ({why})"


class Run:
    """All features once, in as little time as they need."""

    def __init__(self, plane, operator, request):
        self.plane, self.operator, self.request, self.cluster = plane, operator, request, Cluster(plane)
        self.custom = self.cluster.custom

    def all(self):
        for ns in (NS, OWN, TENANT):
            self.cluster.core.create_namespace({"metadata": {"name": ns, "labels": {"rights": ns}}})
        self.stores_and_secrets()
        self.generators()
        self.for_the_whole_cluster()
        self.instances()
        self.another_replica()
        self.everything_ends()

    def apply(self, *documents: dict):
        self.plane.kubectl("apply", "--server-side", "-f", "-", stdin=yaml.safe_dump_all(documents))

    def secret_of(self, ns: str, name: str, **spec) -> dict:
        return {"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "metadata": {"name": name, "namespace": ns},
                "spec": {"refreshInterval": "1h", **spec}}

    def stores_and_secrets(self):
        core = self.cluster.core
        core.create_namespaced_config_map(NS, {"metadata": {"name": "texts"}, "data": {"t": "{{ .K }}"}})
        core.create_namespaced_service_account(NS, {"metadata": {"name": "reader"}})
        rbac = k8s.client.RbacAuthorizationV1Api(self.plane.api_client())
        rbac.create_namespaced_role(NS, {"metadata": {"name": "reader"}, "rules": [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["get", "list"]}]})
        rbac.create_namespaced_role_binding(NS, {
            "metadata": {"name": "reader"}, "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "reader"},
            "subjects": [{"kind": "ServiceAccount", "name": "reader", "namespace": NS}]})
        core.create_namespaced_secret(NS, {"metadata": {"name": "source"}, "stringData": {"k": "v"}})
        core.create_namespaced_secret(NS, {"metadata": {"name": "mine"}, "stringData": {"x": "y"}})
        fake_store(self.cluster, NS, "store", {"k": "1"})
        reader = {"server": {"url": self.plane.url, "caBundle": base64.b64encode(self.plane.ca_path.read_bytes()).decode()},
                  "remoteNamespace": NS, "auth": {"serviceAccount": {"name": "reader"}}}
        store = {"apiVersion": "external-secrets.io/v1", "kind": "SecretStore", "metadata": {"name": "reader", "namespace": NS},
                 "spec": {"provider": {"kubernetes": reader}}}
        ref, data = {"name": "store"}, [{"secretKey": "K", "remoteRef": {"key": "k"}}]
        self.apply(store,
                   self.secret_of(NS, "keys", secretStoreRef=ref, data=data, target={"deletionPolicy": "Delete"}),
                   self.secret_of(NS, "merged", secretStoreRef=ref, data=data, target={"name": "mine", "creationPolicy": "Merge", "deletionPolicy": "Merge"}),
                   self.secret_of(NS, "rendered", secretStoreRef=ref, data=data, target={"template": {"templateFrom": [
                       {"configMap": {"name": "texts", "items": [{"key": "t", "templateAs": "Values"}]}}]}}),
                   self.secret_of(NS, "read", secretStoreRef={"name": "reader"}, data=[{"secretKey": "K", "remoteRef": {"key": "source", "property": "k"}}]))
        for name in ("keys", "merged", "rendered", "read"):
            self.cluster.wait_condition(ES, NS, name)
        set_fake_values(self.cluster, NS, "store", {"k": "2"})
        self.cluster.force_sync(NS, "keys", "2")
        wait_for(lambda: self.cluster.secret(NS, "keys") == {"K": "2"}, 20, "the Secret to follow")

    def generators(self):
        specs = {"Fake": {"data": {"a": "b"}}, "Password": {"length": 9, "digits": 1, "symbols": 0}, "UUID": {}, "SSHKey": {"keyType": "ed25519"},
                 "Webhook": {"url": "http://127.0.0.1:1/", "result": {"jsonPath": "$.a"}},
                 "VaultDynamicSecret": {"path": "a/b", "provider": {"server": "http://127.0.0.1:1", "auth": {"tokenSecretRef": {"name": "source", "key": "k"}}}}}
        documents = [{"apiVersion": f"{GENERATOR_GROUP}/v1alpha1", "kind": kind, "metadata": {"name": "it", "namespace": NS}, "spec": spec}
                     for kind, spec in specs.items()]
        documents.append({"apiVersion": f"{GENERATOR_GROUP}/v1alpha1", "kind": "ClusterGenerator", "metadata": {"name": "rights"},
                          "spec": {"kind": "UUID", "generator": {"uuidSpec": {}}}})
        kinds = [*specs, "ClusterGenerator"]
        documents += [self.secret_of(NS, f"made-{kind.lower()}", dataFrom=[{"sourceRef": {"generatorRef": {
            "apiVersion": f"{GENERATOR_GROUP}/v1alpha1", "kind": kind, "name": "rights" if kind == "ClusterGenerator" else "it"}}}]) for kind in kinds]
        self.apply(*documents)
        for kind in kinds:
            fails = kind in {"Webhook", "VaultDynamicSecret"}  # nobody answers there
            self.cluster.wait_condition(ES, NS, f"made-{kind.lower()}", "False" if fails else "True")

    def for_the_whole_cluster(self):
        conditions = [{"namespaceSelector": {"matchLabels": {"rights": NS}}}]
        spec = {"secretStoreRef": {"kind": "ClusterSecretStore", "name": "rights"}, "data": [{"secretKey": "K", "remoteRef": {"key": "k"}}]}
        api = "external-secrets.io/v1"
        self.apply({"apiVersion": api, "kind": "ClusterSecretStore", "metadata": {"name": "rights"},
                    "spec": {"conditions": conditions, "provider": {"fake": {"data": [{"key": "k", "value": "v"}]}}}},
                   {"apiVersion": api, "kind": "ClusterExternalSecret", "metadata": {"name": "rights"}, "spec": {
                       "namespaceSelectors": [{"matchLabels": {"rights": NS}}, {"matchLabels": {"rights": TENANT}}],
                       "externalSecretName": "everywhere", "externalSecretSpec": spec}})
        self.cluster.wait_condition(ES, NS, "everywhere")
        self.custom.patch_cluster_custom_object("external-secrets.io", "v1", "clusterexternalsecrets", "rights", {
            "spec": {"namespaceSelectors": [{"matchLabels": {"rights": NS}}], "externalSecretMetadata": {"labels": {"a": "b"}}}})
        wait_for(lambda: "everywhere" not in self.names(TENANT), 30, "the one of the other namespace to go")

    def names(self, ns: str) -> set[str]:
        return {item["metadata"]["name"] for item in self.custom.list_namespaced_custom_object(*ES[:2], ns, ES[2])["items"]}

    def instances(self):
        """One that had a Deployment before, is proven, rotates, loses what is switched off, and goes with its claim."""
        proof = {"openclaw.rocks/secret-proof": "command", "openclaw.rocks/secret-proof-command": '["true"]',
                 "openclaw.rocks/secret-proof-deadline": "10s"}
        spec = {**instance("keys"), "storage": {"persistence": {"enabled": True, "size": "1Gi"}}}
        made = self.cluster.create(INSTANCES, NS, "agent", {**spec, "suspended": False}, annotations=proof)
        self.legacy_deployment(made)
        wait_for(lambda: self.cluster.secret_hash(NS, "agent"), 30, "its StatefulSet")
        self.cluster.patch(INSTANCES, NS, "agent", {"spec": {"security": {"networkPolicy": {"enabled": False}},
                                                             "availability": {"podDisruptionBudget": {"enabled": False}}}})
        wait_for(lambda: self.cluster.pod_uid(NS, "agent"), 60, "its pod")
        set_fake_values(self.cluster, NS, "store", {"k": "3"})
        self.cluster.force_sync(NS, "keys", "3")
        batch = k8s.client.BatchV1Api(self.plane.api_client())
        tried = wait_for(lambda: batch.list_namespaced_job(NS).items, 30, "a Job that tries the value")[0].metadata.uid
        set_fake_values(self.cluster, NS, "store", {"k": "4"})
        self.cluster.force_sync(NS, "keys", "4")
        wait_for(lambda: tried not in {job.metadata.uid for job in batch.list_namespaced_job(NS).items}, 30, "that Job to go")

    def legacy_deployment(self, owner: dict):
        labels = {"app": "agent"}
        reference = {"apiVersion": "openclaw.rocks/v1alpha1", "kind": "OpenClawInstance", "name": "agent", "uid": owner["metadata"]["uid"], "controller": True}
        self.cluster.apps.create_namespaced_deployment(NS, {
            "metadata": {"name": "agent", "ownerReferences": [reference]},
            "spec": {"replicas": 0, "selector": {"matchLabels": labels}, "template": {
                "metadata": {"labels": labels}, "spec": {"containers": [{"name": "a", "image": "a"}]}}}})
        self.operator.look_again(self.cluster, NS, "agent")

    def another_replica(self):
        """The lead changes hands, with a webhook and guarded metrics: what is decided then is read once more."""
        self.cluster.create(STORES, OWN, "store", {"controller": OWN, "provider": {"fake": {"data": [{"key": "k", "value": "1"}]}}})
        self.cluster.create(ES, OWN, "keys", external_secret("store", "keys", {"K": "k"}))
        self.request.addfinalizer(lambda: k8s.client.CoordinationV1Api(self.plane.api_client()).delete_namespaced_lease(LEASE, NAMESPACE))
        port = self.configurations()
        self.may_ask_whose_tokens_are_whose()
        for value in ("1", "2"):
            set_fake_values(self.cluster, OWN, "store", {"k": value})
            self.cluster.force_sync(OWN, "keys", value)
            flags = ["--leader-elect", f"--controller-class={OWN}", f"--namespace={OWN}", f"--webhook-addr=127.0.0.1:{port}",
                     "--dns-name=127.0.0.1", "--webhook-shutdown-delay=0s", "--metrics-secure", "--metrics-auth"]
            it = Operator(self.plane, flags=flags, name=f"{OWN}-{value}")
            self.request.addfinalizer(it.kill)
            it.process.start()
            wait_for(lambda: self.cluster.secret(OWN, "keys") == {"K": value}, 30, "the Secret to follow")
            wait_for(lambda: all(self.bundles()), 30, "the CA in the configurations of the webhook")
            wait_for(lambda: self.scrape(it) in {200, 403}, 10, "an answer about a token")
            it.stop()

    def configurations(self) -> int:
        """The webhook's, of which nobody has to be afraid who works beside this."""
        port = free_port()
        texts = [(tools.ROOT / "deploy" / name).read_text() for name in ("webhook.yaml", "webhook-defaults.yaml")]
        for document in yaml.safe_load_all("\n---\n".join(texts)):
            if not (document or {}).get("kind", "").endswith("WebhookConfiguration"):
                continue
            for hook in document["webhooks"]:
                hook.update(failurePolicy="Ignore", namespaceSelector={"matchLabels": {"rights": OWN}})
                hook["clientConfig"] = {"url": f"https://127.0.0.1:{port}{hook['clientConfig']['service']['path']}"}
            self.apply(document)
            self.request.addfinalizer(lambda d=document: self.plane.kubectl("delete", d["kind"], d["metadata"]["name"]))
        return port

    def bundles(self) -> list:
        hooks = k8s.client.AdmissionregistrationV1Api(self.plane.api_client())
        found = [*hooks.list_validating_webhook_configuration().items, *hooks.list_mutating_webhook_configuration().items]
        return [hook.client_config.ca_bundle for one in found for hook in one.webhooks]

    def may_ask_whose_tokens_are_whose(self):
        """The rights that come with --metrics-auth."""
        api = "rbac.authorization.k8s.io"
        rules = [right["rule"] for right in render_deploy.rights() if right.get("flag") == "--metrics-auth"]
        self.apply({"apiVersion": f"{api}/v1", "kind": "ClusterRole", "metadata": {"name": "rights-metrics"}, "rules": rules},
                   {"apiVersion": f"{api}/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "rights-metrics"},
                    "roleRef": {"apiGroup": api, "kind": "ClusterRole", "name": "rights-metrics"},
                    "subjects": [{"kind": "ServiceAccount", "name": SERVICE_ACCOUNT, "namespace": NAMESPACE}]})

    def scrape(self, it: Operator) -> int:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        request = urllib.request.Request(f"https://127.0.0.1:{it.port}/metrics", headers={"Authorization": "Bearer tok-admin"})
        try:
            with urllib.request.urlopen(request, timeout=5, context=context) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    def everything_ends(self):
        self.custom.delete_namespaced_custom_object(*INSTANCES[:2], NS, INSTANCES[2], "agent")
        for kind in ("clusterexternalsecrets", "clustersecretstores"):
            self.custom.delete_cluster_custom_object("external-secrets.io", "v1", kind, "rights")
        for name in self.names(NS):
            self.custom.delete_namespaced_custom_object(*ES[:2], NS, ES[2], name)
        wait_for(lambda: not self.names(NS), 30, "the ExternalSecrets to go")
        wait_for(lambda: not self.custom.list_namespaced_custom_object(*INSTANCES[:2], NS, INSTANCES[2])["items"], 30, "the instance to go")
