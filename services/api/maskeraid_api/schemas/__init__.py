"""What requests and answers look like: a file a resource, the same names as in routes/."""
