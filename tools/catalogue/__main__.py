from tools.catalogue import main

main()
