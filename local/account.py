"""Clients for the emulated account, signed with the key pair of one of its principals."""

import threading
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

from local.emulator import REGION, Emulator

# Threads make clients too, and a session is not safe to share between them.
_making = threading.Lock()


@cache
def _session() -> Any:
    """One for all accounts, because reading the services' models takes longer than most calls made with a client."""
    # Only the caller knows which client it is, because boto3's stubs cannot tell that from a variable.
    return boto3.session.Session(region_name=REGION)


@dataclass(frozen=True)
class Account:
    """An endpoint, as one principal sees it."""

    endpoint_url: str
    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)

    def client(self, service: str) -> Any:
        """A boto3 client that talks only to the emulator, whatever the user's AWS profile says."""
        with _making:
            return _session().client(
                service,
                aws_access_key_id=self.access_key_id,
                aws_secret_access_key=self.secret_access_key,
                aws_session_token=self.session_token,
                endpoint_url=self.endpoint_url,
                config=Config(retries={"max_attempts": 3}, max_pool_connections=20, s3={"addressing_style": "path"}),
            )


def as_admin(emulator: Emulator) -> Account:
    """The account, as its root user sees it."""
    return Account(emulator.endpoint_url, emulator.access_key_id, emulator.secret_access_key)
