"""`python -m config.supervisor`: what `bin/up` becomes."""

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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
