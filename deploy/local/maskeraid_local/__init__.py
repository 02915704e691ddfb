"""One machine, no Docker: every server and service under one supervisor."""
