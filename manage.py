#!/usr/bin/env python
"""Django's command line. `bin/manage` starts the embedded services first, then calls this."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    from config.trouble import told

    with told():
        execute_from_command_line(sys.argv)
