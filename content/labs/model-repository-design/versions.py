"""Which version answers: with the policy `all` of config.pbtxt, then with the default."""

from triton import TritonError, get, infer, load, load_from_disk

WRITTEN = get("/v2/models/scorer/config")


def ask(version=None):
    try:
        return infer("scorer", [1, 2, 3, 4], [1, 4], version)["SCORE"]
    except TritonError as error:
        return error


# region: versions
def show(policy):
    print(f"{policy}: serves", get("/v2/models/scorer")["versions"])
    print("  no version named:", ask())
    for version in [1, 2, 3]:
        print(f"  version {version}:", ask(version))


show("all")
# What a config.pbtxt without a version_policy gets:
load("scorer", {**WRITTEN, "version_policy": {"latest": {"num_versions": 1}}})
show("default")
# endregion
load_from_disk("scorer")
