"""The command line: parsing and printing, nothing else."""

import underwriter  # noqa: F401 - the other packages are those beside this one
