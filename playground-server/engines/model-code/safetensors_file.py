"""Reads a safetensors file with numpy alone. Format: https://huggingface.co/docs/safetensors"""

import json
from pathlib import Path

import numpy as np

_DTYPES = {"F16": np.float16, "F32": np.float32}


def read_safetensors(path: Path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """File -> (tensors widened to float32, by name; the file's __metadata__). Raises KeyError for another number type."""
    content = path.read_bytes()
    header_size = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + header_size])
    metadata = header.pop("__metadata__", {})
    data = memoryview(content)[8 + header_size :]
    tensors = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        values = np.frombuffer(data[start:end], _DTYPES[entry["dtype"]])
        tensors[name] = values.reshape(entry["shape"]).astype(np.float32)
    return tensors, metadata
