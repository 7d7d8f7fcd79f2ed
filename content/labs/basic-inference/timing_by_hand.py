"""From the arrival times of a stream to TTFT, inter-token latency and time per output token."""

SENT_MS = 0
# (arrival in ms, tokens in the chunk); the first chunk of a chat stream carries the role and no token.
CHUNKS = [(90, 0), (100, 1), (120, 1), (140, 1), (180, 2)]


# region: timing
def timings(sent_ms, chunks):
    """Times on one clock, in ms -> the metrics of the stream."""
    arrivals = [(at, tokens) for at, tokens in chunks if tokens > 0]
    first_ms, last_ms = arrivals[0][0], arrivals[-1][0]
    tokens = sum(count for _, count in arrivals)
    gaps = [later - at for (at, _), (later, _) in zip(arrivals, arrivals[1:])]
    return {
        "ttft_ms": first_ms - sent_ms,
        "inter_token_latency_ms": gaps,
        "time_per_output_token_ms": (last_ms - first_ms) / (tokens - 1),
        "output_tokens": tokens,
    }
# endregion


if __name__ == "__main__":
    result = timings(SENT_MS, CHUNKS)
    assert result == {
        "ttft_ms": 100,
        "inter_token_latency_ms": [20, 20, 40],
        "time_per_output_token_ms": 20.0,
        "output_tokens": 5,
    }
    for name, value in result.items():
        print(f"{name}: {value}")
