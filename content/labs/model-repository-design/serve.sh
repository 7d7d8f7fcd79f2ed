#!/bin/sh
# Triton on this folder's model repository, as `npm run engines -- --only triton` installs it.
cd "$(dirname "$0")" || exit 1
VENV=$(cd "${TRITON_VENV:-../../../.engines/triton/venv}" && pwd) || exit 1
TRITON=$(echo "$VENV"/lib/python3.*/site-packages/pytriton/tritonserver)
# The python backend takes the packages of the first python3 on the PATH,
# and the shared library of that very Python.
export PATH="$VENV/bin:$PATH"
LD_LIBRARY_PATH=$(python3 -c '
import sys, sysconfig
print(sysconfig.get_config_var("LIBDIR"), sys.base_prefix + "/lib", sep=":")')
export LD_LIBRARY_PATH
# region: serve
exec "$TRITON/bin/tritonserver" \
  --model-repository="$PWD/model_repository" \
  --backend-directory="$TRITON/backends" \
  --model-control-mode=explicit --load-model=scorer \
  --exit-on-error=false \
  --http-address=127.0.0.1 --http-port="${PORT:-8000}" \
  --grpc-address=127.0.0.1 --grpc-port="${GRPC_PORT:-8001}" \
  --metrics-address=127.0.0.1 --metrics-port="${METRICS_PORT:-8002}"
# endregion
