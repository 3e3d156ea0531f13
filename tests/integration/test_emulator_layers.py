"""Functions share the unpacked files of a layer."""

import io
import json
import zipfile
from pathlib import Path

from local.account import Account
from tests.integration.emulated import NO_LONGER_NEEDED, make_function

WHERE = "import os, words\ndef handler(event, context):\n    return os.path.realpath(words.__file__)\n"


def _places(account: Account, *members: str) -> set[str]:
    """Where two functions with one layer of these files find its module."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as bundle:
        for member in members:
            bundle.writestr(member, "")
    functions = account.client("lambda")
    layer = functions.publish_layer_version(LayerName="words", Content={"ZipFile": archive.getvalue()})
    places = set()
    for name in ("layered-one", "layered-two"):
        make_function(account, name, WHERE)
        functions.update_function_configuration(FunctionName=name, Layers=[layer["LayerVersionArn"]])
        places.add(str(json.load(functions.invoke(FunctionName=name)["Payload"])))
    return places


def test_two_functions_read_a_layer_from_one_place_and_nothing_of_it_lies_outside(admin: Account) -> None:
    (place,) = _places(admin, "python/words.py", "../../outside.py")
    assert place.endswith("/python/words.py")
    shared = Path(place).parents[2]
    assert shared.name == "layers"
    assert not list(shared.parent.glob("outside.py"))


def test_unpatched_functions_unpack_a_layer_each(plain_admin: Account) -> None:
    assert len(_places(plain_admin, "python/words.py")) == 2, f"shared_layers: {NO_LONGER_NEEDED}"
