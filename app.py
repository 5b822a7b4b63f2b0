"""The web page: settings, engine, launch. `python app.py --help` lists the flags."""

import sys

from speechrag.cli.main import main

if __name__ == "__main__":
    sys.exit(main(["serve", *sys.argv[1:]]))
