"""An S3 server in this process: what it holds, and the environment of those who use it."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import boto3
from moto.server import ThreadedMotoServer

REGION = "us-east-1"


class Bucket:
    """A bucket of a server of its own.

    Args:
        url: Where the server is.
        name: The name of the bucket.
    """

    def __init__(self, url: str, name: str) -> None:
        self.name = name
        self.environment = {
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": "a-key",
            "AWS_SECRET_ACCESS_KEY": "not a secret",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        self.client = boto3.client(
            "s3",
            endpoint_url=url,
            aws_access_key_id="a-key",
            aws_secret_access_key="not a secret",
            region_name=REGION,
        )
        self.client.create_bucket(Bucket=name)

    def put(self, contents: Mapping[str, bytes]) -> None:
        """Puts objects into the bucket."""
        for key, content in contents.items():
            self.client.put_object(Bucket=self.name, Key=key, Body=content)

    def delete(self, *keys: str) -> None:
        """Deletes objects."""
        for key in keys:
            self.client.delete_object(Bucket=self.name, Key=key)


@contextmanager
def bucket(name: str) -> Iterator[Bucket]:
    """Starts a server with an empty bucket."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        made = Bucket(f"http://{host}:{port}", name)
        yield made
        made.client.close()
    finally:
        server.stop()
