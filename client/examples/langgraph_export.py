"""LangGraph: one action of the catalogue is a tool that uses the credential itself; the model never comes near it."""

import sys
from typing import Any

from langchain.agents import create_agent
from langchain_core.tools import StructuredTool

from sallyport_agent import Client, Credentials, NotApproved, Refused


def copy(credentials: Credentials, bucket: str, prefix: str, destination_bucket: str, destination_prefix: str) -> str:
    s3, copied = credentials.session().client("s3"), 0
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for key in (found["Key"] for found in page.get("Contents", [])):
            s3.copy({"Bucket": bucket, "Key": key}, destination_bucket, destination_prefix + key.removeprefix(prefix))
            copied += 1
    return f"{copied} objects copied"


def work(task: str, model: Any) -> str:
    with Client() as client:

        def export(reason: str, context: Any = None, **parameters: str) -> str:
            try:
                with client.action("s3.export", parameters, reason=reason, context=context) as credentials:
                    return copy(credentials, **parameters)
            except (Refused, NotApproved) as no:
                return str(no)

        raw = next(action.raw for action in client.actions() if action.name == "s3.export")
        made = {"name": raw["tool_name"], "description": raw["description"], "args_schema": raw["input_schema"]}
        graph = create_agent(model, [StructuredTool.from_function(export, **made)])
        return str(graph.invoke({"messages": [("user", task)]})["messages"][-1].content)


if __name__ == "__main__":
    print(work(sys.argv[1], sys.argv[2]))
