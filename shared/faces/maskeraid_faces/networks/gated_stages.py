"""Sides, widths, and arrays of the network of engine B. No TensorFlow."""

from dataclasses import dataclass

CHANNELS = 8  # what is visible 3, the covering 1, ridge's answer 3, its doubt 1
LATENTS = 64
HIDDEN = 128  # of what latents and the deepest map are told through
DILATIONS = (2, 4)
WIDEST = 4  # times the base
HALVED_TWICE_BELOW, HALVED_THRICE_BELOW = 64, 256  # sides; larger ones are halved four times
ATTENDS_FROM = 128  # a side whose deepest map, 16 places a side or some more, attends to itself

Shape = tuple[int, ...]


@dataclass(frozen=True)
class GatedStages:
    """The stages of a network for images of a side, the finest with `base` channels."""

    size: int
    base: int

    @property
    def depth(self) -> int:
        """How often the side is halved."""
        return 2 if self.size < HALVED_TWICE_BELOW else 3 if self.size < HALVED_THRICE_BELOW else 4

    @property
    def sides(self) -> list[int]:
        """Of the maps, finest first."""
        return [self.size >> stage for stage in range(self.depth + 1)]

    @property
    def widths(self) -> list[int]:
        """Channels of the maps, finest first."""
        return [self.base * min(WIDEST, 1 << stage) for stage in range(self.depth + 1)]

    @property
    def attends(self) -> bool:
        """Whether the places of the deepest map look at one another."""
        return self.size >= ATTENDS_FROM

    def shapes(self) -> dict[str, Shape]:
        """Name and shape of every array."""
        widths, deepest = self.widths, self.widths[-1]
        shapes = _convolution("first", CHANNELS, 2 * widths[0])
        for stage in range(1, self.depth + 1):
            shapes |= _convolution(f"down_{stage}", widths[stage - 1], 2 * widths[stage])
        for dilation in DILATIONS:
            shapes |= _convolution(f"wide_{dilation}", deepest, 2 * deepest)
        if self.attends:
            for name, after in (
                ("asks", deepest // 4),
                ("offers", deepest // 4),
                ("says", deepest),
                ("heard", deepest),
            ):
                shapes |= _convolution(name, deepest, after, side=1)
        shapes |= _dense("hidden_1", LATENTS + deepest, HIDDEN) | _dense("hidden_2", HIDDEN, HIDDEN)
        for stage in range(self.depth, -1, -1):
            before = deepest if stage == self.depth else widths[stage + 1]
            shapes |= {f"up_{stage}.kernel": (3, 3, before, 2 * widths[stage])}
            shapes |= _convolution(f"kept_{stage}", widths[stage], 2 * widths[stage])
            shapes |= _dense(f"film_{stage}", HIDDEN, 2 * widths[stage])
            shapes |= {f"noise_{stage}.kernel": (1, 1, 1, widths[stage])}
        return shapes | _convolution("output", widths[0], 3)


def _convolution(name: str, before: int, after: int, side: int = 3) -> dict[str, Shape]:
    return {f"{name}.kernel": (side, side, before, after), f"{name}.bias": (after,)}


def _dense(name: str, before: int, after: int) -> dict[str, Shape]:
    return {f"{name}.kernel": (before, after), f"{name}.bias": (after,)}
