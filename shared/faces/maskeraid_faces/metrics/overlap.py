"""How far two coverings agree."""

from maskeraid_faces.images import Covering


def intersection_over_union(one: Covering, other: Covering) -> float:
    """Of two maps (H, W): 1 where they are equal, also when both are empty; 0 where they have nothing in common."""
    union = int((one | other).sum())
    return 1.0 if union == 0 else int((one & other).sum()) / union
