"""The science: face images, coverings, training, filling, model choice."""
