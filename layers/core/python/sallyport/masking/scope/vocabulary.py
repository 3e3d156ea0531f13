# ruff: noqa: E501 - word lists are read word by word
"""Words that decide whether two neighbouring words of a technical name are somebody's two names."""

from __future__ import annotations

import re

from sallyport.masking.detect.vocabulary import FACILITY, listed

SAINTS = listed(
    "st saint saints san santa santo sao ste sainte sankt sint mount mt lake fort port north south east west new great upper"
    " lower los las cape isle grand lord bahia blanc cabo costa isla ilha villa puerto porto rio playa punta monte mont"
)
# Heads of names of places, streets and houses: what stands before them is their name and nobody's.
HEADS = FACILITY - listed("ward") | listed(
    "north south east west central street avenue ave road rd lane drive boulevard blvd square woods hills bay gate bridge heights county city town"
    " village valley river beach island airport station court plaza"
)
# Behind a whole name they are a family name; behind half of one a place: `emmy-hall`, but `jackson-hill`.
PLACES = listed("ward park hall hill wood green cross field marsh mill mills well house lane brook ford ridge point")
# Names that are everyday words too, and names first.
FIRST = listed(
    "abbey amir bob carol christen chuck derrick drew eddy garret gene glen harry heather holly ivy jack jay ken lee maria"
    " marina mark martin matt mike nick pat patty peter ray robin rod roman rosemary sally sandy sue victor viola wade walker"
)
# What software, services and environments are called; a person only beside what is nothing but a family name.
SOFTWARE = listed(
    "april june july august summer autumn ada alexa apollo argo ariel athena atlas aurora cassandra celery chef consul cortana cortex crystal dart delta"
    " django echo elk envoy eureka fhir flux gerrit harper helix helm hera hermes hudson iris jasper jenkins juno kai kafka"
    " loki lua luigi luna lynx maven max merlin mercury neo neptune nell nova oracle orion otto pascal perl phoenix piper polly macie kendra presto"
    " puppet rio ruby rudy sage salt sam selene sentry sierra sparky swift tempo terra thor titan"
    " trino vault vega venus vista zeus zulu"
)
# Before a family name and a part of it.
OF_FAMILIES = listed("van von der den del della dos das de di du mac mc ter ten bin ibn abu al el zur vander")
# Folders that hold what machines and their keepers put there.
FOLDERS = listed(
    "sites models backups exports imports landing staging events features reports images files records batches"
    " snapshots metrics archives uploads downloads outputs inputs results queries tests builds users groups service services"
    " core dev test prod stage job jobs list lists demo"
)
# Chinese names in Latin letters, many of which are everyday words of English.
SYLLABLES = listed(
    "wang zhang liu chen yang zhao huang zhou sun zhu gao lin guo luo liang song zheng xie han tang feng dong xiao cheng cao"
    " yuan deng shen zeng peng jiang cai jia ding wei xue yan pan dai xia zhong tian ren fan fang shi yao tan liao zou xiong"
    " jin hao kong bai cui kang mao qiu qin hou shao meng long wan duan lei qian yin chang qiao lai gong wen hong jun jie ming"
    " hui ping min ling mei juan ying xin jing tao chao gang qiang hai fei lan lian rong rui shan shu ting xiang yong yun zhen"
    " zhi guang"
)
SYLLABIC_FAMILIES = SYLLABLES | listed("li xi wu xu hu ma lu he yu su ye du gu")
# Endings of family names that no everyday word has, for names in no list.
ENDINGS = re.compile(
    r".{3,}(?:ovic|evic|ovich|evich|ova|eva|skaya|skiy|skyi|wska|wski|cka|cki|czyk|enko|chuk|yuk|shvili|adze|idze|yants|oglu"
    r"|escu|eanu|sson|sdottir|dottir|poulos|opoulou|akis|akos|idis|iadis|auskas|auskiene|aitis|iene|ninen|lainen|nnen"
    r"|zadeh|zade|nejad|swamy|murthy|nathan|appan|bhai|singh|uddin|ullah|mann|berg|strom|quist|gaard|holm|sen|stad"
    r"|ssen|huizen|sma|stra|inho|eiro|eira|ez|ellini|etti|elli|ucci|acci|ato|oglou|yan|ian|ov|ev)"
)
