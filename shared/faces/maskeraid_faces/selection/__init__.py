"""Selection: which model fits a face, by the colours of what is visible (`choose.choose_model`)."""

from maskeraid_faces.selection.prototypes import make_prototypes

__all__ = ["make_prototypes"]
