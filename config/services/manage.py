"""`bin/manage COMMAND …`: a Django command with the services of the data directory up."""

import os
import signal
import subprocess
import sys

from config.services import room, variables
from config.services.environment import REPOSITORY, build
from config.services.layout import default_data_dir
from config.services.sharing import shared

# They look at code and files alone: nothing is started for them, and no data directory is made.
WITHOUT_SERVERS = ("help", "messages", "parse_mail", "reference", "sizes", "version")


def main(arguments: list[str]) -> int:
    data = default_data_dir()
    try:
        variables.refuse_impossible()
        if arguments and arguments[0] in WITHOUT_SERVERS:
            return run(_command(arguments), os.environ | {"HILO_DATA": str(data), "HILO_ROLE": "manage"})
        with shared(data) as services:
            environment = build(
                services.directory,
                database_url=services.database_url,
                valkey_url=services.valkey_url,
                role="manage",
            )
            return run(_command(arguments), environment)
    except Exception as error:
        sentence = room.told(error, data)
        if sentence is None:
            raise
        print(sentence, file=sys.stderr)
        return 1


def _command(arguments: list[str]) -> list[str]:
    return [sys.executable, str(REPOSITORY / "manage.py"), *arguments]


def run(command: list[str], environment: dict[str, str]) -> int:
    """Ctrl-C reaches the command from the terminal itself; SIGTERM and SIGHUP are handed on."""
    # A handler instead of SIG_IGN: an ignored signal would stay ignored in the command.
    signal.signal(signal.SIGINT, lambda *_: None)
    child = subprocess.Popen(command, env=environment)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _frame: child.send_signal(received))
    code = child.wait()
    return 128 - code if code < 0 else code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
