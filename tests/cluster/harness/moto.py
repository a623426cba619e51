"""moto: AWS Secrets Manager, Parameter Store, STS and IAM over HTTP, with its signature checks."""

import pathlib
import sys
import urllib.request

import boto3

from .processes import Process, free_port, wait_for

REGION = "us-east-1"


class Moto:
    def __init__(self, log_dir: pathlib.Path):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        program = pathlib.Path(sys.executable).parent / "moto_server"
        self.process = Process("moto", [program, "-H", "127.0.0.1", "-p", self.port], log_dir)

    def start(self) -> "Moto":
        self.process.start()
        wait_for(lambda: urllib.request.urlopen(f"{self.url}/moto-api/data.json", timeout=2).status == 200, 60, "moto", 0.1)
        return self

    def stop(self):
        self.process.kill()

    def client(self, service: str, key: str = "test", secret: str = "test"):
        return boto3.client(service, region_name=REGION, endpoint_url=self.url, aws_access_key_id=key,
                            aws_secret_access_key=secret)

    def enforce(self, on: bool):
        """IAM enforcement: signatures and permissions are checked from now on, or no longer."""
        request = urllib.request.Request(f"{self.url}/moto-api/reset-auth", data=b"0" if on else b"1000000000",
                                         headers={"Content-Type": "text/plain"}, method="POST")
        urllib.request.urlopen(request, timeout=5)

    def environment(self) -> dict:
        return {"AWS_SECRETSMANAGER_ENDPOINT": self.url, "AWS_SSM_ENDPOINT": self.url, "AWS_STS_ENDPOINT": self.url,
                "AWS_EC2_METADATA_DISABLED": "true"}
