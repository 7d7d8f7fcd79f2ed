"""Which digit is it? Both versions run this code, each on the weights beside it.

Inputs:  IMAGE FP32 [batch, 64], share of ink in each of 8 x 8 blocks, row by row, 0 to 1.
Outputs: PROBABILITIES FP32 [batch, 10], of the digits 0 to 9.
"""

import sys
from pathlib import Path

import numpy as np
import triton_python_backend_utils as pb_utils

VERSION_DIRECTORY = Path(__file__).resolve().parent
sys.path.append(str(VERSION_DIRECTORY.parents[2] / "model-code"))

from digits_network import classify, read_layers  # noqa: E402


class TritonPythonModel:
    def initialize(self, args):
        self.layers = read_layers(VERSION_DIRECTORY / "weights.npz")

    def execute(self, requests):
        """The dynamic batcher hands over many requests at once; it is up to the model to compute them as one."""
        images = [pb_utils.get_input_tensor_by_name(request, "IMAGE").as_numpy() for request in requests]
        probabilities = classify(self.layers, np.concatenate(images))
        ends = np.cumsum([len(image) for image in images])[:-1]
        return [
            pb_utils.InferenceResponse([pb_utils.Tensor("PROBABILITIES", part)])
            for part in np.split(probabilities, ends)
        ]
