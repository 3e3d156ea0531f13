"""The vault and the views in S3. Each bucket encrypts with a key of its own, by its default encryption."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from sallyport.domain.binding import VaultRecord
from sallyport.domain.canonical import canonical
from sallyport.domain.ports import PortFailed
from sallyport.masking import MaskedDocument, MaskingFailed
from sallyport.masking.views import restored

if TYPE_CHECKING:
    from botocore.client import BaseClient

_VAULT = "actions/"
_FAILURES = (BotoCoreError, ClientError, ValueError, TypeError)


class S3Vault:
    """Raw actions, one object per request, deleted in every version when the request closes."""

    def __init__(self, client: BaseClient, bucket: str) -> None:
        self._s3: Any = client
        self._bucket = bucket

    def put(self, record: VaultRecord) -> None:
        try:
            self._s3.put_object(
                Bucket=self._bucket,
                Key=_vault_key(record.request_id),
                Body=json.dumps(asdict(record), ensure_ascii=True).encode(),
                ContentType="application/json",
            )
        except _FAILURES:
            raise PortFailed("vault_unavailable") from None

    def get(self, request_id: str) -> VaultRecord:
        try:
            body = self._s3.get_object(Bucket=self._bucket, Key=_vault_key(request_id))["Body"].read()
            return VaultRecord.restored(json.loads(body))
        except _FAILURES:
            raise PortFailed("vault_unavailable") from None

    def delete(self, request_id: str) -> None:
        try:
            # All are listed before the first is deleted: each page starts after the last version of the one before.
            for version in list(self._versions(_vault_key(request_id))):
                self._s3.delete_object(Bucket=self._bucket, Key=version["Key"], VersionId=version["VersionId"])
        except _FAILURES:
            raise PortFailed("vault_unavailable") from None

    def listed(self) -> Iterator[tuple[str, datetime]]:
        try:
            for version in self._versions(_VAULT):
                yield version["Key"].removeprefix(_VAULT).removesuffix(".json"), version["LastModified"]
        except _FAILURES:
            raise PortFailed("vault_unavailable") from None

    def _versions(self, prefix: str) -> Iterator[dict[str, Any]]:
        """Every version and delete marker, page by page: S3 lists 1,000 at once."""
        pages = self._s3.get_paginator("list_object_versions").paginate(Bucket=self._bucket, Prefix=prefix)
        for page in pages:
            yield from page.get("Versions", ())
            yield from page.get("DeleteMarkers", ())


class S3Views:
    """Masked views by their digest. Each object is the RFC 8785 JSON that the digest was made of."""

    def __init__(self, client: BaseClient, bucket: str) -> None:
        self._s3: Any = client
        self._bucket = bucket

    def put(self, presented_digest: str, view: MaskedDocument) -> None:
        try:
            self._s3.put_object(
                Bucket=self._bucket,
                Key=_view_key(presented_digest),
                Body=canonical(view.document),
                ContentType="application/json",
            )
        except _FAILURES:
            raise PortFailed("views_unavailable") from None

    def get(self, presented_digest: str) -> MaskedDocument:
        try:
            body = self._s3.get_object(Bucket=self._bucket, Key=_view_key(presented_digest))["Body"].read()
            return restored(json.loads(body), presented_digest)
        except (*_FAILURES, MaskingFailed):
            raise PortFailed("views_unavailable") from None


def _vault_key(request_id: str) -> str:
    return f"{_VAULT}{request_id}.json"


def _view_key(presented_digest: str) -> str:
    return f"views/{presented_digest}.json"
