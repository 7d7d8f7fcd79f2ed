"""What was written and what Triton serves: config.pbtxt beside the completed configuration."""

import json
from pathlib import Path

from triton import get, load, unload

load("minimal")
# region: completed
print("on disk:", Path("model_repository/minimal/config.pbtxt").read_text().strip())
served = get("/v2/models/minimal/config")
for field in ["max_batch_size", "version_policy", "instance_group", "dynamic_batching"]:
    print(f"served {field}:", json.dumps(served.get(field)))
for side in ["input", "output"]:
    for tensor in served[side]:
        print(f"served {side}:", tensor["name"], tensor["data_type"], tensor["dims"])
# endregion
unload("minimal")
