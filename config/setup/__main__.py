"""`python -m config.setup [--dev] [--packages-only]`: what the commands begin with."""

import signal
import sys

if __name__ == "__main__":
    # Ctrl-C in the middle of an import is nothing to show anybody; later there is something to end.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from config.setup.command import main

    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.exit(main())
