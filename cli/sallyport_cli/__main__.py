"""`python -m sallyport_cli`."""

import sys

from sallyport_cli.main import main

sys.exit(main())
