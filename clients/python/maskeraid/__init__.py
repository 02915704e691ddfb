"""SDK and command line of MASKERAID."""
