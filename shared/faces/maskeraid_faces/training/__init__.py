"""How images become a `FaceModel`. `train.py` is the story; only `thesis.py` and `eigen.py` load TensorFlow."""
