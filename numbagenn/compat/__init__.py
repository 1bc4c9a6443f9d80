"""Standing in for ``pygenn``: scripts and notebooks of PyGeNN 5.x and 4.9."""
