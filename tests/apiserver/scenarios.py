"""The sequences of writes that record.py plays to the real server. `update` bodies are edits of the last answer."""

LAB = ("test.rotor.dev/v1", "Lab", "labs")
DEPLOYMENT = ("apps/v1", "Deployment", "deployments")
STATEFUL_SET = ("apps/v1", "StatefulSet", "statefulsets")
CONFIG_MAP = ("v1", "ConfigMap", "configmaps")
SECRET = ("v1", "Secret", "secrets")
SERVICE = ("v1", "Service", "services")


def make(kind, metadata=None, **members):
    return {"apiVersion": kind[0], "kind": kind[1], "metadata": {"name": "x", **(metadata or {})}, **members}


def step(verb, body, manager="tester", **more):
    return {"verb": verb, "body": body, "manager": manager, **more}


def container(name="main", **more):
    return {"name": name, "image": "example.com/app:1", **more}


def pods(*containers, **more):
    return {"metadata": {"labels": {"app": "x"}}, "spec": {"containers": list(containers) or [container()], **more}}


def deployment(*containers, metadata=None, **more):
    return make(DEPLOYMENT, metadata, spec={"selector": {"matchLabels": {"app": "x"}}, "template": pods(*containers), **more})


def stateful_set(*containers, metadata=None, **more):
    return make(STATEFUL_SET, metadata, spec={"selector": {"matchLabels": {"app": "x"}}, "serviceName": "x", "template": pods(*containers), **more})


def lab(metadata=None, **spec):
    return make(LAB, metadata, spec={"size": 1, **spec})


def lab_only(**spec):
    return make(LAB, spec=spec)


def scenario(name, kind, *steps, **more):
    return {"name": name, "kind": kind, "steps": list(steps), **more}


def creation(name, kind, body, **more):
    return scenario(name, kind, step("create", body), **more)


