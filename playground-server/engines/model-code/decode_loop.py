"""Continuous batching: one thread decodes every open request together, one token each a step; requests join and leave between steps."""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from sampling import Sampling, choose_token
from text_codec import TextCodec, TextStream
from tiny_llama import KvCache, Part, TinyLlama

MAX_SEQUENCES = 32
"""A key-value cache takes 3 MB a sequence; more requests than this wait."""


@dataclass(frozen=True)
class Chunk:
    """What one step adds to an answer. finish_reason: '' (more to come), 'stop' (end token), 'length'."""

    text: str
    token_id: int
    token_count: int
    finish_reason: str


@dataclass
class Request:
    """One answer to be written. `emit` takes each chunk; it is called on the loop's thread. `is_cancelled` is asked every step."""

    prompt_ids: list[int]
    max_tokens: int
    sampling: Sampling
    seed: int
    emit: Callable[[Chunk], None]
    is_cancelled: Callable[[], bool]
    fail: Callable[[Exception], None]
    output_ids: list[int] = field(default_factory=list)


class _Running:
    def __init__(self, request: Request, model: TinyLlama, codec: TextCodec):
        self.request = request
        self.cache = KvCache(model.config)
        self.text = TextStream(codec)
        self.random = np.random.default_rng(request.seed)
        self.next_ids: list[int] = request.prompt_ids  # a prompt is computed whole, in the request's first step


class Observer(Protocol):
    """Hears, on the loop's thread, what its metrics need."""

    def on_step(self, running: int) -> None:
        """After a step that gave each of `running` requests one token, and with 0 when nothing is left to do"""

    def on_cancelled(self, count: int) -> None:
        """When `count` requests left because their client did"""


class DecodeLoop:
    """Owns the model. `add` may be called from any thread."""

    def __init__(self, model: TinyLlama, codec: TextCodec, observer: Observer):
        self._model = model
        self._codec = codec
        self._observer = observer
        self._waiting: queue.Queue[Request | None] = queue.Queue()
        self._running: list[_Running] = []
        self._thread = threading.Thread(target=self._run, name="decode-loop", daemon=True)
        self._thread.start()

    def add(self, request: Request) -> None:
        self._waiting.put(request)

    def close(self) -> None:
        """Ends after the step at hand; open requests get no more chunks."""
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        while self._admit():
            try:
                self._drop_cancelled()
                if self._running:
                    self._step()
            except Exception as error:  # every open request hears of it, and the loop goes on for the next ones
                for one in self._running:
                    one.request.fail(error)
                self._running = []

    def _step(self) -> None:
        logits = self._model.step([Part(one.next_ids, one.cache) for one in self._running])
        self._observer.on_step(len(self._running))
        self._running = [one for one, row in zip(self._running, logits, strict=True) if self._extend(one, row)]
        if not self._running:
            self._observer.on_step(0)

    def _admit(self) -> bool:
        """Moves waiting requests into the batch; waits only when there is nothing to compute. False: the loop is closed."""
        while len(self._running) < MAX_SEQUENCES:
            try:
                request = self._waiting.get(block=not self._running)
            except queue.Empty:
                break
            if request is None:
                return False
            self._running.append(_Running(request, self._model, self._codec))
        return True

    def _drop_cancelled(self) -> None:
        staying = [one for one in self._running if not one.request.is_cancelled()]
        if len(staying) < len(self._running):
            self._observer.on_cancelled(len(self._running) - len(staying))
            self._running = staying
            if not staying:
                self._observer.on_step(0)

    def _extend(self, one: _Running, logits: np.ndarray) -> bool:
        """Adds one token to an answer. True: it goes on."""
        request = one.request
        token_id = choose_token(logits, request.sampling, one.random)
        request.output_ids.append(token_id)
        one.next_ids = [token_id]
        if token_id == self._model.config["eos_token_id"]:
            # The end token counts as output, as everywhere, but has no text.
            request.emit(Chunk(one.text.end(), token_id, 1, "stop"))
            return False
        text = one.text.push(token_id)
        ended = len(request.output_ids) == request.max_tokens
        request.emit(Chunk(text + one.text.end() if ended else text, token_id, 1, "length" if ended else ""))
        return not ended
