"""Asks Triton to load each broken model; prints its answer and what the index then says."""

from triton import TritonError, index, load


def states(model):
    return [{key: entry.get(key) for key in ("version", "state")} for entry in index(model)]


# region: refused
for fault in ["field", "order", "version", "code", "dims"]:
    model = f"broken-{fault}"
    try:
        load(model)
        print(f"{model}: loaded")
    except TritonError as error:
        print(f"{model}: {error}".split("\n")[0])  # the rest is a traceback
    print("  index:", states(model))
# endregion
