"""A file a group of commands, the same names as in the HTTP API."""
