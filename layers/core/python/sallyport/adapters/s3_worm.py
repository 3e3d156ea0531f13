"""The WORM bucket. Its Object Lock keeps every version; an object of the log is written once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from sallyport.domain.notary import LogInconsistent
from sallyport.domain.ports import PortFailed

if TYPE_CHECKING:
    from botocore.client import BaseClient

# No more threads than the client keeps connections for.
_AT_ONCE = 10


class S3Worm:
    """Objects by their paths. S3 wants a checksum of whatever goes into a locked bucket; botocore sends one."""

    def __init__(self, client: BaseClient, bucket: str) -> None:
        self._s3: Any = client
        self._bucket = bucket

    def get(self, path: str) -> bytes | None:
        try:
            return bytes(self._s3.get_object(Bucket=self._bucket, Key=path)["Body"].read())
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchKey":
                return None
            raise PortFailed("worm_unavailable") from None
        except BotoCoreError:
            raise PortFailed("worm_unavailable") from None

    def get_all(self, paths: Iterable[str]) -> dict[str, bytes]:
        wanted = list(paths)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            found = pool.map(self.get, wanted)
            return {path: content for path, content in zip(wanted, found, strict=True) if content is not None}

    def put_new(self, path: str, content: bytes) -> bytes:
        try:
            self._s3.put_object(Bucket=self._bucket, Key=path, Body=content, IfNoneMatch="*")
        except ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailed":
                raise PortFailed("worm_unavailable") from None
            there = self.get(path)
            if there is None:
                raise PortFailed("worm_unavailable") from None
            return there
        except BotoCoreError:
            raise PortFailed("worm_unavailable") from None
        return content

    def put_all_new(self, objects: Mapping[str, bytes]) -> None:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            there = pool.map(self.put_new, objects.keys(), objects.values())
            if list(there) != list(objects.values()):
                raise LogInconsistent("object_taken")

    def replace(self, path: str, content: bytes) -> None:
        try:
            self._s3.put_object(Bucket=self._bucket, Key=path, Body=content)
        except (BotoCoreError, ClientError):
            raise PortFailed("worm_unavailable") from None
