"""What a delay does to one client, and to eight that each wait for their answer."""

import time

from triton import counters, get, load, load_from_disk, mean_batch, send

WRITTEN = get("/v2/models/scorer/config")
REQUESTS = 80


# region: delay
def try_out(clients, max_batch_size, delay_us):
    batcher = {"max_queue_delay_microseconds": delay_us}
    changes = {"max_batch_size": max_batch_size, "dynamic_batching": batcher}
    load("scorer", {**WRITTEN, **changes})
    before, started = counters("scorer"), time.perf_counter()
    send("scorer", REQUESTS, clients)
    seconds = time.perf_counter() - started
    after = counters("scorer")
    queued_us = (after["queue_us"] - before["queue_us"]) / REQUESTS
    print(f"clients {clients}, max_batch_size {max_batch_size}, delay {delay_us} us:")
    mean, rate = mean_batch(before, after), REQUESTS / seconds
    print(f"  mean batch {mean:.1f}, queued {queued_us:.0f} us, {rate:.0f} requests/s")
    return mean


assert try_out(1, 16, 0) == 1
assert try_out(1, 16, 20_000) == 1  # nobody comes, however long one waits
short = try_out(8, 16, 0)
try_out(8, 16, 2_000)
long = try_out(8, 16, 20_000)
try_out(8, 8, 20_000)
assert long > short
# endregion
load_from_disk("scorer")
