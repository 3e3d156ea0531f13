"""Sameness: an HMAC under a KMS key that never leaves it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from sallyport.domain.ports import PortFailed

if TYPE_CHECKING:
    from botocore.client import BaseClient


class KmsSameness:
    """SamenessKey by `kms:GenerateMac`. KMS takes 4,096 bytes, so it signs the SHA-256 of what it is given."""

    def __init__(self, client: BaseClient, key_id: str) -> None:
        self._kms: Any = client
        self._key_id = key_id

    def sign(self, data: bytes) -> str:
        try:
            answer = self._kms.generate_mac(
                Message=hashlib.sha256(data).digest(), KeyId=self._key_id, MacAlgorithm="HMAC_SHA_256"
            )
        except (BotoCoreError, ClientError):
            raise PortFailed("kms_unavailable") from None
        return bytes(answer["Mac"]).hex()
