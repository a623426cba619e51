"""The three documented manifests, unchanged, on a real control plane with moto as AWS (IRSA end to end)."""

import json

import pytest
import yaml

from harness.objects import ES, INSTANCES, STORES, Cluster, quickstart
from harness.processes import wait_for

KEY = "openclaw/api-keys"


@pytest.fixture(scope="module")
def cluster(plane, moto, operator):
    cluster = Cluster(plane)
    moto.enforce(False)
    iam = moto.client("iam")
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRoleWithWebIdentity"}]}
    allow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*"}]}
    iam.create_role(RoleName="eso-role", AssumeRolePolicyDocument=json.dumps(trust))
    iam.put_role_policy(RoleName="eso-role", PolicyName="read", PolicyDocument=json.dumps(allow))
    moto.client("secretsmanager").create_secret(Name=KEY, SecretString=json.dumps({"anthropic": "ant-1", "openai": "oai-1"}))
    plane.kubectl("apply", "-f", "-", stdin=yaml.safe_dump_all(quickstart("openclaw")))
    return cluster


def rotate(moto, **values):
    moto.client("secretsmanager").put_secret_value(SecretId=KEY, SecretString=json.dumps(values))


def test_the_manifests_reach_a_running_pod(cluster):
    cluster.wait_condition(STORES, "openclaw", "aws-secrets")
    cluster.wait_condition(ES, "openclaw", "openclaw-api-keys")
    assert cluster.secret("openclaw", "openclaw-api-keys") == {"ANTHROPIC_API_KEY": "ant-1", "OPENAI_API_KEY": "oai-1"}
    wait_for(lambda: cluster.pod_uid("openclaw", "my-assistant"), 60, "the pod to be Ready")
    cluster.wait_condition(INSTANCES, "openclaw", "my-assistant")
    account = cluster.core.read_namespaced_service_account("my-assistant", "openclaw")
    assert account.metadata.annotations["eks.amazonaws.com/role-arn"] == "arn:aws:iam::123456789012:role/openclaw-role"


def test_a_changed_value_restarts_the_pod_exactly_once(cluster, moto):
    uid = wait_for(lambda: cluster.pod_uid("openclaw", "my-assistant"), 60, "the pod to be Ready")
    generation, before = cluster.generation("openclaw", "my-assistant"), cluster.secret_hash("openclaw", "my-assistant")
    rotate(moto, anthropic="ant-2", openai="oai-1")
    cluster.force_sync("openclaw", "openclaw-api-keys", "now-1")
    wait_for(lambda: cluster.secret("openclaw", "openclaw-api-keys")["ANTHROPIC_API_KEY"] == "ant-2", 30, "the new value")
    wait_for(lambda: cluster.secret_hash("openclaw", "my-assistant") != before, 30, "the pod template to change")
    wait_for(lambda: cluster.pod_uid("openclaw", "my-assistant") not in (None, uid), 60, "a new pod")
    cluster.wait_condition(INSTANCES, "openclaw", "my-assistant")
    assert cluster.generation("openclaw", "my-assistant") == generation + 1
    # The same value once more: nothing restarts.
    synced = cluster.get(ES, "openclaw", "openclaw-api-keys")["status"]["syncedResourceVersion"]
    wait_for(lambda: cluster.force_sync("openclaw", "openclaw-api-keys", "now-2") is None, 5, "the annotation")
    wait_for(lambda: cluster.get(ES, "openclaw", "openclaw-api-keys")["status"]["syncedResourceVersion"] != synced, 30, "the refresh")
    assert cluster.generation("openclaw", "my-assistant") == generation + 1


def test_the_interval_alone_brings_a_new_value(cluster, moto):
    before = cluster.secret_hash("openclaw", "my-assistant")
    cluster.patch(ES, "openclaw", "openclaw-api-keys", {"spec": {"refreshInterval": "1s"}})
    rotate(moto, anthropic="ant-3", openai="oai-3")
    wait_for(lambda: cluster.secret("openclaw", "openclaw-api-keys")["OPENAI_API_KEY"] == "oai-3", 30, "the new value")
    wait_for(lambda: cluster.secret_hash("openclaw", "my-assistant") != before, 30, "the pod template to change")
    cluster.patch(ES, "openclaw", "openclaw-api-keys", {"spec": {"refreshInterval": "1h"}})


def test_signatures_and_permissions_are_checked_by_the_other_side(cluster, moto):
    """With enforcement on, moto checks every signature against the credentials that STS gave out."""
    rotate(moto, anthropic="ant-4", openai="oai-4")
    moto.enforce(True)
    try:
        synced = cluster.get(ES, "openclaw", "openclaw-api-keys")["status"]["syncedResourceVersion"]
        cluster.force_sync("openclaw", "openclaw-api-keys", "signed")
        wait_for(lambda: cluster.get(ES, "openclaw", "openclaw-api-keys")["status"]["syncedResourceVersion"] != synced, 30, "the refresh")
        wait_for(lambda: cluster.secret("openclaw", "openclaw-api-keys") == {"ANTHROPIC_API_KEY": "ant-4", "OPENAI_API_KEY": "oai-4"}, 30,
                 "the new values")
        cluster.wait_condition(ES, "openclaw", "openclaw-api-keys")
    finally:
        moto.enforce(False)
