"""Plain boto3: copy one prefix of a bucket once a person has approved it."""

import sys

from sallyport_agent import Client, NotApproved, Refused

SOURCE, TARGET = "sallyport-sample-data", "sallyport-sample-export"


def export(prefix: str, destination: str) -> int:
    """How many objects were copied. The grant ends with the block, whatever happens in it."""
    parameters = {
        "bucket": SOURCE,
        "prefix": prefix,
        "destination_bucket": TARGET,
        "destination_prefix": destination,
    }
    with (
        Client() as client,
        client.action("s3.export", parameters, reason="Quarterly readmission study, ticket 4711") as credentials,
    ):
        s3, copied = credentials.session().client("s3"), 0
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=SOURCE, Prefix=prefix):
            for found in page.get("Contents", []):
                target = destination + found["Key"].removeprefix(prefix)
                s3.copy({"Bucket": SOURCE, "Key": found["Key"]}, TARGET, target)
                copied += 1
        return copied


if __name__ == "__main__":
    try:
        print(f"{export(*sys.argv[1:])} objects copied")
    except (Refused, NotApproved) as no:
        sys.exit(str(no))
