"""`python -m config.supervisor`: what `bin/up` becomes."""

import signal
import sys

if __name__ == "__main__":
    # Until there is something to stop, Ctrl-C ends it without a word, also in the middle of an import.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from config.supervisor.command import main

    sys.exit(main(sys.argv[1:]))
