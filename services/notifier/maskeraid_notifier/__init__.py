"""Sends e-mail and webhooks from the outbox, and sweeps."""
