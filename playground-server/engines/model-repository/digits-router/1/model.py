"""Business logic scripting (BLS): calls other models from code, where an ensemble can only join them.

The same key always gets the same version, and over many keys SHARE_V2 of them get version 2: a traffic split, which
Triton itself does not have.

Inputs:  DRAWING UINT8 [64, 64], 0 = paper to 255 = ink; KEY STRING [1], who asks; SHARE_V2 FP32 [1], 0 to 1.
Outputs: PROBABILITIES FP32 [10], of the digits 0 to 9; VERSION INT32 [1], the version of `digits` that answered.
Errors:  those of the models it calls, with their text.
"""

import hashlib

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    async def execute(self, requests):
        return [await self._answer(request) for request in requests]

    async def _answer(self, request):
        tensor = lambda name: pb_utils.get_input_tensor_by_name(request, name).as_numpy()
        version = choose_version(tensor("KEY")[0], float(tensor("SHARE_V2")[0]))
        drawing = pb_utils.Tensor("DRAWING", tensor("DRAWING")[np.newaxis])
        try:
            image = await call("digits-preprocess", -1, drawing, "IMAGE")
            probabilities = await call("digits", version, image, "PROBABILITIES")
        except pb_utils.TritonModelException as error:
            return pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error)))
        return pb_utils.InferenceResponse(
            [
                pb_utils.Tensor("PROBABILITIES", probabilities.as_numpy()[0]),
                pb_utils.Tensor("VERSION", np.array([version], np.int32)),
            ]
        )


def choose_version(key: bytes, share_v2: float) -> int:
    """Key -> a number in [0, 1) that looks random but never changes; below the share it is version 2."""
    place = int.from_bytes(hashlib.sha256(key).digest()[:8], "big") / 2**64
    return 2 if place < share_v2 else 1


async def call(model: str, version: int, tensor, output: str):
    """One inference inside the server; -1 = the highest version. Raises TritonModelException with the callee's error."""
    request = pb_utils.InferenceRequest(
        model_name=model, model_version=version, inputs=[tensor], requested_output_names=[output]
    )
    response = await request.async_exec()
    if response.has_error():
        raise pb_utils.TritonModelException(response.error().message())
    return pb_utils.get_output_tensor_by_name(response, output)
