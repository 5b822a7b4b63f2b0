"""`python -m speechrag` is the same as the command `speechrag`."""

from speechrag.cli.main import main

raise SystemExit(main())
