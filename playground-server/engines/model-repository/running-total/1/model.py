"""Adds up the values of a sequence: a model with a memory, which is why its requests must reach the same instance.

Inputs:  VALUE INT32 [batch, 1], and from Triton, INT32 [batch, 1] each: START, READY, END; CORRID UINT64 [batch, 1].
         A client sets the request parameters sequence_id (not 0), sequence_start and sequence_end.
Outputs: TOTAL INT32 [batch, 1], the sum since START.
"""

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.totals: dict[int, int] = {}

    def execute(self, requests):
        return [self._answer(request) for request in requests]

    def _answer(self, request):
        value, start, ready, end, sequence = (
            int(pb_utils.get_input_tensor_by_name(request, name).as_numpy().reshape(-1)[0])
            for name in ("VALUE", "START", "READY", "END", "CORRID")
        )
        total = 0
        # An empty slot between two that are taken is filled with a request that is not ready.
        if ready:
            total = value if start else self.totals[sequence] + value
            self.totals[sequence] = total
            if end:
                del self.totals[sequence]
        return pb_utils.InferenceResponse([pb_utils.Tensor("TOTAL", np.array([[total]], np.int32))])
