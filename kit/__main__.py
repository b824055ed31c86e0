"""`python -m kit`, which bin/kit calls in the clone's own environment."""

import signal
import sys

from kit.cli import main

# Ended by another program as by Ctrl-C: a verb stops what it started and says how to go on.
signal.signal(signal.SIGTERM, signal.default_int_handler)
sys.exit(main())
