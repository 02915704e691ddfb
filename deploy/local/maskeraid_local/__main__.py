"""`python -m maskeraid_local`: the same as `maskeraid up`."""

import sys

from maskeraid_local.commands import up
from maskeraid_local.invocation import DEFAULT_DATA, DEFAULT_PORT

sys.exit(up(DEFAULT_DATA, DEFAULT_PORT))
