#!/usr/bin/env python3
"""Measures the back ends.

    $(tools/toolchain.sh venv)/bin/python bench/stores.py reads [vault aws aws-plain gcp azure doppler onepassword kubernetes] [--reads 1000]
    $(tools/toolchain.sh venv)/bin/python bench/stores.py sync [--objects 5000] [--keys 5000] [--latency 50] [--budget 2000]

`reads`: one read after the other of one member of a JSON secret, by us (bench_reads: the store opened, a read) and by the vendor's own client in the
same run, against the same server; CPU of the reading thread, so that doubles in this process do not count. moto closes each
connection, so `aws` puts a front with TLS before it that keeps them, as AWS does; `aws-plain` is moto itself. In turns with
our reads goes the bare exchange by our HTTP client, a request that is signed already: `added_p99_us` is what a read takes
beyond it. Then the memory of each further store with a login of its own that is opened (`kib_per_store`, resident;
`heap_kib_per_store`, allocated), and what all back ends together hold before one is used (`registered_bytes`).
`sync`: N ExternalSecrets over K keys of a Vault that takes its time, on the embedded server, until all are Ready; reads on
the wire are counted. Needs build/release/rotor and bench_reads (cmake --preset release -DROTOR_BENCH=ON).
"""

import argparse
import asyncio
import base64
import contextlib
import functools
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests" / "cluster"), str(ROOT / "tests" / "stores"), str(ROOT / "bench")]

DOCUMENT = json.dumps({"user": "app", "password": "x" * 40, **{f"key{i}": "v" * 30 for i in range(10)}})
PROPERTY = "password"
STORES = 100


def ours(plan: dict, env: dict) -> dict:
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(plan, file)
        file.flush()
        done = subprocess.run([ROOT / "build/release/bench/bench_reads", file.name], env={**os.environ, **env},
                              capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout)


