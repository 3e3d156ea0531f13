"""Sallyport's client for agents: ask for one action, wait for a person, use what was approved once."""

from sallyport_agent.aio import AsyncClient
from sallyport_agent.answers import Action, Credentials, Request, Result
from sallyport_agent.client import Client
from sallyport_agent.flows import Progress
from sallyport_agent.refusals import Lost, NoAnswer, NotApproved, Refused, SallyportError, StillPending

__all__ = [
    "Action",
    "AsyncClient",
    "Client",
    "Credentials",
    "Lost",
    "NoAnswer",
    "NotApproved",
    "Progress",
    "Refused",
    "Request",
    "Result",
    "SallyportError",
    "StillPending",
]
