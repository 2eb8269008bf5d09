"""Where the built program begins."""

import sys

from shelterdesk.launcher import main

sys.exit(main())
