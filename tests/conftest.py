"""What holds for every test: the programs that they start, some hundreds of times, are compiled once and kept so."""

import os
import sys

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
