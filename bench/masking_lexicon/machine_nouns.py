# ruff: noqa: E501, SIM905 - the words are read as a text
"""Builds `sallyport/masking/lexicon/lists/machine_nouns.txt`: whatever has an id, an ARN or a name of its own in AWS's services.

    .venv/bin/python bench/masking_lexicon/machine_nouns.py

Read from the models that botocore ships (Apache-2.0): the word before `Id`, `Arn`, `Name` in the name of a member, if at least three
services have it. `{"VpcId": …}` then says that the object speaks of a machine. Words that could as well be a
person's, a record's or a thing's are left out, so that `customerId` and `orderId` say nothing.
"""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from pathlib import Path

import botocore

from sallyport.masking.structure.fields import words_of

OUT = Path("layers/core/python/sallyport/masking/lexicon/lists/machine_nouns.txt")
SERVICES = 3
ENDINGS = frozenset(("id", "ids", "arn", "arns", "name", "names", "identifier", "identifiers"))
# What people, records and things have as well.
SOMEBODYS = frozenset(
    """account accessor action activity actor administrator agent agreement alert algorithm alias analysis analyzer annotation answer asset assessment
    assistant association attachment attendee attribute author authority authorization badge base benefit billing book bot branch
    broker browser business by calling camera campaign candidate capability caller card case category catalog certificate change
    channel city claim class client collection collaborator collector column comment commit common community company competency
    component computer condition connect consumer contact content context contract contributor conversation country course
    creator credential credit customer data datasource decision degree department detail device diagnosis dimension directory
    disease distinguished document driver drug edge education element email employee engagement entitlement entity episode error
    evaluation evaluator event evidence exam exception experience experiment explicit expression external facility family
    feature feedback field file finding first folder form framework friendly full given glossary goal graph group guest header
    home hospital host identity image import index inquiry insight institution insurance intent interaction interface
    interview investigation invitation invoice isp issuer item key label language last layer layout lead lease legal lesson
    license list listing listing location lot maintenance major manager mapping marker match material measure media medication meeting
    member membership menu merchant message method metric middle milestone mission name new note notification number object
    observation offer office officer operation option order org organization other outcome outpost output owner page
    parent part participant partner party patient pattern payment peer performer period permission person phone physical place
    plan platform player point policy pool portal position post practice preference prescription preview price procedure
    process product profile program progress project property proposal provider publisher purchase question quota quote
    range rating reader reason receiver recipe recipient recommendation record recorder referral reference region registered
    registration registry related relation relationship release report request requester requirement reservation reset
    resident resolution response result review reviewer revision room route row sample scan scenario school score section
    segment sender serial series session set setting share shipment short show site slot source space speaker spec specimen staff
    statement status step store story strategy student study subject submission subscriber subscription supplier survey system tag
    target team term test text thing ticket tier timezone title tool track trait transaction transfer treatment unique unit update
    upload use user validation value variable variant vehicle vendor venue view visit visitor vocabulary voice vulnerability
    week work worker workspace zone alternative application display filter control cookie discovery generation grouping input limit link locale
    loop promotion prompt recommender ref refresh schedule scope search sensitive script type service master match principal grant block""".split()
)  # fmt: skip


def main() -> None:
    """Write the list."""
    having: defaultdict[str, set[str]] = defaultdict(set)
    for path in (Path(botocore.__file__).parent / "data").glob("*/*/service-2.json*"):
        text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for shape in json.loads(text)["shapes"].values():
            for member in shape.get("members", ()):
                words = words_of(member)
                if len(words) > 1 and words[-1] in ENDINGS:
                    having[words[-2]].add(path.parent.parent.name)
    nouns = {noun for noun, services in having.items() if len(services) >= SERVICES and noun.isalpha()} - SOMEBODYS
    OUT.write_text("\n".join(sorted(nouns)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
