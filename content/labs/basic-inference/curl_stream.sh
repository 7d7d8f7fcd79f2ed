#!/bin/sh
# One streamed answer as raw server-sent events. -s: no progress meter; -N: print each chunk when it arrives.
BASE_URL=${BASE_URL:-http://127.0.0.1:8000/v1}
MODEL=${MODEL:-public/models/tiny-1}
# region: curl
curl -sN "$BASE_URL/chat/completions" \
  -H 'Content-Type: application/json' -d '{
  "model": "'"$MODEL"'",
  "messages": [{"role": "user", "content": "What is the KV cache for?"}],
  "max_completion_tokens": 16,
  "temperature": 0,
  "stream": true
}'
# endregion
