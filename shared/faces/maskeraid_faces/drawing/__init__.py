"""How one 8-bit face is painted, and how it is covered; the sets of such faces are in `drawn`."""
