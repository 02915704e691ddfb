"""Structural similarity, over the whole image."""

from skimage.metrics import structural_similarity

from maskeraid_faces.images import Image


def ssim(image: Image, truth: Image) -> float:
    """1 when equal, uint8 (H, W, 3) both. Source: Wang et al. 2004, with their Gaussian window of deviation 1.5."""
    similarity = structural_similarity(  # type: ignore[no-untyped-call]
        image / 255, truth / 255, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=1,
        channel_axis=2,
    )  # fmt: skip
    return float(similarity)
