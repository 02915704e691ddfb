"""What MongoDB holds: a file a resource, the same names as in repositories/."""
