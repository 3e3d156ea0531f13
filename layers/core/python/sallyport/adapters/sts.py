"""Mint the credential. The one place that calls AssumeRole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from sallyport.domain.credentials import CredentialOrder, ScopedCredentials
from sallyport.domain.ports import PortFailed

if TYPE_CHECKING:
    from botocore.client import BaseClient

_CODES = {"PackedPolicyTooLarge": "policy_too_large", "AccessDenied": "role_refused"}


class StsIssuer:
    """CredentialIssuer by `sts:AssumeRole`, always with a session policy."""

    def __init__(self, client: BaseClient, external_id: str) -> None:
        self._sts: Any = client
        self._external_id = external_id

    def issue(self, wanted: CredentialOrder) -> ScopedCredentials:
        if not wanted.policy:
            raise PortFailed("policy_missing")  # STS would take this for the whole role
        try:
            answer = self._sts.assume_role(
                RoleArn=wanted.role_arn,
                RoleSessionName=wanted.session_name,
                Policy=wanted.policy,
                DurationSeconds=wanted.duration_seconds,
                ExternalId=self._external_id,
                SourceIdentity=wanted.source_identity,
                Tags=[{"Key": key, "Value": value} for key, value in wanted.tags.items()],
                TransitiveTagKeys=list(wanted.tags),
            )
        except ClientError as error:
            raise PortFailed(_CODES.get(error.response["Error"]["Code"], "sts_refused")) from None
        except BotoCoreError:
            raise PortFailed("sts_unavailable") from None
        minted = answer["Credentials"]
        return ScopedCredentials(
            minted["AccessKeyId"], minted["SecretAccessKey"], minted["SessionToken"], minted["Expiration"]
        )
