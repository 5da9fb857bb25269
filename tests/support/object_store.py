"""A server of S3's protocol, a process of its own, with a bucket."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from importlib.util import find_spec

import pytest

from synth.store.remote import folder_at

BUCKET = "bucket"
LACKING = find_spec("moto") is None or find_spec("obstore") is None
KEYS = {"AWS_ACCESS_KEY_ID": "anybody", "AWS_SECRET_ACCESS_KEY": "hush-hush", "AWS_REGION": "us-east-1"}


class Server:
    """It can be held still, and go on."""

    def __init__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.environment = {**KEYS, "AWS_ENDPOINT_URL": self.address}
        code = f"from moto.server import main; main(['-H', '127.0.0.1', '-p', '{self.port}'])"
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for _ in range(300):
            with suppress(OSError):
                urllib.request.urlopen(f"{self.address}/moto-api/", timeout=5).close()
                break
            time.sleep(0.1)
        urllib.request.urlopen(urllib.request.Request(f"{self.address}/{BUCKET}", method="PUT"), timeout=10).close()  # noqa: S310

    def use(self):
        """Let this process, and those that it begins, know the server."""
        os.environ.update(self.environment)

    def hold(self):
        """Let it answer nobody."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self):
        """Let it answer again."""
        self.process.send_signal(signal.SIGCONT)

    def stop(self):
        """End it."""
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="module")
def server():
    """A server, which this process knows as long as the tests of a module run."""
    if LACKING:
        pytest.skip("moto or obstore is not installed")
    before = {name: os.environ.get(name) for name in (*KEYS, "AWS_ENDPOINT_URL")}
    started = Server()
    started.use()
    yield started
    started.stop()
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


@pytest.fixture(params=["s3", "file"])
def out(request, tmp_path_factory):
    """A folder of the test's own in the store, and one in a filesystem that fsspec reaches."""
    if request.param == "file":
        return f"file://{tmp_path_factory.mktemp('store')}/data"
    return f"s3://{BUCKET}/{abs(hash(request.node.name)):x}/data"


@pytest.fixture
def s3(request):
    """A folder of the test's own in the store alone."""
    return f"s3://{BUCKET}/{abs(hash(request.node.name)):x}/data"


def tables(manifest):
    """What a manifest says of its tables, wherever their files are."""
    return manifest.placed(lambda file: None).tables


def here(place):
    """The objects of a place, by name."""
    return folder_at(str(place)).names()
