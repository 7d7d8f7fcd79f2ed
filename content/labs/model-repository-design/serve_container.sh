#!/bin/sh
# The same Triton from NVIDIA's image: 24.10 holds 2.51. Newer images close security holes.
# region: container
docker run --rm -v "$PWD/model_repository:/models:ro" \
  -p 127.0.0.1:8000:8000 -p 127.0.0.1:8001:8001 -p 127.0.0.1:8002:8002 \
  nvcr.io/nvidia/tritonserver:24.10-py3 \
  tritonserver --model-repository=/models \
  --model-control-mode=explicit --load-model=scorer --exit-on-error=false
# endregion
