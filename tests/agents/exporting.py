"""What the agents beside this file share: the one call that their scripted model makes, and the tool it calls.

They run in an environment of their own (tests/agents/requirements.in), started by tests/e2e/test_aap.py with the
bridge's URL and token, the arguments of the export, and the AWS configuration in which consumed approvals are profiles.
"""

import json
import os

import boto3

URL, TOKEN = os.environ["AAP_URL"], os.environ["AAP_TOKEN"]
ARGUMENTS = json.loads(os.environ["EXPORT"])
TOOL = "s3_export"
REASONING = "The yearly study needs these records."


def export(bucket: str, prefix: str, destination_bucket: str, destination_prefix: str) -> str:
    """Look at what is to be exported, with the credential that was approved."""
    s3 = boto3.Session(profile_name="sallyport-s3_export").client("s3")
    return f"{s3.list_objects_v2(Bucket=bucket, Prefix=prefix)['KeyCount']} objects"
