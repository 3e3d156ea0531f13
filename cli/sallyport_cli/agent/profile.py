"""`sallyport profile add`: a profile of the AWS configuration whose credentials are an approved request's."""

from __future__ import annotations

import argparse
import configparser
import os
import re
import secrets
import shlex
import shutil
import sys
from pathlib import Path

from sallyport_cli.agent import kept
from sallyport_cli.agent.connection import again, api_url_of, local
from sallyport_cli.errors import UsageError

_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")


def add(arguments: argparse.Namespace) -> int:
    """Raises UsageError."""
    path = arguments.config or Path(os.environ.get("AWS_CONFIG_FILE") or Path.home() / ".aws" / "config")
    write(path, arguments.name, arguments, replace=arguments.replace)
    print(f"AWS_CONFIG_FILE={shlex.quote(str(path))} AWS_PROFILE={arguments.name}")
    return 0


def write(path: Path, name: str, arguments: argparse.Namespace, *, replace: bool = False) -> None:
    """Append the profile to the file. Raises UsageError for a name that is taken or invalid."""
    if not _NAME.fullmatch(name):
        raise UsageError("a profile's name has letters, digits, dots, hyphens and underscores, at most 64")
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    config = configparser.RawConfigParser()
    try:
        config.read_string(text)
    except configparser.Error:
        raise UsageError(f"{path} cannot be read as an AWS configuration") from None
    section = f"profile {name}"
    if config.has_section(section):
        if not replace:
            raise UsageError(f"{path} has a profile {name} already: choose another name, or say --replace")
        text = _without(text, section)
    lines = [f"[{section}]", f"credential_process = {process(arguments)}"]
    lines += [f"{name} = {value}" for name, value in _settings(arguments).items()]
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    mode = path.stat().st_mode & 0o777 if path.is_file() else 0o600
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as out:
        out.write("\n\n".join(filter(None, (text.rstrip(), "\n".join(lines)))) + "\n")
    aside.replace(path)


def _settings(arguments: argparse.Namespace) -> dict[str, str]:
    """The region (and, on a local stack, the endpoint) of the calls that a program makes with the profile by
    default."""
    if arguments.stack:
        stack, _ = local(arguments)
        return {"region": stack["region"], "endpoint_url": stack["aws_endpoint_url"]}
    from sallyport_agent.transport import region_in

    region = arguments.region or region_in(api_url_of(arguments))
    return {"region": region} if region else {}


def of_request(arguments: argparse.Namespace, request_id: str, name: str) -> str:
    """Write the profile of a request beside the cache, and return what makes an AWS program use it."""
    path = kept.folder() / "config"
    write(path, name, argparse.Namespace(**{**vars(arguments), "request": request_id}), replace=True)
    return f"AWS_CONFIG_FILE={shlex.quote(str(path))} AWS_PROFILE={name}"


def process(arguments: argparse.Namespace) -> str:
    """The command that an SDK runs. SDKs split it at spaces, each in its own way, so no part may need more than
    quotes."""
    words = [program(), "credentials", "--request", arguments.request, *again(arguments)]
    return " ".join(f'"{word}"' if re.search(r"\s", word) else word for word in words)


def program() -> str:
    """How to start this command line from any folder."""
    started = Path(sys.argv[0])
    found = shutil.which("sallyport") if started.name == "__main__.py" else shutil.which(str(started))
    beside = Path(sys.executable).parent / "sallyport"
    return str(Path(found).resolve() if found and Path(found).name == "sallyport" else beside)


def _without(text: str, section: str) -> str:
    kept, inside = [], False
    for line in text.splitlines():
        if line.strip().startswith("["):
            inside = line.strip() == f"[{section}]"
        if not inside:
            kept.append(line)
    return "\n".join(kept)
