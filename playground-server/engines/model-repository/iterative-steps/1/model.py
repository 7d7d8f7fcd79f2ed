"""Answers STEPS responses, one an execution; between two of them requests may join or leave the batch.

Inputs:  STEPS INT32 [batch, 1], 1 or more; from Triton START INT32 [batch, 1] and CORRID UINT64 [batch, 1].
Outputs: STEP INT32 [1, 1], counted from 1; BATCH_SIZE INT32 [1, 1], requests that shared the execution;
         STARTED_US INT64 [1, 1], its start in microseconds on the machine's monotonic clock.
Parameters (milliseconds): base_ms and item_ms, as in calibrated_model.py.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import triton_python_backend_utils as pb_utils

sys.path.append(str(Path(__file__).resolve().parents[3] / "model-code"))

from calibrated_model import spend_until  # noqa: E402

FINAL = pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL
RELEASE_ALL = pb_utils.TRITONSERVER_REQUEST_RELEASE_ALL
RESCHEDULE = pb_utils.TRITONSERVER_REQUEST_RELEASE_RESCHEDULE


class TritonPythonModel:
    def initialize(self, args):
        parameters = json.loads(args["model_config"])["parameters"]
        self.base_ms, self.item_ms = (float(parameters[key]["string_value"]) for key in ("base_ms", "item_ms"))
        self.done: dict[int, int] = {}  # steps done, by correlation id

    def execute(self, requests):
        started = time.monotonic()
        spend_until(started + (self.base_ms + self.item_ms * len(requests)) / 1000)
        for request in requests:
            self._step(request, len(requests), started)

    def _step(self, request, batch_size, started):
        read = lambda name: int(pb_utils.get_input_tensor_by_name(request, name).as_numpy().reshape(-1)[0])
        sequence, steps = read("CORRID"), read("STEPS")
        step = 1 if read("START") else self.done[sequence] + 1
        self.done[sequence] = step
        last = step >= steps
        if last:
            del self.done[sequence]
        # Must be said before the response: afterwards the request may already be gone.
        request.set_release_flags(RELEASE_ALL if last else RESCHEDULE)
        tensor = lambda name, value, dtype: pb_utils.Tensor(name, np.array([[value]], dtype))
        response = pb_utils.InferenceResponse(
            [
                tensor("STEP", step, np.int32),
                tensor("BATCH_SIZE", batch_size, np.int32),
                tensor("STARTED_US", int(started * 1_000_000), np.int64),
            ]
        )
        request.get_response_sender().send(response, flags=FINAL if last else 0)
