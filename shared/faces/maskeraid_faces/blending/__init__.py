"""From a generated face to a finished one: smoothing, colour, seam, and the one function that pastes (`composite`)."""
