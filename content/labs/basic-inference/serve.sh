#!/bin/sh
# vLLM as a server on a machine without a GPU. With a GPU, leave out the environment variables and --enforce-eager.
MODEL=${MODEL:-public/models/tiny-1}
PORT=${PORT:-8000}
# region: serve
HF_HUB_OFFLINE=1 VLLM_NO_USAGE_STATS=1 VLLM_CPU_KVCACHE_SPACE=1 \
VLLM_CPU_OMP_THREADS_BIND=nobind OMP_NUM_THREADS=1 \
exec vllm serve "$MODEL" --host 127.0.0.1 --port "$PORT" \
  --dtype float32 --max-model-len 512 --enforce-eager
# endregion
