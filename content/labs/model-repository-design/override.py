"""A configuration sent with `load` stays until the model is unloaded or its files change."""

from triton import get, load, unload

WRITTEN = get("/v2/models/scorer/config")


def delay_us():
    batcher = get("/v2/models/scorer/config")["dynamic_batching"]
    return batcher["max_queue_delay_microseconds"]


# region: override
print("as on disk:", delay_us())
load("scorer", {**WRITTEN, "dynamic_batching": {"max_queue_delay_microseconds": 2000}})
print("loaded with another config:", delay_us())
load("scorer")
print("loaded again without one:", delay_us())
unload("scorer")
load("scorer")
print("unloaded, then loaded:", delay_us())
# endregion