def theirs(read, reads: int) -> dict:
    """`read` gives the member's value."""
    assert read() == "x" * 40
    took, cpu = [], time.thread_time()
    for _ in range(reads):
        began = time.monotonic()
        read()
        took.append(1e6 * (time.monotonic() - began))
    cpu = time.thread_time() - cpu
    took.sort()
    return {"cpu_us": round(1e6 * cpu / reads, 1), "p50_us": round(took[reads // 2]), "p99_us": round(took[reads * 99 // 100])}


def get(url: str, headers: dict, ca: str = "") -> dict:
    """The exchange of a read, for who has a token already."""
    return {"method": "GET", "url": url, "headers": headers, "ca": ca}


@contextlib.contextmanager
def vault(state: pathlib.Path):
    from harness.vault import Vault
    server = Vault(state).start()
    try:
        client = server.client()
        client.secrets.kv.v2.create_or_update_secret("app", json.loads(DOCUMENT))
        block = {"server": server.url, "path": "secret", "caBundle": base64.b64encode(server.ca.encode()).decode()}
        tokens = {f"token-{i}": client.auth.token.create(policies=["root"])["auth"]["client_token"] for i in range(STORES)}

        def with_token(name: str) -> dict:
            return {**block, "auth": {"tokenSecretRef": {"name": "vault", "key": name}}}

        plan = {"block": with_token("root"), "secrets": {"vault/root": "root", **{f"vault/{k}": v for k, v in tokens.items()}},
                "key": "app", "bare": get(f"{server.url}/v1/secret/data/app", {"X-Vault-Token": "root"}, server.ca), "stores": [with_token(name) for name in tokens]}
        yield plan, {}, lambda: client.secrets.kv.v2.read_secret("app", raise_on_deleted_version=True)["data"]["data"][PROPERTY]
    finally:
        server.stop()


@contextlib.contextmanager
def front_of(url: str, state: pathlib.Path):
    """What keeps connections, over TLS: its URL and the file of its authority."""
    from doubles.double import Double
    from doubles.gcp import make_certificates

    class Front(Double):
        def answer(self, call):
            sent = {name: call.headers[name] for name in ("Content-Type", "X-Amz-Target", "Authorization", "X-Amz-Date")}
            with urllib.request.urlopen(urllib.request.Request(f"{url}/", call.body, sent), timeout=10) as answer:
                return answer.status, {"Content-Type": answer.headers["Content-Type"]}, answer.read()

    authority, pair = make_certificates(state)
    with Front(certificate=(pair,)) as front:
        yield front.url.replace("127.0.0.1", "localhost"), str(authority)


def signed_read(url: str, region: str, ca: str) -> dict:
    """GetSecretValue, signed once: good for a quarter of an hour."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials
    request = AWSRequest("POST", f"{url}/", data=json.dumps({"SecretId": "app", "VersionStage": "AWSCURRENT"}), headers={
        "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "secretsmanager.GetSecretValue"})
    SigV4Auth(Credentials("test", "test"), "secretsmanager", region).add_auth(request)
    return {"method": "POST", "url": request.url, "headers": dict(request.headers.items()), "body": request.data, "ca": ca}


@contextlib.contextmanager
def aws(state: pathlib.Path, fronted: bool = True):
    from harness.moto import REGION, Moto
    moto = Moto(state).start()
    try:
        moto.client("secretsmanager").create_secret(Name="app", SecretString=DOCUMENT)

        def with_key(name: str) -> dict:
            return {"service": "SecretsManager", "region": REGION, "auth": {"secretRef": {
                "accessKeyIDSecretRef": {"name": "aws", "key": name}, "secretAccessKeySecretRef": {"name": "aws", "key": "key"}}}}

        secrets = {"aws/key": "test", "aws/id": "test", **{f"aws/id-{i}": f"AKID{i}" for i in range(STORES)}}
        plan = {"block": with_key("id"), "secrets": secrets, "key": "app", "stores": [with_key(f"id-{i}") for i in range(STORES)]}
        with front_of(moto.url, state) if fronted else contextlib.nullcontext((moto.url, None)) as (url, authority):
            import boto3
            client = boto3.client("secretsmanager", region_name=REGION, endpoint_url=url, verify=authority,
                                  aws_access_key_id="test", aws_secret_access_key="test")
            plan["bare"] = signed_read(url, REGION, pathlib.Path(authority).read_text() if authority else "")
            env = {**moto.environment(), "AWS_SECRETSMANAGER_ENDPOINT": url} | ({"SSL_CERT_FILE": authority} if authority else {})
            yield plan, env, lambda: json.loads(client.get_secret_value(SecretId="app")["SecretString"])[PROPERTY]
    finally:
        moto.stop()


@contextlib.contextmanager
def gcp(state: pathlib.Path):
    from doubles.gcp import Google
    import test_gcp
    google = Google(state).start()
    os.environ.update(HTTPS_PROXY=f"http://127.0.0.1:{google.proxy_port}", REQUESTS_CA_BUNDLE=str(google.ca))
    try:
        google.add("app", DOCUMENT.encode())
        from google.oauth2 import service_account
        made = google.service_account(test_gcp.EMAIL, test_gcp.ACCESS)
        api = test_gcp.client(service_account.Credentials.from_service_account_info(
            made, scopes=["https://www.googleapis.com/auth/cloud-platform"]))
        readers = {"key": made}
        for i in range(STORES):  # other accounts; that their keys are one is nobody's business here
            email = f"reader-{i}@proj.iam.gserviceaccount.com"
            google.accounts[email], google.grants[email] = google.accounts[test_gcp.EMAIL], google.grants[test_gcp.EMAIL]
            readers[f"key-{i}"] = {**made, "client_email": email}

        def with_key(key: str) -> dict:
            return {"projectID": "proj", "auth": {"secretRef": {"secretAccessKeySecretRef": {"name": "gcp", "key": key}}}}

        name = "projects/proj/secrets/app/versions/latest"
        plan = {"block": with_key("key"), "secrets": {f"gcp/{k}": json.dumps(v) for k, v in readers.items()}, "key": "app",
                "bare": get(f"https://secretmanager.googleapis.com/v1/{name}:access",
                            {"Authorization": f"Bearer {google.issue(test_gcp.EMAIL)}"}),
                "stores": [with_key(k) for k in readers if k != "key"]}
        yield plan, google.environment(), lambda: json.loads(api.access_secret_version(name=name).payload.data)[PROPERTY]
    finally:
        for variable in ("HTTPS_PROXY", "REQUESTS_CA_BUNDLE"):
            os.environ.pop(variable)
        google.stop()


@contextlib.contextmanager
def azure(state: pathlib.Path):
    import test_azure as t
    from doubles.azure import RESOURCE
    double = t.AzureDouble(state, "team").start()
    try:
        double.entra.applications[t.CLIENT] = t.Application(secrets={t.SECRET})
        client = t.secrets(double)
        client.set_secret("app", DOCUMENT)
        others = {f"id-{i}": f"{t.CLIENT[:-4]}{i:04}" for i in range(STORES)}
        double.entra.applications |= {who: t.Application(secrets={t.SECRET}) for who in others.values()}

        def as_application(key: str) -> dict:
            return {"vaultUrl": t.VAULT, "tenantId": t.TENANT, "authSecretRef": {
                "clientId": {"name": "azure", "key": key}, "clientSecret": {"name": "azure", "key": "client-secret"}}}

        token = double.entra.issue(RESOURCE, t.CLIENT)["access_token"]
        plan = {"block": as_application("client-id"), "key": "app",
                "secrets": {"azure/client-id": t.CLIENT, "azure/client-secret": t.SECRET, **{f"azure/{k}": v for k, v in others.items()}},
                "bare": get(f"{t.VAULT}/secrets/app?api-version=7.4", {"Authorization": f"Bearer {token}"}),
                "stores": [as_application(key) for key in others]}
        yield plan, double.environment(), lambda: json.loads(client.get_secret("app").value)[PROPERTY]
    finally:
        double.stop()


@contextlib.contextmanager
def doppler(_state: pathlib.Path):
    from dopplersdk import DopplerSDK
    from doubles.doppler import Doppler
    tokens = {"dopplerToken": "dp.st.dev.app", **{f"token-{i}": f"dp.st.dev.app{i}" for i in range(STORES)}}
    with Doppler() as double:
        for token in tokens.values():
            double.add_config("shop", "dev", {"APP": DOCUMENT, "PASSWORD": "x" * 40}, token=token)
        client = DopplerSDK(access_token=tokens["dopplerToken"])
        client.set_base_url(double.url)

        def with_token(key: str) -> dict:
            return {"auth": {"secretRef": {"dopplerToken": {"name": "doppler", "key": key}}}}

        plan = {"block": with_token("dopplerToken"), "secrets": {f"doppler/{k}": v for k, v in tokens.items()}, "key": "PASSWORD",
                "bare": get(f"{double.url}/v3/configs/config/secrets/download?secrets=PASSWORD",
                            {"Authorization": f"Bearer {tokens['dopplerToken']}"}),
                "stores": [with_token(key) for key in tokens if key != "dopplerToken"]}
        yield (plan, {"DOPPLER_BASE_URL": double.url},
               lambda: client.secrets.get(name="PASSWORD", project="shop", config="dev").value["computed"])


@contextlib.contextmanager
def onepassword(_state: pathlib.Path):
    import onepasswordconnectsdk
    from doubles.onepassword import Connect
    with Connect() as double:
        vault_id = double.add_vault("Team")
        item = double.add_item(vault_id, "app", {PROPERTY: "x" * 40, **{f"key{i}": "v" * 30 for i in range(10)}})
        client = onepasswordconnectsdk.new_client(double.url, "connect-token")
        block = {"connectHost": double.url, "vaults": {vault_id: 1},
                 "auth": {"secretRef": {"connectTokenSecretRef": {"name": "op", "key": "token"}}}}
        plan = {"block": block, "secrets": {"op/token": "connect-token"}, "key": item,
                "bare": get(f"{double.url}/v1/vaults/{vault_id}/items/{item}", {"Authorization": "Bearer connect-token"}),
                "stores": [block] * STORES}  # a Connect server has one token for all
        yield plan, {}, lambda: next(f.value for f in client.get_item_by_id(item, vault_id).fields if f.label == PROPERTY)


@contextlib.contextmanager
def kubernetes(_state: pathlib.Path):
    from doubles.double import Double
    from kubernetes import client as k8s
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "app", "namespace": "other"},
              "data": {k: base64.b64encode(v.encode()).decode() for k, v in json.loads(DOCUMENT).items()}}

    class ApiServer(Double):
        def answer(self, call):
            return (200, {}, secret) if call.path == "/api/v1/namespaces/other/secrets/app" else (404, {}, {})

    with ApiServer() as double:
        api = k8s.CoreV1Api(k8s.ApiClient(k8s.Configuration(host=double.url, api_key={"authorization": "Bearer t"})))

        def with_token(key: str) -> dict:
            return {"server": {"url": double.url}, "remoteNamespace": "other",
                    "auth": {"token": {"bearerToken": {"name": "k8s", "key": key}}}}

        tokens = {f"token-{i}": f"t{i}" for i in range(STORES)}
        plan = {"block": with_token("token"), "secrets": {"k8s/token": "t", **{f"k8s/{k}": v for k, v in tokens.items()}}, "key": "app",
                "bare": get(f"{double.url}/api/v1/namespaces/other/secrets/app", {"Authorization": "Bearer t"}),
                "stores": [with_token(key) for key in tokens]}
        yield plan, {}, lambda: base64.b64decode(api.read_namespaced_secret("app", "other").data[PROPERTY]).decode()


PROVIDERS = {"vault": (vault, "vault"), "aws": (aws, "aws"),
             "aws-plain": (functools.partial(aws, fronted=False), "aws"), "gcp": (gcp, "gcpsm"), "azure": (azure, "azurekv"),
             "doppler": (doppler, "doppler"), "onepassword": (onepassword, "onepassword"), "kubernetes": (kubernetes, "kubernetes")}


def measure_reads(name: str, reads: int):
    made, provider = PROVIDERS[name]
    with tempfile.TemporaryDirectory(prefix="rotor-bench-") as folder, made(pathlib.Path(folder)) as (plan, env, read):
        plan |= {"provider": provider, "property": PROPERTY, "reads": reads}
        vendor = [theirs(read, reads // 2)]
        us = ours(plan, env)
        vendor.append(theirs(read, reads // 2))
        cpu = statistics.mean(one["cpu_us"] for one in vendor)
        print(json.dumps({"bench": "reads", "store": name, "ours": us, "vendor": vendor,
                          "times_less_cpu": round(cpu / us["read"]["cpu_us"], 1)}), flush=True)


class SlowVault:
    """KV version 2 as far as reads go; every answer takes `latency` milliseconds."""

    def __init__(self, latency: int):
        self.latency, self.reads = latency / 1000, 0
        self.port = None
        self.ready = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self.serve()), daemon=True).start()
        self.ready.wait()

    async def serve(self):
        from aiohttp import web

        async def read(request):
            self.reads += request.path.startswith("/v1/secret/data/")
            await asyncio.sleep(self.latency)
            if request.path.endswith("lookup-self"):
                return web.json_response({"data": {"type": "service", "ttl": 0, "expire_time": None}})
            return web.json_response({"data": {"data": {"a": request.path}, "metadata": {"version": 1, "destroyed": False, "deletion_time": ""}}})

        app = web.Application()
        app.router.add_get("/{tail:.*}", read)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.port = site._server.sockets[0].getsockname()[1]
        self.ready.set()
        await asyncio.Event().wait()


def measure_sync(objects: int, keys: int, latency: int, budget: int | None):
    import controllers
    from harness.objects import ES, STORES as STORE_KIND, Cluster
    state = pathlib.Path(tempfile.mkdtemp(prefix="rotor-bench-"))
    store = SlowVault(latency)
    plane = controllers.start_server("embedded", state)
    operator = controllers.operator_process(plane, [f"--store-calls-per-second={budget}"] if budget is not None else [])
    try:
        cluster = Cluster(plane)
        ns = cluster.namespace("bench")
        cluster.core.create_namespaced_secret(ns, {"metadata": {"name": "vault"}, "stringData": {"token": "root"}})
        cluster.create(STORE_KIND, ns, "store", {"provider": {"vault": {
            "server": f"http://127.0.0.1:{store.port}", "path": "secret", "auth": {"tokenSecretRef": {"name": "vault", "key": "token"}}}}})
        controllers.in_parallel(objects, lambda i: cluster.create(ES, ns, f"es-{i}", {
            "secretStoreRef": {"name": "store"}, "target": {"name": f"secret-{i}"}, "refreshInterval": "1h",
            "data": [{"secretKey": "a", "remoteRef": {"key": f"app/{i % keys}", "property": "a"}}]}))
        seconds = controllers.Loader(plane, state).first_sync(operator, ns, objects)
        print(json.dumps({"bench": "store sync", "objects": objects, "keys": keys, "latency_ms": latency, "budget": budget,
                          "seconds": round(seconds, 2), "reads": store.reads,
                          "peak_rss_mib": round(operator.peak_rss_kib() / 1024, 1)}), flush=True)
    finally:
        operator.stop()
        plane.stop()
        shutil.rmtree(state, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    reads = commands.add_parser("reads")
    reads.add_argument("stores", nargs="*", default=list(PROVIDERS), metavar="STORE", help=", ".join(PROVIDERS))
    reads.add_argument("--reads", type=int, default=1000)
    sync = commands.add_parser("sync")
    sync.add_argument("--objects", type=int, default=5000)
    sync.add_argument("--keys", type=int, default=5000)
    sync.add_argument("--latency", type=int, default=50, help="of every answer, milliseconds")
    sync.add_argument("--budget", type=int, help="--store-calls-per-second of the operator; its own default without")
    args = parser.parse_args()
    if args.command == "sync":
        return measure_sync(args.objects, args.keys, args.latency, args.budget)
    for name in args.stores:
        measure_reads(name, args.reads)


if __name__ == "__main__":
    main()
