"""Is the product up? Asked as a visitor and a mail server would."""

import http.client
import socket

from config.supervisor.options import Options

ANSWER_SECONDS = 2.0


def answers(options: Options) -> bool:
    # In this order the mail port is bothered only once or twice; it logs each caller.
    return healthy(options.visitors_host, options.port) and listens(options.visitors_host, options.smtp_port)


def healthy(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host.strip("[]"), port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", "/healthz", headers={"Host": f"127.0.0.1:{port}"})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def listens(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host.strip("[]"), port), timeout=ANSWER_SECONDS):
            return True
    except OSError:
        return False
