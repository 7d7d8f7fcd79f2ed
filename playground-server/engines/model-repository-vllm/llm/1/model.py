"""vLLM inside Triton: its AsyncLLM runs on an event loop of its own, and every chunk becomes a response.

Inputs and outputs are those of tiny-lm, but that TOKEN_ID INT32 [-1] holds all tokens of a chunk, as many as TOKEN_COUNT
says: vLLM joins tokens that are ready together.
Environment: VLLM_SITE_PACKAGES, the folder of the packages of an environment with vLLM. Triton's own environment comes
before it, because this Triton needs a numpy below 2.
"""

import asyncio
import json
import locale
import multiprocessing
import os
import shutil
import sys
import threading
from pathlib import Path

import numpy as np
import triton_python_backend_utils as pb_utils

VERSION_DIRECTORY = Path(__file__).resolve().parent
sys.path.append(str(VERSION_DIRECTORY.parents[2] / "model-code"))
sys.path.append(os.environ["VLLM_SITE_PACKAGES"])

# The embedded interpreter ignores the environment's locale, and vLLM reads files as UTF-8.
locale.setlocale(locale.LC_ALL, "C.UTF-8")
# It is also no program that multiprocessing could start again for vLLM's own processes.
multiprocessing.set_executable(shutil.which("python3"))

from text_codec import TextCodec  # noqa: E402
from vllm import SamplingParams  # noqa: E402
from vllm.engine.arg_utils import AsyncEngineArgs  # noqa: E402
from vllm.sampling_params import RequestOutputKind  # noqa: E402
from vllm.v1.engine.async_llm import AsyncLLM  # noqa: E402

FINAL = pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL


class TritonPythonModel:
    def initialize(self, args):
        parameters = json.loads(args["model_config"])["parameters"]
        folder = (VERSION_DIRECTORY / parameters["model_folder"]["string_value"]).resolve()
        self.codec = TextCodec((folder / "tokenizer.json").read_text())
        self.count = 0
        self.events = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.events.run_forever, name="vllm", daemon=True)
        self.thread.start()
        engine_args = AsyncEngineArgs(model=str(folder), **json.loads(parameters["engine_args"]["string_value"]))
        self.engine = asyncio.run_coroutine_threadsafe(_make_engine(engine_args), self.events).result()

    def execute(self, requests):
        """Hands the requests over and returns at once, so that Triton can bring the next ones."""
        for request in requests:
            sender = request.get_response_sender()
            try:
                prompt_ids, sampling = self._read(request)
            except Exception as error:
                _fail(sender, error)
                continue
            self.count += 1
            asyncio.run_coroutine_threadsafe(
                self._answer(str(self.count), prompt_ids, sampling, sender), self.events
            )

    def finalize(self):
        self.engine.shutdown()
        self.events.call_soon_threadsafe(self.events.stop)
        self.thread.join()

    def _read(self, request):
        def value(name, default):
            tensor = pb_utils.get_input_tensor_by_name(request, name)
            return default if tensor is None else tensor.as_numpy().reshape(-1)[0]

        prompt_ids = self.codec.encode_chat(value("PROMPT", b"").decode())
        max_tokens = int(value("MAX_TOKENS", 0))
        context = self.engine.model_config.max_model_len
        if len(prompt_ids) + max_tokens > context:  # vLLM would answer as much as fits and say nothing
            raise ValueError(f"{len(prompt_ids)} prompt tokens and MAX_TOKENS {max_tokens} exceed the context of {context}")
        return prompt_ids, SamplingParams(
            max_tokens=max_tokens,
            temperature=float(value("TEMPERATURE", 0)),
            top_k=int(value("TOP_K", 0)),
            top_p=float(value("TOP_P", 1)),
            min_p=float(value("MIN_P", 0)),
            seed=int(value("SEED", 0)),
            output_kind=RequestOutputKind.DELTA,
        )

    async def _answer(self, request_id, prompt_ids, sampling, sender):
        try:
            async for output in self.engine.generate({"prompt_token_ids": prompt_ids}, sampling, request_id):
                if sender.is_cancelled():
                    await self.engine.abort(request_id)
                    sender.send(flags=FINAL)
                    return
                _send(sender, output.outputs[0], len(prompt_ids))
        except Exception as error:
            _fail(sender, error)


async def _make_engine(engine_args):
    return AsyncLLM.from_engine_args(engine_args)


def _send(sender, chunk, prompt_tokens):
    text = lambda value: np.array([value.encode()], object)
    numbers = lambda *values: np.array(values, np.int32)
    response = pb_utils.InferenceResponse(
        [
            pb_utils.Tensor("TEXT", text(chunk.text)),
            pb_utils.Tensor("TOKEN_ID", numbers(*chunk.token_ids)),
            pb_utils.Tensor("TOKEN_COUNT", numbers(len(chunk.token_ids))),
            pb_utils.Tensor("PROMPT_TOKENS", numbers(prompt_tokens)),
            pb_utils.Tensor("FINISH_REASON", text(chunk.finish_reason or "")),
        ]
    )
    sender.send(response, flags=FINAL if chunk.finish_reason else 0)


def _fail(sender, error):
    code = pb_utils.TritonError.INVALID_ARG if isinstance(error, ValueError) else pb_utils.TritonError.INTERNAL
    sender.send(pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error), code)), flags=FINAL)
