"""Carries trainings out, one child process each."""
