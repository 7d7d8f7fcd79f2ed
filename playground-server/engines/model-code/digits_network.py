"""The digit classifier in numpy: layers of weights [inputs, outputs] and biases [outputs], ReLU between them, softmax at the end."""

from pathlib import Path

import numpy as np


def read_layers(path: Path) -> list[tuple[np.ndarray, np.ndarray]]:
    """weights.npz with weight_0, bias_0, weight_1, ... -> layers, float32"""
    with np.load(path) as arrays:
        return [(arrays[f"weight_{layer}"], arrays[f"bias_{layer}"]) for layer in range(len(arrays) // 2)]


def classify(layers: list[tuple[np.ndarray, np.ndarray]], images: np.ndarray) -> np.ndarray:
    """Ink [images, 64], 0 to 1 -> probabilities of the digits 0 to 9 [images, 10]"""
    x = images
    for index, (weight, bias) in enumerate(layers):
        x = x @ weight + bias
        if index + 1 < len(layers):
            x = np.maximum(x, 0)
    exponentials = np.exp(x - x.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)
