"""A model that costs exactly what its configuration says, so that only Triton's scheduling is left to see."""

import json
import time

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    """Answers its input after base_ms + item_ms x (items in the batch).

    Parameters of config.pbtxt (milliseconds): base_ms, item_ms, first_ms (added to the first execution, as a kernel that
    is compiled when first used), and busy = "true" to burn the processor instead of sleeping.

    Inputs:  X FP32 [batch, 1].
    Outputs: Y FP32 [batch, 1] = X; BATCH_SIZE INT32 [batch, 1], items that shared the execution;
             STARTED_US INT64 [batch, 1], its start in microseconds on the machine's monotonic clock;
             COMPUTE_US INT64 [batch, 1], how long it took, measured;
             INSTANCE STRING [batch, 1], the name of the model instance that ran it.
    """

    def initialize(self, args):
        parameters = json.loads(args["model_config"])["parameters"]
        number = lambda key: float(parameters.get(key, {"string_value": "0"})["string_value"])
        self.base_ms, self.item_ms, self.first_ms = number("base_ms"), number("item_ms"), number("first_ms")
        self.busy = parameters.get("busy", {}).get("string_value") == "true"
        self.instance = args["model_instance_name"]

    def execute(self, requests):
        started = time.monotonic()
        inputs = [pb_utils.get_input_tensor_by_name(request, "X").as_numpy() for request in requests]
        items = sum(len(values) for values in inputs)
        service_ms = self.first_ms + self.base_ms + self.item_ms * items
        self.first_ms = 0.0
        spend_until(started + service_ms / 1000, self.busy)
        computed = time.monotonic() - started
        return [pb_utils.InferenceResponse(self._outputs(values, items, started, computed)) for values in inputs]

    def _outputs(self, values, items, started, computed):
        column = lambda value, dtype: np.full((len(values), 1), value, dtype)
        return [
            pb_utils.Tensor("Y", values),
            pb_utils.Tensor("BATCH_SIZE", column(items, np.int32)),
            pb_utils.Tensor("STARTED_US", column(int(started * 1_000_000), np.int64)),
            pb_utils.Tensor("COMPUTE_US", column(int(computed * 1_000_000), np.int64)),
            pb_utils.Tensor("INSTANCE", column(self.instance.encode(), object)),
        ]


def spend_until(deadline: float, busy: bool = False) -> None:
    """Returns at `deadline` (seconds of time.monotonic). A sleep wakes late by a tenth of a millisecond or more, so its end is spun."""
    spin_s = 0.0005
    while not busy and (left := deadline - time.monotonic()) > spin_s:
        time.sleep(left - spin_s)
    while time.monotonic() < deadline:
        pass
