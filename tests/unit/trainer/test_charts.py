"""Charts of evaluations are pictures, whatever the figures and names are."""

import numpy as np
import pytest

from maskeraid_faces.metrics.copying import copying
from maskeraid_trainer.charts import draw_bars, draw_distances

PNG = b"\x89PNG"


def test_distances_of_copies_that_are_all_exact() -> None:
    faces = np.arange(20, dtype=np.float32)[:, None]
    assert draw_distances(copying(faces, faces, faces + np.float32(0.5))).startswith(PNG)


@pytest.mark.parametrize("rows", [1, 200])
def test_bars_of_few_and_many_rows_with_any_names(rows: int) -> None:
    assert draw_bars("Shares", [("$a_{b$" * 30, 0.5, 0.4, 0.6)] * rows).startswith(PNG)
