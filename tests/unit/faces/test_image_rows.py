"""Some of many images, whatever their order."""

import numpy as np

from maskeraid_faces.image_rows import choose, some_of


class TestSomeOf:
    images = np.arange(1000, dtype=np.uint16)[:, None, None, None].astype(np.uint8)

    def test_all_of_few_stay_in_their_order(self) -> None:
        assert np.array_equal(some_of(self.images[:9], 9, np.random.default_rng(0)), self.images[:9])

    def test_of_a_sorted_set_they_come_from_all_its_parts(self) -> None:
        rows = choose(np.arange(1000)[:, None, None, None], np.arange(0, 1000, 2))  # type: ignore[arg-type]
        found = some_of(rows, 100, np.random.default_rng(0)).ravel()
        assert len(set(found)) == 100
        assert set(found // 250) == {0, 1, 2, 3}
