"""vLLM on the shared workload, with the batch sizes that hf_baseline.py uses."""

from vllm import LLM, SamplingParams

from workload import ALL_AT_ONCE, DTYPE, MODEL, NEW_TOKENS, ONE_BY_ONE, PROMPTS, measure


def main():
    llm = LLM(
        model=MODEL,
        dtype=DTYPE,
        max_model_len=512,
        max_num_seqs=len(PROMPTS),
        enable_prefix_caching=False,  # measure() repeats prompts; a cached prefill would flatter vLLM
    )
    sampling = SamplingParams(temperature=0, max_tokens=NEW_TOKENS, ignore_eos=True)

    def generate(conversations):
        outputs = llm.chat(conversations, sampling, use_tqdm=False)
        return sum(len(output.outputs[0].token_ids) for output in outputs)

    measure("vLLM, one request at a time", ONE_BY_ONE, generate)
    measure("vLLM, all requests at once", ALL_AT_ONCE, generate)


if __name__ == "__main__":
    main()
