"""Three configurations that load without an error and batch nothing, under 16 clients."""

from triton import counters, get, load, load_from_disk, mean_batch, send

WRITTEN = {**get("/v2/models/scorer/config"), "dynamic_batching": {}}
WITHOUT_BATCHER = {key: value for key, value in WRITTEN.items() if key != "dynamic_batching"}


def with_own_batch_dimension(side):
    """The shapes a model with max_batch_size 0 must spell out itself."""
    return [{**tensor, "dims": [1, *tensor["dims"]]} for tensor in WRITTEN[side]]


SHAPES = {side: with_own_batch_dimension(side) for side in ["input", "output"]}

# region: causes
CONFIGURATIONS = {
    "no dynamic_batching": WITHOUT_BATCHER,
    "max_batch_size 1": {**WRITTEN, "max_batch_size": 1},
    "max_batch_size 0": {**WRITTEN, "max_batch_size": 0, **SHAPES},
    "as written": WRITTEN,
}
for name, config in CONFIGURATIONS.items():
    load("scorer", config)
    before = counters("scorer")
    send("scorer", 32, clients=16)
    mean = mean_batch(before, counters("scorer"))
    print(f"{name}: mean batch {mean:.1f}")
    assert (mean > 1) == (name == "as written")
# endregion
load_from_disk("scorer")
