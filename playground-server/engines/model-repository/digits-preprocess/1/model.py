"""A learner's drawing -> the picture that `digits` reads.

Inputs:  DRAWING UINT8 [batch, 64, 64], 0 = paper to 255 = ink.
Outputs: IMAGE FP32 [batch, 64], share of ink in each of 8 x 8 blocks, row by row, 0 to 1.
"""

import sys
from pathlib import Path

import numpy as np
import triton_python_backend_utils as pb_utils

sys.path.append(str(Path(__file__).resolve().parents[3] / "model-code"))

from drawing import drawing_to_image  # noqa: E402


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            drawings = pb_utils.get_input_tensor_by_name(request, "DRAWING").as_numpy()
            images = np.stack([drawing_to_image(drawing) for drawing in drawings])
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("IMAGE", images)]))
        return responses
