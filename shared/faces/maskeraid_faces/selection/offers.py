"""Whether a model is offered for a face: by how far its tone is, and by how strange the face is for it."""

from collections.abc import Sequence

from maskeraid_faces.selection.chosen import Offer, Strange

AS_IT_IS, ADAPTABLE, SUITABLE = 2.0, 6.0, 15.0  # dE00 of tone
STRANGE = 0.05  # a p-value below which a face is none of a model's


def judge(
    p_colours: float | None, p_looks: float | None, share_of_looks: float = 0.5
) -> tuple[float | None, tuple[Strange, ...]]:
    """Both p-values in one, and which of them is so low that the face is strange, the lowest first.

    Source: Bonferroni, weighted (Genovese, Roeder, Wasserman 2006): each over its share, the smaller one is a p-value
    whatever binds the two. One alone is taken as it is.
    """
    if p_colours is None or p_looks is None:
        alone: tuple[tuple[float | None, Strange], ...] = ((p_colours, "colours"), (p_looks, "looks"))
        found = [(p, name) for p, name in alone if p is not None]
    else:
        of_colours = p_colours / (1 - share_of_looks) if share_of_looks < 1 else 1.0
        found = sorted([(of_colours, "colours"), (p_looks / share_of_looks, "looks")])
    p = min(1.0, found[0][0]) if found else None
    return p, tuple(name for one, name in found if one < STRANGE)


def offer_of(tone: float | None, strange: Sequence[Strange]) -> Offer:
    """Strange colours count where the tone is far: nearer ones can be adapted. What looks strange cannot."""
    if "looks" in strange:
        return "unsuitable"
    if tone is None or tone <= AS_IT_IS:
        return "as it is"
    if tone <= ADAPTABLE:
        return "with colour adaptation"
    return "far" if tone <= SUITABLE and "colours" not in strange else "unsuitable"
