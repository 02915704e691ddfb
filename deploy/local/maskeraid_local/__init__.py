"""One machine, no Docker: Redis, a MongoDB-compatible server, and every service under one supervisor."""
