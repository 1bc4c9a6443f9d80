"""``python -m tools.ledger``."""

from tools.ledger import main

main()
