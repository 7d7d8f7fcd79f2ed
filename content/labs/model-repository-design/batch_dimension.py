"""dims has no batch dimension; a request must have it."""

from triton import TritonError, get, infer

print("dims:", get("/v2/models/scorer/config")["input"][0]["dims"])
print("shape:", get("/v2/models/scorer")["inputs"][0]["shape"])
# region: shapes
for shape in [[2, 4], [4], [17, 4]]:
    count = shape[0] * (shape[1] if len(shape) == 2 else 1)
    try:
        print(shape, "->", infer("scorer", [1.0] * count, shape)["SCORE"])
    except TritonError as error:
        print(shape, "->", str(error).split(" NOTE:")[0])
# endregion
