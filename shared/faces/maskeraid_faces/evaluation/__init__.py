"""What is measured of a finished model: samples, memorisation, guarantees, quality. NumPy, any architecture."""
