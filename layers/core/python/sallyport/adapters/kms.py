"""What KMS computes with keys that never leave it: sameness (HMAC) and checkpoint signatures (Ed25519)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from sallyport.domain.checkpoints import raw_key
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


class KmsLogSigner:
    """The notary's key by `kms:Sign`: Ed25519 over the message itself (RAW, as C2SP signed notes want it)."""

    def __init__(self, client: BaseClient, key_id: str) -> None:
        self._kms: Any = client
        self._key_id = key_id

    def public_key(self) -> bytes:
        try:
            return raw_key(bytes(self._kms.get_public_key(KeyId=self._key_id)["PublicKey"]))
        except (BotoCoreError, ClientError, ValueError):
            raise PortFailed("log_key_unavailable") from None

    def sign(self, message: bytes) -> bytes:
        try:
            answer = self._kms.sign(
                KeyId=self._key_id, Message=message, MessageType="RAW", SigningAlgorithm="ED25519_SHA_512"
            )
        except (BotoCoreError, ClientError):
            raise PortFailed("log_key_unavailable") from None
        return bytes(answer["Signature"])
