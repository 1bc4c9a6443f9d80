from tools.ledger import main

main()
