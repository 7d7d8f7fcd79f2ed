"""A drawing -> the 8 x 8 picture the classifier was trained on.

The data set counted inked pixels in the 4 x 4 blocks of a 32 x 32 bitmap that the digit fills from top to bottom
(https://archive.ics.uci.edu/dataset/80). The same is done here to what a learner draws.
"""

import numpy as np

BITMAP = 32
BLOCK = 4


def drawing_to_image(drawing: np.ndarray) -> np.ndarray:
    """UINT8 [height, width], 0 = paper to 255 = ink -> share of ink in each block, row by row, FP32 [64]; no ink gives zeros."""
    ink = drawing >= 128
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if len(rows) == 0:
        return np.zeros((BITMAP // BLOCK) ** 2, np.float32)
    digit = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = BITMAP / max(digit.shape)
    height, width = (max(1, round(side * scale)) for side in digit.shape)
    scaled = digit[_nearest(height, digit.shape[0])][:, _nearest(width, digit.shape[1])]
    bitmap = np.zeros((BITMAP, BITMAP), np.float32)
    top, left = (BITMAP - height) // 2, (BITMAP - width) // 2
    bitmap[top : top + height, left : left + width] = scaled
    blocks = bitmap.reshape(BITMAP // BLOCK, BLOCK, BITMAP // BLOCK, BLOCK)
    return blocks.mean(axis=(1, 3)).reshape(-1)


def _nearest(count: int, size: int) -> np.ndarray:
    """For each of `count` pixels, the one of `size` whose centre is nearest"""
    return ((np.arange(count) + 0.5) * size / count).astype(int)
