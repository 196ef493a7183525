"""Places for the nodes of a small graph, by stress majorisation: the same graph always gets the same places.

The distance wanted between two nodes is their number of steps in the graph. Each round moves every node to the weighted
mean of where the others want it, which never increases the stress (Gansner, Koren, North, "Graph Drawing by Stress
Majorization", 2004, local update with weights d^-2).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

ROUNDS = 120
"""Enough for graphs of a hundred nodes to stand still within a pixel."""

Matrix = NDArray[np.float64]


def places(nodes: int, edges: Sequence[tuple[int, int]]) -> Matrix:
    """Points of shape (nodes, 2) within [0, 1] x [0, 1], the longer side of the graph lying flat.

    Edges are pairs of node numbers. Parts that are not joined are set apart.
    """
    if nodes < 2:
        return np.full((nodes, 2), 0.5)
    wanted = _steps_between(nodes, edges)
    # A spiral is even, and unlike a circle it has no symmetry that the rounds could get stuck in.
    turns = np.arange(nodes) * np.pi * (3 - np.sqrt(5))
    points = np.sqrt(np.arange(nodes) + 0.5)[:, None] * np.column_stack([np.cos(turns), np.sin(turns)])
    for _ in range(ROUNDS):
        points = _moved(points, wanted)
    return _boxed(_laid_flat(points))


def _steps_between(nodes: int, edges: Sequence[tuple[int, int]]) -> Matrix:
    """Steps between every two nodes along edges; nodes that are not joined get one step more than the longest way."""
    steps = np.full((nodes, nodes), np.inf)
    np.fill_diagonal(steps, 0)
    for left, right in edges:
        if left != right:
            steps[left, right] = steps[right, left] = 1
    for middle in range(nodes):
        steps = np.minimum(steps, steps[:, middle, None] + steps[None, middle, :])
    longest = float(steps[np.isfinite(steps)].max())
    return np.where(np.isfinite(steps), steps, longest + 1)


def _moved(points: Matrix, wanted: Matrix) -> Matrix:
    """One round of majorisation (the SMACOF update), all nodes at once."""
    weights = np.divide(1, wanted**2, out=np.zeros_like(wanted), where=wanted > 0)
    apart = points[:, None, :] - points[None, :, :]
    length = np.maximum(np.hypot(apart[..., 0], apart[..., 1]), 1e-9)
    pull = weights[..., None] * (points[None, :, :] + wanted[..., None] * apart / length[..., None])
    moved: Matrix = pull.sum(axis=1) / weights.sum(axis=1)[:, None]
    return moved


def _laid_flat(points: Matrix) -> Matrix:
    """The points turned so that they spread most from left to right."""
    centred = points - points.mean(axis=0)
    across, upward = (centred**2).sum(axis=0)
    turn = 0.5 * np.arctan2(2 * float((centred[:, 0] * centred[:, 1]).sum()), float(across - upward))
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    turned: Matrix = centred @ rotation
    return turned


def _boxed(points: Matrix) -> Matrix:
    """The points moved and scaled into the unit square, rounded so that tiny differences of machines vanish."""
    low, high = points.min(axis=0), points.max(axis=0)
    middle, size = (low + high) / 2, float((high - low).max())
    boxed: Matrix = np.round(0.5 + (points - middle) / max(size, 1e-9), 3)
    return boxed
