"""Fills the covered part of a face: `fill.fill` is the story, the engines beside it answer with draws and weights."""
