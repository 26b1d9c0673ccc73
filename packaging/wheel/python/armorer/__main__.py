"""`python -m armorer`: the program, with its arguments."""

import os
import sys

from . import program

os.execv(program(), ["armorer", *sys.argv[1:]])
