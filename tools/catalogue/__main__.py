"""``python -m tools.catalogue``."""

from tools.catalogue import main

main()
