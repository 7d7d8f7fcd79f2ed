"""tiny-1 as a decoupled model: every token is a response of its own, and all open requests are decoded together.

Inputs:  PROMPT STRING [1], the user's turn, UTF-8; MAX_TOKENS INT32 [1], 1 or more;
         optional: TEMPERATURE FP32 [1] (0 = greedy, the default), TOP_K INT32 [1], TOP_P FP32 [1], MIN_P FP32 [1], SEED INT64 [1].
Outputs: TEXT STRING [1], may be '' while a character is split over tokens; TOKEN_ID INT32 [1]; TOKEN_COUNT INT32 [1], tokens
         in this response; PROMPT_TOKENS INT32 [1]; FINISH_REASON STRING [1], '' until the last response: 'stop' or 'length'.
Metrics: tiny_lm_running_requests, tiny_lm_generated_tokens, tiny_lm_cancelled_requests.
Errors:  INVALID_ARG when MAX_TOKENS is below 1 or prompt and output together exceed the context.
"""

import json
import sys
from pathlib import Path

import numpy as np
import triton_python_backend_utils as pb_utils

VERSION_DIRECTORY = Path(__file__).resolve().parent
sys.path.append(str(VERSION_DIRECTORY.parents[2] / "model-code"))

from decode_loop import Chunk, DecodeLoop, Request  # noqa: E402
from safetensors_file import read_safetensors  # noqa: E402
from sampling import Sampling  # noqa: E402
from text_codec import TextCodec  # noqa: E402
from tiny_llama import TinyLlama  # noqa: E402

FINAL = pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL


class TritonPythonModel:
    def initialize(self, args):
        parameters = json.loads(args["model_config"])["parameters"]
        tensors, metadata = read_safetensors(VERSION_DIRECTORY / parameters["model_file"]["string_value"])
        self.config = json.loads(metadata["config"])
        self.codec = TextCodec(metadata["tokenizer"])
        self.loop = DecodeLoop(TinyLlama(self.config, tensors), self.codec, Metrics())

    def execute(self, requests):
        """Hands the requests over and returns at once: a decoupled model answers through its response senders."""
        for request in requests:
            sender = request.get_response_sender()
            try:
                self.loop.add(self._read(request, sender))
            except Exception as error:
                _fail(sender, error)

    def finalize(self):
        self.loop.close()

    def _read(self, request, sender) -> Request:
        def value(name, default):
            tensor = pb_utils.get_input_tensor_by_name(request, name)
            return default if tensor is None else tensor.as_numpy().reshape(-1)[0]

        prompt_ids = self.codec.encode_chat(value("PROMPT", b"").decode())
        max_tokens = int(value("MAX_TOKENS", 0))
        context = self.config["max_position_embeddings"]
        if max_tokens < 1:
            raise ValueError(f"MAX_TOKENS must be 1 or more, is {max_tokens}")
        if len(prompt_ids) + max_tokens > context:
            raise ValueError(f"{len(prompt_ids)} prompt tokens and MAX_TOKENS {max_tokens} exceed the context of {context}")
        return Request(
            prompt_ids=prompt_ids,
            max_tokens=max_tokens,
            sampling=Sampling(
                temperature=float(value("TEMPERATURE", 0)),
                top_k=int(value("TOP_K", 0)),
                top_p=float(value("TOP_P", 1)),
                min_p=float(value("MIN_P", 0)),
            ),
            seed=int(value("SEED", 0)),
            emit=lambda chunk: _send(sender, chunk, len(prompt_ids)),
            is_cancelled=lambda: _ended_by_client(sender),
            fail=lambda error: _fail(sender, error),
        )


class Metrics:
    """The decode loop's observer: what it does, on Triton's metrics page."""

    def __init__(self):
        gauge, counter = pb_utils.MetricFamily.GAUGE, pb_utils.MetricFamily.COUNTER
        # A metric is only valid while its family is kept.
        self.families = [
            pb_utils.MetricFamily("tiny_lm_running_requests", "Requests in the batch of the last step", gauge),
            pb_utils.MetricFamily("tiny_lm_generated_tokens", "Tokens generated since the model was loaded", counter),
            pb_utils.MetricFamily("tiny_lm_cancelled_requests", "Requests whose client left before the end", counter),
        ]
        self.running, self.tokens, self.cancelled = (family.Metric(labels={}) for family in self.families)

    def on_step(self, running: int) -> None:
        self.running.set(running)
        self.tokens.increment(running)

    def on_cancelled(self, count: int) -> None:
        self.cancelled.increment(count)


def _send(sender, chunk: Chunk, prompt_tokens: int) -> None:
    text = lambda value: np.array([value.encode()], object)
    number = lambda value: np.array([value], np.int32)
    response = pb_utils.InferenceResponse(
        [
            pb_utils.Tensor("TEXT", text(chunk.text)),
            pb_utils.Tensor("TOKEN_ID", number(chunk.token_id)),
            pb_utils.Tensor("TOKEN_COUNT", number(chunk.token_count)),
            pb_utils.Tensor("PROMPT_TOKENS", number(prompt_tokens)),
            pb_utils.Tensor("FINISH_REASON", text(chunk.finish_reason)),
        ]
    )
    sender.send(response, flags=FINAL if chunk.finish_reason else 0)


def _ended_by_client(sender) -> bool:
    """A request that was cancelled gets its final flag, without which Triton would wait for it, and no more tokens."""
    if not sender.is_cancelled():
        return False
    sender.send(flags=FINAL)
    return True


def _fail(sender, error: Exception) -> None:
    code = pb_utils.TritonError.INVALID_ARG if isinstance(error, ValueError) else pb_utils.TritonError.INTERNAL
    sender.send(pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error), code)), flags=FINAL)
