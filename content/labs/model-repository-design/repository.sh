#!/bin/sh
# What there is, load one, what is ready now, unload it. All four are POST.
BASE_URL=${BASE_URL:-http://127.0.0.1:8000}
# region: repository
curl -sS -w '\n' -X POST "$BASE_URL/v2/repository/index" -d '{}'
curl -sS -w '%{http_code}\n' -X POST "$BASE_URL/v2/repository/models/minimal/load"
curl -sS -w '\n' -X POST "$BASE_URL/v2/repository/index" -d '{"ready": true}'
curl -sS -w '%{http_code}\n' -X POST "$BASE_URL/v2/repository/models/minimal/unload"
# endregion
