"""Attacks on the whole stack: what is killed, frozen, cut off, or filled up, and what an auditor finds afterwards."""
