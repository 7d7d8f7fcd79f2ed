"""Trains the two versions of `digits` on scikit-learn's copy of the UCI optical digits (1,797 pictures, CC BY 4.0,
https://archive.ics.uci.edu/dataset/80) and writes their weights into the model repository. Takes seconds:

    python -m venv .venv && .venv/bin/pip install --no-deps -r requirements.txt && .venv/bin/python train.py

`known.json` beside this file holds pictures of the test set with scikit-learn's own answers: `npm run engines` compares
what Triton answers, from code that does not use scikit-learn, with these.
"""

import json
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent / "model-repository" / "digits"
INK_PER_BLOCK = 16


def main():
    digits = load_digits()
    images = (digits.data / INK_PER_BLOCK).astype(np.float32)
    train_x, test_x, train_y, test_y = train_test_split(
        images, digits.target, test_size=0.25, random_state=0, stratify=digits.target
    )
    linear = LogisticRegression(C=1.0, max_iter=1000).fit(train_x, train_y)
    network = MLPClassifier((32,), alpha=1e-3, max_iter=1000, random_state=0).fit(train_x, train_y)
    save(1, [(linear.coef_.T, linear.intercept_)])
    save(2, list(zip(network.coefs_, network.intercepts_, strict=True)))

    models = {"1": linear, "2": network}
    chosen = [int(np.flatnonzero(test_y == digit)[0]) for digit in range(10)]
    known = {
        "test_accuracy": {version: round(model.score(test_x, test_y), 4) for version, model in models.items()},
        "images": test_x[chosen].tolist(),
        "labels": test_y[chosen].tolist(),
        "probabilities": {version: model.predict_proba(test_x[chosen]).tolist() for version, model in models.items()},
    }
    (HERE / "known.json").write_text(json.dumps(known) + "\n")
    print("test accuracy by version:", known["test_accuracy"])


def save(version: int, layers: list[tuple[np.ndarray, np.ndarray]]) -> None:
    arrays = {}
    for index, (weight, bias) in enumerate(layers):
        arrays[f"weight_{index}"] = weight.astype(np.float32)
        arrays[f"bias_{index}"] = bias.astype(np.float32)
    np.savez(REPOSITORY / str(version) / "weights.npz", **arrays)


main()
