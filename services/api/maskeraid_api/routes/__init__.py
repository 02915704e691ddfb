"""A file a resource: parse, one or two awaited calls, answer."""
