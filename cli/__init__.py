"""The command line: parsing and printing, nothing else."""

import governance.kernel.beside  # noqa: F401 - the other packages are those beside this one
