"""The networks: Keras builders, their layer tables, and a NumPy forward pass that needs no TensorFlow."""
