"""A file a resource, the same names as in the HTTP API."""
