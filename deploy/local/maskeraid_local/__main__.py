"""`python -m maskeraid_local`: the same as `maskeraid up`."""

import sys
from pathlib import Path

from maskeraid_local.commands import up

sys.exit(up(Path(".maskeraid"), 8000))
