"""Places as attributes of images have them: read from text, and rounded."""

import re

PLACE = re.compile(r"\s*([-+]?\d{1,2}(?:\.\d+)?)\s*,\s*([-+]?\d{1,3}(?:\.\d+)?)\s*")
COARSE_DIGITS = 1  # of degrees: 0.1 degree of latitude is 11 km


def read_place(text: str) -> tuple[float, float] | None:
    """Latitude and longitude in degrees from `lat,lon`; None for what is no place on Earth."""
    found = PLACE.fullmatch(text)
    if found is None:
        return None
    latitude, longitude = float(found[1]), float(found[2])
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def place_text(place: tuple[float, float], *, exact: bool) -> str:
    """`lat,lon`, rounded to 0.1 degree (about 10 km) unless `exact`."""
    # Plus zero: -0.0 and 0.0 are one place.
    return ",".join(str(degrees + 0.0) if exact else f"{round(degrees, COARSE_DIGITS) + 0.0:.1f}" for degrees in place)


def coarse(text: str) -> str:
    """A place rounded; other text as it is."""
    place = read_place(text)
    return text if place is None else place_text(place, exact=False)
