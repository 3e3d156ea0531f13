"""`local-slack`, or `python -m local_slack`: serve the workspace until a signal ends it."""

import argparse
import signal
import sys
import threading
from pathlib import Path

from local_slack.app import LocalSlack
from local_slack.config import SAMPLE, ConfigError, load_workspace
from local_slack.delivery import AddressError
from local_slack.server import SlackServer


def main() -> int:
    arguments = _parser().parse_args()
    try:
        workspace = load_workspace(arguments.config)
        app = LocalSlack(
            workspace,
            _database(arguments.state_dir),
            post_message_per_second=arguments.post_message_per_second,
        )
        if arguments.events_url:
            app.outbox.point_to(arguments.events_url)
    except (ConfigError, AddressError) as error:
        print(f"local-slack: {error}", file=sys.stderr)
        return 2
    try:
        server = SlackServer(app, arguments.port)
    except OSError as error:
        print(f"local-slack: cannot listen on 127.0.0.1:{arguments.port}: {error.strerror}", file=sys.stderr)
        return 3
    for number in (signal.SIGINT, signal.SIGTERM):
        # shutdown() waits for the serving loop, which runs in this very thread.
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"Slack workspace on {server.base_url}/", flush=True)
    if arguments.config == SAMPLE:
        print(f"bot token {workspace.bot_token}, signing secret {workspace.signing_secret}", flush=True)
    server.serve_forever(poll_interval=0.1)
    server.server_close()
    app.store.close()
    return 0


def _database(folder: Path | None) -> Path | None:
    if folder is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    return folder / "workspace.sqlite"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="local-slack", description=__doc__)
    parser.add_argument("--port", type=int, default=4010, help="port on 127.0.0.1 (4010); 0 picks a free one")
    parser.add_argument("--events-url", default="", help="where signed interactions go; can be set later by control")
    parser.add_argument("--state-dir", type=Path, help="folder that keeps the workspace over restarts")
    parser.add_argument("--config", type=Path, default=SAMPLE, help="JSON file: tokens, ids and users; else a sample")
    parser.add_argument(
        "--post-message-per-second",
        type=float,
        default=0.0,
        help="refuse faster chat.postMessage calls with 429 as Slack does (about 1); 0 means no limit",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
