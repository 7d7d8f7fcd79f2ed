"""A small client of Triton's HTTP API and metrics page, on the standard library alone."""

import json
import os
import re
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

BASE_URL = os.environ.get("BASE_URL", "http://127.0.0.1:8000")
METRICS_URL = os.environ.get("METRICS_URL", "http://127.0.0.1:8002/metrics")


class TritonError(Exception):
    """What Triton answered instead of a result: HTTP status and its `error` field."""


def call(path, body=None, method="POST"):
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(BASE_URL + path, data, method=method)
    try:
        with urllib.request.urlopen(request) as response:
            return json.loads(response.read() or "{}")
    except urllib.error.HTTPError as error:
        raise TritonError(f"{error.code} {json.load(error)['error'].strip()}") from None


def get(path):
    return call(path, method="GET")


def infer(model, data, shape, version=None):
    """Sends one tensor X; returns the outputs as {name: values}."""
    path = f"/v2/models/{model}" + (f"/versions/{version}" if version else "") + "/infer"
    tensor = {"name": "X", "datatype": "FP32", "shape": shape, "data": data}
    answer = call(path, {"inputs": [tensor]})
    return {output["name"]: output["data"] for output in answer["outputs"]}


def send(model, requests, clients):
    """Sends requests of one row. Each client waits for its answer before it sends again."""
    with ThreadPoolExecutor(clients) as pool:
        return list(pool.map(lambda _: infer(model, [1, 2, 3, 4], [1, 4]), range(requests)))


# region: load
def load(model, config=None):
    """Loads a model with the configuration on disk, or with this one instead."""
    parameters = {"config": json.dumps(config)} if config else {}
    call(f"/v2/repository/models/{model}/load", {"parameters": parameters})
# endregion


def unload(model):
    """Unloads a model and waits until no version is left; the index says UNLOADING till then."""
    call(f"/v2/repository/models/{model}/unload")
    while any(entry.get("state") in ("READY", "UNLOADING") for entry in index(model)):
        time.sleep(0.1)


def load_from_disk(model):
    """Back to config.pbtxt; override.py shows why `load` alone is not enough."""
    unload(model)
    load(model)


def index(model):
    """A model's entries in the index: one for each version, or one with only a name."""
    return [entry for entry in call("/v2/repository/index", {}) if entry["name"] == model]


# region: counters
COUNTERS = {
    "requests": "nv_inference_request_success",
    "rows": "nv_inference_count",
    "executions": "nv_inference_exec_count",
    "queue_us": "nv_inference_queue_duration_us",
}


def counters(model):
    """A model's counters, summed over its versions. Subtract two readings."""
    time.sleep(0.2)  # Triton answers first and counts a moment later
    page = urllib.request.urlopen(METRICS_URL).read().decode()
    return {name: total(page, metric, model) for name, metric in COUNTERS.items()}


def total(page, metric, model):
    line = re.compile(rf'^{metric}{{model="{model}",.*}} (\S+)$', re.MULTILINE)
    return sum(int(value) for value in line.findall(page))


def mean_batch(before, after):
    rows, executions = (after[name] - before[name] for name in ("rows", "executions"))
    return rows / executions
# endregion
