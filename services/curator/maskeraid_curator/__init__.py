"""Imports data sets: checks archives, sanitises images, writes versions."""
