"""The two worked problems: reading the counters, and whether a delay can pay."""

# region: counters
BEFORE = {"requests": 500, "rows": 500, "executions": 500, "queue_us": 400_000}
AFTER = {"requests": 1_700, "rows": 2_900, "executions": 700, "queue_us": 7_600_000}


def read_counters(before, after):
    grown = {name: after[name] - before[name] for name in before}
    return {
        "mean batch": grown["rows"] / grown["executions"],
        "rows of a request": grown["rows"] / grown["requests"],
        "requests of an execution": grown["requests"] / grown["executions"],
        "queued ms": grown["queue_us"] / grown["requests"] / 1000,
    }
# endregion


HAIR_MS = 1e-6  # two requests never arrive at the very same moment


# region: delay
def execution_ms(rows):
    return 10 + 0.5 * rows


def run(max_batch_size, delay_ms, executions=1000):
    """Eight clients, one of which came 5 ms early -> batch sizes, requests/s."""
    queue = [0.0] + [5 + HAIR_MS * nth for nth in range(7)]
    now, sizes = 0.0, []
    for _ in range(executions):
        # A batch leaves when the instance is free and it is full, or its oldest
        # request has waited for the delay. Who is answered sends again at once.
        full = (queue + [float("inf")] * max_batch_size)[max_batch_size - 1]
        start = max(now, min(full, queue[0] + delay_ms))
        size = min(max_batch_size, sum(arrival <= start for arrival in queue))
        now = start + execution_ms(size)
        queue = queue[size:] + [now + HAIR_MS * (nth + 1) for nth in range(size)]
        sizes.append(size)
    return sizes, sum(sizes) / now * 1000
# endregion


EXPECTED = {
    (16, 0): ([1, 7], 333),
    (16, 2): ([1, 7], 333),
    (16, 20): ([8, 8], 235),
    (8, 20): ([8, 8], 571),
}

if __name__ == "__main__":
    read = read_counters(BEFORE, AFTER)
    assert list(read.values()) == [12, 2, 6, 6]
    for name, value in read.items():
        print(f"{name}: {value:g}")
    for (max_batch_size, delay_ms), expected in EXPECTED.items():
        sizes, per_second = run(max_batch_size, delay_ms)
        answer = sorted(sizes[-2:]), round(per_second)
        assert answer == expected
        print(f"max_batch_size {max_batch_size}, delay {delay_ms} ms: batches {answer[0]}, {answer[1]} requests/s")
