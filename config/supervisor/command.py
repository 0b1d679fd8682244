"""The start as a command: one sentence and code 1 for whatever stands in its way."""

import sys

from config.services import room
from config.supervisor import checks, output
from config.supervisor.options import parse
from config.supervisor.runner import Supervisor


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    try:
        checks.before_start(options)
        Supervisor(options, output.terminal()).run()
    except Exception as error:
        sentence = room.told(error, options.data)
        if sentence is None:
            raise
        print(sentence, file=sys.stderr)
        return 1
    return 0
