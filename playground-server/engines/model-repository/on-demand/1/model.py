"""See calibrated_model.py: tensors, units, parameters."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[3] / "model-code"))

from calibrated_model import TritonPythonModel  # noqa: E402, F401
