"""`python -m kit`, which bin/kit calls in the clone's own environment."""

import sys

from kit.cli import main

sys.exit(main())
