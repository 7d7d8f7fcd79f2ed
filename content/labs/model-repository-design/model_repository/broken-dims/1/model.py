"""Adds up four numbers. What it says of its input is not what config.pbtxt says."""

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    # region: complete
    @staticmethod
    def auto_complete_config(config):
        config.set_max_batch_size(16)
        config.add_input({"name": "X", "data_type": "TYPE_FP32", "dims": [4]})
        config.add_output({"name": "SCORE", "data_type": "TYPE_FP32", "dims": [1]})
        return config
    # endregion

    def execute(self, requests):
        inputs = [pb_utils.get_input_tensor_by_name(each, "X").as_numpy() for each in requests]
        sums = [rows.sum(axis=1, keepdims=True) for rows in inputs]
        return [pb_utils.InferenceResponse([pb_utils.Tensor("SCORE", each)]) for each in sums]
