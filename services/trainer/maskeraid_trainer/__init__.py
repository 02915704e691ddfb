"""Carries trainings and evaluations out, one child process each.

The parent: worker (Celery), tasks, supervision, child (its process) and memory, journal and progress (what it writes).
The child: run (the story), asked, training_faces, image_reading, beginnings, probe, recording, checkpoints, judging,
model_version, traits, pictures, reports; evaluating (an evaluation's story), charts.
"""