CREATIONS = [
    creation("a config map", CONFIG_MAP, make(CONFIG_MAP, {"labels": {"a": "b"}, "annotations": {"c": "d"}}, data={"k": "v"}, binaryData={"b": "aGk="})),
    creation("a secret without type", SECRET, make(SECRET, data={"k": "dg=="})),
    creation("a service account", ("v1", "ServiceAccount", "serviceaccounts"), make(("v1", "ServiceAccount"), {"annotations": {"eks.amazonaws.com/role-arn": "arn"}}, imagePullSecrets=[{"name": "p"}], automountServiceAccountToken=False)),
    creation("a namespace", ("v1", "Namespace", "namespaces"), make(("v1", "Namespace"), {"name": "rotor-recorded", "labels": {"a": "b"}}), namespaced=False, object="rotor-recorded"),
    creation("a service", SERVICE, make(SERVICE, spec={"selector": {"app": "x"}, "ports": [{"name": "http", "port": 80}, {"name": "https", "port": 443, "targetPort": "tls"}]}), ignore=["spec.clusterIP", "spec.clusterIPs"]),
    creation("a headless service", SERVICE, make(SERVICE, spec={"clusterIP": "None", "selector": {"app": "x"}, "ports": [{"port": 80}]}), ignore=["spec.clusterIP", "spec.clusterIPs"]),
    creation("a deployment", DEPLOYMENT, deployment(container(env=[{"name": "A", "value": "1"}, {"name": "P", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}], ports=[{"containerPort": 80}], readinessProbe={"httpGet": {"path": "/", "port": "http"}}))),
    creation("a deployment that recreates", DEPLOYMENT, deployment(container(image="app"), strategy={"type": "Recreate"}, replicas=0)),
    creation("a mount without a volume", STATEFUL_SET, stateful_set(container(volumeMounts=[{"name": "cfg", "mountPath": "/cfg"}]))),
    creation("a stateful set", STATEFUL_SET, stateful_set(
        container(envFrom=[{"secretRef": {"name": "keys"}}], env=[{"name": "K", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}], volumeMounts=[{"name": "data", "mountPath": "/data"}, {"name": "data", "mountPath": "/cfg", "subPath": "cfg", "readOnly": False}], resources={"limits": {"cpu": "1", "memory": "1Gi"}}, securityContext={"runAsNonRoot": False, "capabilities": {"drop": ["ALL"]}}, livenessProbe={"tcpSocket": {"port": 80}, "timeoutSeconds": 0}),
        volumeClaimTemplates=[{"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}])),
    creation("a stateful set with volumes", STATEFUL_SET, make(STATEFUL_SET, spec={"selector": {"matchLabels": {"app": "x"}}, "serviceName": "x", "minReadySeconds": 0, "template": pods(container(), volumes=[{"name": "a", "secret": {"secretName": "s"}}, {"name": "b", "configMap": {"name": "c"}}, {"name": "c", "emptyDir": {}}, {"name": "d", "projected": {"sources": [{"serviceAccountToken": {"path": "t"}}]}}], securityContext={"fsGroup": 1000}, serviceAccountName="sa", hostNetwork=False)})),
    creation("a pod", ("v1", "Pod", "pods"), make(("v1", "Pod"), spec={"containers": [container()]}), ignore=["spec.tolerations", "spec.priority", "spec.preemptionPolicy", "status", "spec.serviceAccount", "spec.serviceAccountName"]),
    creation("a claim", ("v1", "PersistentVolumeClaim", "persistentvolumeclaims"), make(("v1", "PersistentVolumeClaim"), spec={"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}), ignore=["metadata.finalizers"]),
    creation("a role", ("rbac.authorization.k8s.io/v1", "Role", "roles"), make(("rbac.authorization.k8s.io/v1", "Role"), rules=[{"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}])),
    creation("a role binding", ("rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings"), make(("rbac.authorization.k8s.io/v1", "RoleBinding"), roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "x"}, subjects=[{"kind": "ServiceAccount", "name": "s", "namespace": "default"}, {"kind": "User", "name": "u"}])),
    creation("a network policy", ("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies"), make(("networking.k8s.io/v1", "NetworkPolicy"), spec={"podSelector": {"matchLabels": {"app": "x"}}, "ingress": [{"ports": [{"port": 80}]}], "egress": [{"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}]})),
    creation("an ingress", ("networking.k8s.io/v1", "Ingress", "ingresses"), make(("networking.k8s.io/v1", "Ingress"), spec={"rules": [{"host": "a.b", "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "s", "port": {"number": 80}}}}]}}]})),
    creation("a disruption budget", ("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets"), make(("policy/v1", "PodDisruptionBudget"), spec={"maxUnavailable": 1, "selector": {"matchLabels": {"app": "x"}}})),
    creation("an autoscaler", ("autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers"), make(("autoscaling/v2", "HorizontalPodAutoscaler"), spec={"maxReplicas": 3, "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "x"}})),
    creation("a lease", ("coordination.k8s.io/v1", "Lease", "leases"), make(("coordination.k8s.io/v1", "Lease"), spec={"holderIdentity": "me", "leaseDurationSeconds": 15, "renewTime": "2026-01-02T03:04:05.000000Z"})),
    creation("an event", ("v1", "Event", "events"), make(("v1", "Event"), involvedObject={"kind": "Pod", "name": "p", "namespace": "default"}, reason="Because", message="text", type="Normal", firstTimestamp="2026-01-02T03:04:05Z", lastTimestamp="2026-01-02T03:04:05Z", count=1, source={"component": "c"})),
    creation("a lab object", LAB, lab({"labels": {"a": "b"}, "finalizers": ["rotor.dev/x"]}, env=[{"name": "A"}], labels={"x": "y"}, list=["a"], set=["s"], atom={"a": "1"}, provider={"aws": {"region": "r", "extra": {"deep": [1]}}}, raw={"anything": [{"a": None}]}, maybe=None, nested={"deep": {}})),
    creation("a lab object with status", LAB, make(LAB, spec={"size": 1}, status={"phase": "ignored"})),
]

PATCHES = [
    scenario("strategic merge of containers", DEPLOYMENT, step("create", deployment(container("a", env=[{"name": "A", "value": "1"}]), container("b"))),
             step("strategic", {"spec": {"template": {"spec": {"containers": [{"name": "c", "image": "i:1"}]}}}}, "patcher"),
             step("strategic", {"spec": {"template": {"spec": {"containers": [{"name": "a", "env": [{"name": "B", "value": "2"}, {"name": "A", "$patch": "delete"}]}]}}}}, "patcher"),
             step("strategic", {"spec": {"template": {"spec": {"containers": [{"name": "b", "$patch": "delete"}]}}}}, "patcher"),
             step("strategic", {"spec": {"template": {"spec": {"$setElementOrder/containers": [{"name": "a"}, {"name": "c"}], "containers": [{"name": "c", "image": "i:2"}]}}}}),
             step("strategic", {"spec": {"template": {"spec": {"containers": [{"$patch": "replace"}, container("only")]}}}}),
             step("strategic", {"spec": {"template": {"spec": {"containers": [{"image": "nameless"}]}}}}),
             step("strategic", {"spec": {"template": {"spec": {"containers": [{"$patch": "bogus", "name": "only"}]}}}}),
             step("strategic", {"spec": {"template": {"spec": {"containers": [{"$patch": "merge", "name": "only"}]}}}}),
             step("strategic", {"spec": {"template": {"spec": {"$setElementOrder/containers": [{"name": "only"}], "containers": [container("k")]}}}})),
    scenario("strategic merge of lists of names", DEPLOYMENT, step("create", deployment(metadata={"finalizers": ["a.b/c", "d.e/f"]})),
             step("strategic", {"metadata": {"finalizers": ["g.h/i"]}}, "other"),
             step("strategic", {"metadata": {"$deleteFromPrimitiveList/finalizers": ["a.b/c"]}}, "other"),
             step("strategic", {"metadata": {"$setElementOrder/finalizers": ["d.e/f", "g.h/i", "j.k/l"], "finalizers": ["j.k/l"]}}),
             step("strategic", {"metadata": {"labels": {"a": "1", "b": "2"}}}),
             step("strategic", {"metadata": {"labels": {"a": None}}}, "other"),
             step("strategic", {"metadata": {"labels": {"$patch": "replace", "z": "1"}}}),
             step("strategic", {"metadata": {"labels": {"$patch": "delete"}}})),
    scenario("strategic merge that retains keys", DEPLOYMENT, step("create", deployment()),
             step("strategic", {"spec": {"strategy": {"$retainKeys": ["type"], "type": "Recreate"}}}),
             step("strategic", {"spec": {"strategy": {"$retainKeys": "type", "type": "RollingUpdate"}}}),
             step("strategic", {"spec": {"strategy": {"$retainKeys": ["rollingUpdate"], "type": "RollingUpdate"}}}),
             step("strategic", {"$patch": "bogus"}),
             step("strategic", {"spec": {"unknown": 1}})),
    scenario("json patch", DEPLOYMENT, step("create", deployment(container("a"), container("b"))),
             step("json", [{"op": "test", "path": "/spec/replicas", "value": 1}, {"op": "replace", "path": "/spec/replicas", "value": 3}], "patcher"),
             step("json", [{"op": "add", "path": "/metadata/labels", "value": {"a.b/c": "1"}}, {"op": "add", "path": "/metadata/labels/x", "value": "2"}]),
             step("json", [{"op": "remove", "path": "/metadata/labels/a.b~1c"}]),
             step("json", [{"op": "copy", "from": "/spec/template/spec/containers/0", "path": "/spec/template/spec/containers/-"}, {"op": "replace", "path": "/spec/template/spec/containers/2/name", "value": "c"}]),
             step("json", [{"op": "move", "from": "/spec/template/spec/containers/2", "path": "/spec/template/spec/containers/0"}]),
             step("json", [{"op": "remove", "path": "/spec/template/spec/containers/-1"}]),
             step("json", [{"op": "test", "path": "/spec/replicas", "value": 9}]),
             step("json", [{"op": "remove", "path": "/spec/nothing"}]),
             step("json", [{"op": "add", "path": "/spec/a/b", "value": 1}]),
             step("json", [{"op": "bogus", "path": "/spec"}]),
             step("json", {}),
             step("json", [1]),
             step("json", [])),
    scenario("merge patch", LAB, step("create", lab({"labels": {"a": "1"}}, env=[{"name": "A", "value": "1"}], provider={"aws": {}})),
             step("merge", {"spec": {"size": 2, "env": [{"name": "B"}], "provider": {"aws": None, "vault": {"server": "s"}}}}, "patcher"),
             step("merge", {"metadata": {"labels": {"a": None, "b": "2"}}, "spec": {"nested": None}}),
             step("merge", {"spec": {"size": "x"}}),
             step("merge", {"spec": {"unknown": 1}}),
             step("merge", {"spec": {"size": 2}}, "noop")),
]

APPLIES = [
    scenario("apply creates and forgets", CONFIG_MAP, step("apply", make(CONFIG_MAP, {"labels": {"l": "1"}}, data={"a": "1", "b": "2"}), "one"),
             step("apply", make(CONFIG_MAP, {"labels": {"l": "1"}}, data={"a": "1"}), "one"),
             step("apply", make(CONFIG_MAP, data={"a": "1"}), "one"),
             step("apply", make(CONFIG_MAP, data={"a": "1"}), "one"),
             step("apply", make(CONFIG_MAP, data={"a": "2"}), "two"),
             step("apply", make(CONFIG_MAP, data={"a": "1", "c": "3"}), "two"),
             step("apply", make(CONFIG_MAP, data={"a": "2", "c": "3"}), "two", force=True),
             step("apply", make(CONFIG_MAP), "one"),
             step("apply", make(CONFIG_MAP), "two")),
    scenario("apply after other writes", DEPLOYMENT, step("create", deployment(container("a", env=[{"name": "A", "value": "1"}])), "creator"),
             step("apply", make(DEPLOYMENT, spec={"replicas": 5}), "scaler"),
             step("apply", make(DEPLOYMENT, spec={"replicas": 5}), "scaler", force=True),
             step("update", {"spec": {"replicas": 6}}, "creator"),
             step("apply", make(DEPLOYMENT, spec={"replicas": 5, "template": {"spec": {"containers": [{"name": "a", "image": "other:1"}]}}}), "scaler"),
             step("apply", make(DEPLOYMENT, spec={"template": {"spec": {"containers": [{"name": "a", "env": [{"name": "B", "value": "2"}]}, container("side")]}}}), "scaler"),
             step("apply", make(DEPLOYMENT, spec={"template": {"spec": {"containers": [{"name": "a", "env": [{"name": "C", "value": "3"}]}]}}}), "scaler"),
             step("apply", make(DEPLOYMENT, spec={"template": {"spec": {"containers": []}}}), "scaler"),
             step("apply", make(DEPLOYMENT), "scaler")),
    scenario("order of applied lists", DEPLOYMENT, step("apply", deployment(container("a"), container("b"), container("c")), "one"),
             step("apply", make(DEPLOYMENT, spec={"template": {"spec": {"containers": [container("z"), container("c"), container("y")]}}}), "two"),
             step("apply", make(DEPLOYMENT, spec={"template": {"spec": {"containers": [container("y"), container("z")]}}}), "two"),
             step("apply", deployment(container("c"), container("b"), container("a")), "one")),
    scenario("sets, atomic values and keys with defaults", LAB, step("apply", lab(set=["b", "a"], atom={"a": "1"}, list=["x"], ports=[{"port": 1}, {"port": 1, "proto": "UDP"}], labels={"k": "v"}), "one"),
             step("apply", lab_only(set=["c", "a"], ports=[{"port": 1, "note": "n"}]), "two"),
             step("apply", lab_only(atom={"b": "2"}), "two"),
             step("apply", lab_only(atom={"b": "2"}, list=["y"]), "two", force=True),
             step("apply", lab(set=["a"], ports=[{"port": 1, "proto": "UDP"}]), "one"),
             step("merge", {"spec": {"set": None, "labels": None}}, "remover"),
             step("apply", lab_only(provider={"aws": {"region": "r", "extra": {"deep": {"x": 1}, "l": [1]}}}, raw={"a": {"b": 1}}), "two"),
             step("apply", lab_only(provider={"aws": {"region": "r", "extra": {"deep": {"y": 1}}}}), "two"),
             step("apply", lab_only(nested={"x": None}), "two")),
    scenario("fields taken over by updates", LAB, step("apply", lab(env=[{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]), "one"),
             step("update", {"spec": {"env": [{"name": "A", "value": "changed"}, {"name": "B", "value": "2"}, {"name": "C"}]}}, "editor"),
             step("apply", lab(env=[{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]), "one"),
             step("apply", lab(env=[{"name": "B", "value": "2"}]), "one"),
             step("update", {"spec": {"env": [{"name": "C"}]}}, "editor"),
             step("apply", lab(), "one"),
             step("update", {"metadata": {"annotations": {"a": "b"}}}, "editor"),
             step("update", {}, "someone")),
    scenario("status has its own book", LAB, step("apply", make(LAB, spec={"size": 1}, status={"phase": "ignored"}), "one"),
             step("apply", make(LAB, status={"phase": "Ready", "conditions": [{"type": "Ready", "status": "True"}]}), "one", subresource="status"),
             step("merge", {"status": {"phase": "Odd"}}, "other", subresource="status"),
             step("apply", make(LAB, status={"phase": "Ready"}), "one", subresource="status"),
             step("apply", make(LAB, status={"phase": "Ready"}), "one", subresource="status", force=True),
             step("merge", {"spec": {"size": 7}, "status": {"count": 4}}, "other", subresource="status"),
             step("merge", {"spec": {"size": 7}, "status": {"count": 9}}, "other")),
    scenario("status of a built-in kind", STATEFUL_SET, step("create", stateful_set()),
             step("merge", {"status": {"replicas": 1, "readyReplicas": 1}}, "controller", subresource="status"),
             step("apply", make(STATEFUL_SET, status={"replicas": 1, "conditions": [{"type": "A", "status": "True"}]}), "applier", subresource="status"),
             step("strategic", {"status": {"readyReplicas": 0}}, "controller", subresource="status"),
             step("update", {"spec": {"template": {"metadata": {"annotations": {"a": "b"}}}}}, "editor"),
             step("update", {"spec": {"serviceName": "other"}}, "editor")),
    scenario("lists of managers that are thrown away", CONFIG_MAP, step("create", make(CONFIG_MAP, data={"a": "1"})),
             step("merge", {"metadata": {"managedFields": []}, "data": {"b": "2"}}, "other"),
             step("merge", {"metadata": {"managedFields": [{}]}}, "other"),
             step("merge", {"data": {"c": "3"}}, "other"),
             step("apply", make(CONFIG_MAP, data={"d": "4"}), "applier"),
             step("apply", make(CONFIG_MAP, data={"a": "9"}), "applier"),
             step("merge", {"metadata": {"managedFields": [{"manager": "broken", "operation": "Nonsense", "apiVersion": "v1", "fieldsType": "FieldsV1", "fieldsV1": {}}]}}, "other")),
    scenario("removing what another manager owns", CONFIG_MAP, step("apply", make(CONFIG_MAP, {"annotations": {"x": "1"}}, data={"a": "1"}), "one"),
             step("merge", {"data": {"a": None}}, "other"),
             step("merge", {"metadata": {"annotations": None}}, "other"),
             step("apply", make(CONFIG_MAP, data={"a": "1"}), "one"),
             step("update", {"data": None}, "other")),
    scenario("more updaters than are told apart", CONFIG_MAP, step("create", make(CONFIG_MAP, data={"a": "1"})),
             *[step("merge", {"data": {f"k{i}": "1"}}, f"m{i}") for i in range(12)]),
    scenario("kubectl changes its way of applying", CONFIG_MAP,
             step("create", make(CONFIG_MAP, {"annotations": {"kubectl.kubernetes.io/last-applied-configuration": '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"annotations":{},"name":"x","namespace":"default"},"data":{"a":"1"}}\n'}}, data={"a": "1"}), "kubectl-client-side-apply"),
             step("apply", make(CONFIG_MAP, data={"a": "2"}), "kubectl"),
             step("apply", make(CONFIG_MAP, data={"a": "3"}), "someone"),
             step("merge", {"data": {"z": "1"}}, "other"),
             step("apply", make(CONFIG_MAP, data={"a": "2", "z": "2"}), "kubectl")),
    scenario("configurations that cannot be applied", DEPLOYMENT, step("create", deployment()),
             step("apply", make(DEPLOYMENT, spec={"replicas": "x"}), "m"),
             step("apply", make(DEPLOYMENT, spec={"unknown": 1}), "m"),
             step("apply", {"apiVersion": "apps/v1beta1", "kind": "Deployment", "metadata": {"name": "x"}}, "m"),
             step("apply", {"spec": {}}, "m"),
             step("apply", make(DEPLOYMENT, {"managedFields": []}), "m"),
             step("apply", make(DEPLOYMENT, {"finalizers": ["a.b/c", "a.b/c"]}), "m"),
             step("apply", make(DEPLOYMENT, spec={"template": {"spec": {"containers": [container(), container()]}}}), "m"),
             step("apply", make(DEPLOYMENT, spec={"template": {"spec": {"containers": [container(ports=[{"containerPort": 80}, {"containerPort": 80}])]}}}), "m"),
             step("apply", make(DEPLOYMENT, spec={"replicas": 4, "progressDeadlineSeconds": 5, "template": {"spec": {"containers": [{"name": "main", "image": "z"}]}}}), "m")),
    scenario("custom objects that cannot be applied", LAB, step("create", lab()),
             step("apply", lab(size="x"), "m"), step("apply", lab(unknown=1), "m"), step("apply", lab(env=[{"value": "q"}]), "m"),
             step("apply", lab({"labels": {"a": 1}}), "m"), step("apply", lab(set=["a", "a"]), "m"), step("apply", lab(size=2, mode="B", list="x"), "m"),
             step("apply", lab(size=2, mode="B"), "m"), step("apply", lab(size=0), "m", force=True)),
    scenario("service ports by number and protocol", SERVICE, step("create", make(SERVICE, spec={"selector": {"app": "x"}, "ports": [{"name": "a", "port": 80}]}), "creator"),
             step("apply", make(SERVICE, spec={"ports": [{"name": "b", "port": 81, "targetPort": 9}]}), "applier"),
             step("apply", make(SERVICE, spec={"ports": [{"name": "c", "port": 80, "protocol": "TCP"}]}), "applier"),
             step("apply", make(SERVICE, spec={"selector": {"app": "y"}}), "applier"), ignore=["spec.clusterIP", "spec.clusterIPs"]),
    scenario("owner references and finalizers", SECRET, step("create", make(SECRET, {"ownerReferences": [{"apiVersion": "v1", "kind": "Pod", "name": "p", "uid": "u1"}]}, data={"a": "MQ=="}), "creator"),
             step("apply", make(SECRET, {"ownerReferences": [{"apiVersion": "v1", "kind": "Pod", "name": "q", "uid": "u2"}], "finalizers": ["a.b/c"]}, stringData={"b": "2"}), "applier"),
             step("apply", make(SECRET, {"finalizers": ["a.b/c"]}, data={"a": "Mg=="}), "applier"),
             step("apply", make(SECRET, type="Opaque", immutable=True), "applier"),
             step("merge", {"data": {"a": "Mw=="}}, "other")),
]


def refused(name, kind, *bodies):
    return scenario(name, kind, *[step("create", body, validation="Warn") for body in bodies])


def bad_lab(**spec):
    return make(LAB, spec=spec)


REFUSALS = [
    refused("schemas of custom kinds", LAB, bad_lab(), *[bad_lab(size=v) for v in (0, 11, "3", 1.5, 3000000000, None, True)],
            *[bad_lab(size=1, **more) for more in (
                {"ratio": 0}, {"ratio": 0.3}, {"name": "a"}, {"name": "abcdef"}, {"name": "A1"}, {"mode": "C"}, {"mode": 5}, {"when": "yesterday"},
                {"blob": "!!"}, {"interval": "1x"}, {"flag": "yes"}, {"port": True}, {"list": []}, {"list": ["a", "b", "c"]}, {"list": ["a", 1]}, {"list": "a"},
                {"set": ["a", "a"]}, {"env": [{"name": "a"}, {"name": "a"}]}, {"env": [{"value": "a"}]}, {"env": {}}, {"env": [None]},
                {"ports": [{"port": 1}, {"port": 1, "proto": "TCP"}]}, {"labels": {"a": 1}}, {"provider": {}}, {"provider": {"a": 1, "b": 2}},
                {"either": {}}, {"either": {"a": "1", "b": "1"}}, {"any": {}}, {"nope": {"a": "1"}}, {"alls": "ab"}, {"image": {"tag": ""}}, {"pod": {"a": 1}})],
            make(LAB, spec="text"), make(LAB, {"labels": {"a": 1}}, spec={"size": 1}), make(LAB, {"ownerReferences": "q"}, spec={"size": 1})),
    scenario("unknown fields", LAB, step("create", lab(zzz=1, nested={"q": 1}, env=[{"name": "a", "oops": 1}]), validation="Strict"),
             step("create", lab({"bar": 1}, zzz=1), validation="Strict"), step("create", lab({"bar": 1}, zzz=1, pod={"apiVersion": "v1", "kind": "P", "metadata": {"name": "p", "foo": 1}}))),
    scenario("unknown fields of a built-in kind", CONFIG_MAP, step("create", make(CONFIG_MAP, {"bar": 1}, foo=1), validation="Strict"), step("create", make(CONFIG_MAP, {"bar": 1}, foo=1))),
    refused("wrong types in config maps", CONFIG_MAP, make(CONFIG_MAP, data={"a": 1}), make(CONFIG_MAP, data=[]), make(CONFIG_MAP, {"labels": {"a": 1}}), make(CONFIG_MAP, data={"a b": "1"})),
    refused("wrong types in secrets", SECRET, make(SECRET, data={"a": "!!"}), make(SECRET, data={"a": 1})),
    refused("wrong types in stateful sets", STATEFUL_SET, stateful_set(replicas="1"), stateful_set(replicas=1.5), stateful_set(container(1)), make(STATEFUL_SET, spec={"template": {"spec": {"containers": {}}}}), make(STATEFUL_SET, spec={}), stateful_set(container(resources={"limits": {"cpu": "x"}}))),
    refused("wrong services", SERVICE, make(SERVICE, spec={"ports": [{"port": 0, "targetPort": True}]}), make(SERVICE, spec={"ports": [{"port": 0}, {"port": 80, "name": "http"}]}), make(SERVICE, spec={"type": "Q", "ports": [{"port": 1}]})),
    scenario("immutable fields", SECRET, step("create", make(SECRET, data={"a": "MQ=="}, immutable=True)), step("merge", {"type": "other"}), step("merge", {"data": {"a": "Mg=="}}), step("merge", {"immutable": False})),
    scenario("what an update leaves as it was is not held against it", LAB, step("create", lab(env=[{"name": "A"}])), step("merge", {"spec": {"size": 99}}), step("merge", {"metadata": {"labels": {"a": "b"}}})),
]

ALL = CREATIONS + PATCHES + APPLIES + REFUSALS

POD = ("v1", "Pod", "pods")
CRD = ("apiextensions.k8s.io/v1", "CustomResourceDefinition", "customresourcedefinitions")

POD_IGNORE = ["spec.tolerations", "spec.priority", "spec.preemptionPolicy", "spec.serviceAccount", "spec.serviceAccountName", "status.qosClass", "status.observedGeneration"]

ALL += [
    creation("a service on nodes", SERVICE, make(SERVICE, spec={"type": "NodePort", "selector": {"app": "x"}, "ports": [{"port": 80, "nodePort": 30123}]}), ignore=["spec.clusterIP", "spec.clusterIPs"]),
    creation("a service outside", SERVICE, make(SERVICE, spec={"type": "ExternalName", "externalName": "example.com"})),
    creation("a service with sticky clients", SERVICE, make(SERVICE, spec={"sessionAffinity": "ClientIP", "selector": {"app": "x"}, "ports": [{"port": 80}]}), ignore=["spec.clusterIP", "spec.clusterIPs"]),
    creation("a cluster role that aggregates", ("rbac.authorization.k8s.io/v1", "ClusterRole", "clusterroles"), make(("rbac.authorization.k8s.io/v1", "ClusterRole"), {"name": "rotor-recorded"}, aggregationRule={"clusterRoleSelectors": [{"matchLabels": {"a": "b"}}]}, rules=[]), ignore=["rules"], namespaced=False, object="rotor-recorded"),
    creation("an event of the newer sort", ("events.k8s.io/v1", "Event", "events"), make(("events.k8s.io/v1", "Event"), eventTime="2026-01-02T03:04:05.000006Z", regarding={"kind": "Pod", "name": "p", "namespace": "default"}, reason="Because", note="text", type="Normal", action="Act", reportingController="c.d/e", reportingInstance="i")),
    creation("a stateful set with everything of a pod", STATEFUL_SET, make(STATEFUL_SET, {"labels": {"app": "x"}}, spec={
        "replicas": 1, "selector": {"matchLabels": {"app": "x"}}, "serviceName": "x", "updateStrategy": {"type": "OnDelete"},
        "persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Delete"}, "template": {"metadata": {"labels": {"app": "x"}, "annotations": {"a": "b"}}, "spec": {
            "automountServiceAccountToken": False, "enableServiceLinks": False, "terminationGracePeriodSeconds": 600, "nodeSelector": {"a": "b"},
            "tolerations": [{"key": "k", "operator": "Exists"}], "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "k", "operator": "Exists"}]}]}}},
            "topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule", "labelSelector": {"matchLabels": {"app": "x"}}}],
            "imagePullSecrets": [{"name": "p"}], "hostAliases": [{"ip": "1.2.3.4", "hostnames": ["h"]}], "dnsConfig": {"nameservers": ["1.1.1.1"]},
            "initContainers": [container("init", command=["sh", "-c", "true"], securityContext={"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "seccompProfile": {"type": "RuntimeDefault"}})],
            "containers": [container(lifecycle={"preStop": {"exec": {"command": ["a"]}}}, startupProbe={"exec": {"command": ["a"]}, "failureThreshold": 30}, livenessProbe={"httpGet": {"port": 80, "path": "/x"}, "initialDelaySeconds": 0}, env=[{"name": "E"}, {"name": "R", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu"}}}, {"name": "C", "valueFrom": {"configMapKeyRef": {"name": "c", "key": "k", "optional": True}}}])],
            "volumes": [{"name": "h", "hostPath": {"path": "/x"}}, {"name": "p", "persistentVolumeClaim": {"claimName": "c"}}, {"name": "s", "secret": {"secretName": "s", "defaultMode": 256, "items": [{"key": "k", "path": "p"}]}}]}}})),
    scenario("an operator's stateful set", STATEFUL_SET,
             step("apply", stateful_set(container(env=[{"name": "A", "value": "1"}], envFrom=[{"secretRef": {"name": "s"}}]), metadata={"labels": {"app": "x"}, "ownerReferences": [{"apiVersion": "v1", "kind": "ConfigMap", "name": "o", "uid": "u", "controller": True, "blockOwnerDeletion": True}]}, replicas=1), "rotor", force=True),
             step("apply", stateful_set(container(env=[{"name": "A", "value": "1"}], envFrom=[{"secretRef": {"name": "s"}}]), metadata={"labels": {"app": "x"}, "ownerReferences": [{"apiVersion": "v1", "kind": "ConfigMap", "name": "o", "uid": "u", "controller": True, "blockOwnerDeletion": True}]}, replicas=1), "rotor", force=True),
             step("strategic", {"spec": {"template": {"spec": {"containers": [{"name": "main", "image": "foreign:2"}]}}}}, "kubectl-edit"),
             step("apply", stateful_set(container(env=[{"name": "A", "value": "1"}], envFrom=[{"secretRef": {"name": "s"}}]), metadata={"labels": {"app": "x"}, "ownerReferences": [{"apiVersion": "v1", "kind": "ConfigMap", "name": "o", "uid": "u", "controller": True, "blockOwnerDeletion": True}]}, replicas=1), "rotor", force=True),
             step("apply", make(STATEFUL_SET, {"annotations": {"openclaw.rocks/secret-hash": "h"}}, spec={"template": {"metadata": {"annotations": {"openclaw.rocks/secret-hash": "h"}}}}), "rotor-rotation", force=True),
             step("apply", make(STATEFUL_SET, {"annotations": {"openclaw.rocks/secret-hash": "i"}}, spec={"template": {"metadata": {"annotations": {"openclaw.rocks/secret-hash": "i"}}}}), "rotor-rotation", force=True),
             step("apply", stateful_set(container(), metadata={"labels": {"app": "x"}}, replicas=1), "rotor", force=True),
             step("update", {"spec": {"replicas": 2}, "metadata": {"managedFields": None}}, "old-client"),
             step("update", {"metadata": {"managedFields": []}}, "old-client"),
             step("apply", stateful_set(container()), "rotor", force=True)),
    scenario("how a stateful set replaces its pods", STATEFUL_SET,
             step("apply", stateful_set(container(), updateStrategy={"type": "RollingUpdate"}), "rotor", force=True),
             step("apply", stateful_set(container(), updateStrategy={"type": "RollingUpdate", "rollingUpdate": {}}), "rotor", force=True),
             step("merge", {"spec": {"updateStrategy": {"rollingUpdate": {"partition": 1}}}}, "person"),
             step("apply", stateful_set(container(), updateStrategy={"type": "RollingUpdate", "rollingUpdate": {}}), "rotor", force=True),
             step("merge", {"spec": {"updateStrategy": {"rollingUpdate": {"partition": None}}}}, "person"),
             step("apply", stateful_set(container(), updateStrategy={"type": "RollingUpdate"}), "rotor", force=True),
             step("merge", {"spec": {"updateStrategy": {"type": "OnDelete"}}}, "person"),
             step("merge", {"spec": {"updateStrategy": None}}, "person")),
    scenario("status of a pod by a kubelet", POD, step("create", make(POD, spec={"containers": [container()]})),
             step("strategic", {"status": {"conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": "2026-01-02T03:04:05Z"}], "phase": "Running"}}, "kubelet", subresource="status"),
             step("strategic", {"status": {"$setElementOrder/conditions": [{"type": "Ready"}, {"type": "Initialized"}], "conditions": [{"type": "Initialized", "status": "True"}, {"type": "Ready", "status": "False"}]}}, "kubelet", subresource="status"),
             step("merge", {"metadata": {"annotations": {"a": "b"}}}, "annotator"), ignore=POD_IGNORE),
    scenario("a default returns when its field is given up", LAB, step("apply", lab(mode="B", flag=False, nested={"x": 7}), "one"),
             step("apply", lab(), "one"), step("apply", lab(mode=None, maybe=None, dnul=None), "one"), step("apply", lab(nested={}), "one"), step("apply", lab(env=[], set=[], labels={}, provider={"aws": {}}), "one"), step("apply", lab(), "one")),
    scenario("two appliers of one list item", LAB, step("apply", lab(env=[{"name": "A", "value": "1"}]), "one"), step("apply", lab_only(env=[{"name": "A", "value": "1"}]), "two"),
             step("apply", lab(), "one"), step("apply", lab_only(env=[{"name": "A"}]), "two"), step("apply", lab_only(), "two")),
    scenario("a custom kind's old managers", LAB, step("create", lab({"managedFields": [{"manager": "m", "operation": "Update", "apiVersion": "test.rotor.dev/v1", "fieldsType": "FieldsV1", "fieldsV1": {"f:spec": {"f:size": {}}}}]})),
             step("merge", {"metadata": {"managedFields": [{}]}}, "other"), step("apply", lab(size=3), "one"), step("apply", lab(size=3), "one", force=True), step("update", {"spec": {"name": "abc"}}, "other")),
]
