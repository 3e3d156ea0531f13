"""One session with AWS for everything that this process asks of it.

A session of its own would read the endpoints, the list of services and their models again, while somebody who clicked
waits. It is botocore's: boto3 adds resources and transfers, which nothing here uses and every start would import.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import botocore.session

if TYPE_CHECKING:
    from botocore.config import Config
    from botocore.session import Session


@cache
def session() -> Session:
    """With the region and credentials of the environment."""
    return botocore.session.get_session()


def client(service: str, config: Config, **more: Any) -> Any:
    """A client of this service. `more` are further arguments of `create_client`, such as a role session's
    credentials."""
    return session().create_client(service, config=config, **more)
