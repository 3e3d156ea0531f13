"""The package's own gate, without a framework."""

from agentapprovalprotocol import Call, Client, Gate
from exporting import ARGUMENTS, REASONING, TOKEN, TOOL, URL, export

gate = Gate(Client(URL, TOKEN))
with gate.guard(Call(key="run-1:call-1", tool=TOOL, arguments=ARGUMENTS, reasoning=REASONING)) as verdict:
    print(export(**ARGUMENTS) if verdict else verdict.reason)
