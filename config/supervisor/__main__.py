"""`python -m config.supervisor`: what `bin/up` becomes."""

import errno
import sys

from config.services.errors import ServiceError
from config.supervisor import checks, output
from config.supervisor.options import parse
from config.supervisor.runner import Supervisor


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    try:
        checks.before_start(options)
        Supervisor(options, output.terminal()).run()
    except ServiceError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        print(
            f"The disk that holds {options.data} is full: free some space, or choose another folder with --data.",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
