"""Connected components: the baseline of clustering, and the frame in which every other method works."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


def connected_components(left: npt.NDArray[Any], right: npt.NDArray[Any], records: int) -> Ints:
    """For every record the smallest record it is connected to, itself when there is none.

    Label propagation with pointer jumping: every round each record takes the smallest label of its neighbours, then
    labels are followed to their ends. Rounds grow with the logarithm of the longest chain.
    """
    codes = np.int32 if records < 2**31 else np.int64  # labels of half the size are followed twice as fast
    label = np.arange(records, dtype=codes)
    left, right = left.astype(codes, copy=False), right.astype(codes, copy=False)
    while len(left):
        one, other = label[left], label[right]
        np.minimum.at(label, one, other)
        np.minimum.at(label, other, one)
        while True:
            jumped = label[label]
            if np.array_equal(jumped, label):
                break
            label = jumped
        open_edges = label[left] != label[right]
        left, right = left[open_edges], right[open_edges]
    return label.astype(np.int64)
