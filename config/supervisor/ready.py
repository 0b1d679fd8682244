"""Is the product up? Asked as a visitor, a mail server and a monitor would."""

import http.client
import json
import socket

from config.services.postgres import DATABASE, Postgres
from config.services.server import Server
from config.supervisor.options import Options

ANSWER_SECONDS = 2.0
# Consumers may be behind: what waited while nothing ran is worked off after the start.
PARTS = ("database", "broker", "worker")


def forget_earlier_reports(servers: list[Server]) -> None:
    """A worker that was killed a moment ago would vouch for the next one. A database of somebody else's may have other
    workers, and these do the work too."""
    for server in servers:
        if isinstance(server, Postgres):
            server.ask(DATABASE, "DELETE FROM crm_heartbeat")


def answers(options: Options) -> bool:
    # In this order the mail port is bothered only once or twice; it logs each caller.
    return works(options.visitors_host, options.port) and listens(options.visitors_host, options.smtp_port)


def works(host: str, port: int) -> bool:
    """By /readyz: a page that opens is not enough, somebody must do the work behind it."""
    connection = http.client.HTTPConnection(host.strip("[]"), port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", "/readyz", headers={"Host": f"127.0.0.1:{port}"})
        parts = json.loads(connection.getresponse().read())["parts"]
        return all(parts[name]["ok"] for name in PARTS)
    except (OSError, http.client.HTTPException, ValueError, LookupError):
        return False
    finally:
        connection.close()


def listens(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host.strip("[]"), port), timeout=ANSWER_SECONDS):
            return True
    except OSError:
        return False
