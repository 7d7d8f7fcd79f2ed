"""Does it batch? The answer is in two counters, read before and after."""

from triton import counters, get, infer, mean_batch, send


def sizes():
    """Batch size -> how many executions had it, over all versions."""
    found = {}
    for version in get("/v2/models/scorer/stats")["model_stats"]:
        for each in version["batch_stats"]:
            size, executions = each["batch_size"], each["compute_infer"]["count"]
            found[size] = found.get(size, 0) + executions
    return found


def grown(before, after):
    return {key: after[key] - before.get(key, 0) for key in sorted(after) if after[key] > before.get(key, 0)}


# region: measure
def measure(name, work):
    before, sizes_before = counters("scorer"), sizes()
    work()
    after, sizes_after = counters("scorer"), sizes()
    print(f"{name}: mean batch {mean_batch(before, after):.1f}")
    print("  executions by batch size:", grown(sizes_before, sizes_after))
    return grown(before, after)


alone = measure("1 client, 32 requests", lambda: send("scorer", 32, clients=1))
crowd = measure("16 clients, 32 requests", lambda: send("scorer", 32, clients=16))
large = measure("1 request of 8 rows", lambda: infer("scorer", [1.0] * 32, [8, 4]))
# endregion
assert alone["executions"] == 32, "nobody to share with"
assert crowd["rows"] == 32 and crowd["executions"] < 32, "waiting requests share an execution"
assert (large["requests"], large["rows"], large["executions"]) == (1, 8, 1), "the client's own batch"
