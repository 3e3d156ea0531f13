# ruff: noqa: E501, SIM905 - lists and names are read one by one
"""People, and the numbers that are theirs, by Faker and mimesis, as JSON on the standard output.

Run in an environment of its own with requirements.txt: the product knows neither package. Names in other scripts are
written in Latin letters by anyascii, but for scripts without vowels, of which it makes no names.
"""

from __future__ import annotations

import json
import random
import sys
from typing import Any

from anyascii import anyascii  # type: ignore[import-not-found]  # of the environment above, as the others
from faker import Faker  # type: ignore[import-not-found]
from mimesis import Locale, Person  # type: ignore[import-not-found]

FAKER = (
    "en_US en_GB en_IE en_IN en_NG en_KE en_PK en_NZ es_ES es_MX es_AR pt_BR pt_PT fr_FR fr_CA de_DE de_AT it_IT nl_NL nl_BE"
    " pl_PL cs_CZ sk_SK hu_HU ro_RO sv_SE no_NO da_DK fi_FI is_IS et_EE lt_LT lv_LV hr_HR sl_SI tr_TR az_AZ id_ID sw yo_NG"
    " ig_NG ha_NG zu_ZA ga_IE sq_AL ru_RU uk_UA bg_BG el_GR ka_GE hy_AM vi_VN"
).split()
MIMESIS = "en en-gb es es-mx fr de de-at de-ch it nl nl-be pl cs sk hu hr sv da no fi is et pt pt-br tr az ru uk el kk".split()
EACH = 150


def written(name: str) -> str:
    """`name` as a technical name takes it: Latin letters, without its diacritics."""
    return str(anyascii(name)).strip()


def names() -> dict[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = {}
    for locale in FAKER:
        faker = Faker(locale)
        faker.seed_instance(f"scopes {locale}")
        found[f"faker {locale}"] = [[written(faker.first_name()), written(faker.last_name())] for _ in range(EACH)]
    japanese = Faker("ja_JP")
    japanese.seed_instance("scopes ja_JP")
    found["faker ja_JP"] = [[japanese.first_romanized_name(), japanese.last_romanized_name()] for _ in range(EACH)]
    chinese = Faker("zh_CN")
    chinese.seed_instance("scopes zh_CN")
    found["faker zh_CN"] = [[chinese.first_romanized_name(), chinese.last_romanized_name()] for _ in range(EACH)]
    for locale in MIMESIS:
        person = Person(Locale(locale), seed=f"scopes {locale}")
        found[f"mimesis {locale}"] = [[written(person.first_name()), written(person.last_name())] for _ in range(EACH)]
    return found


def numbers() -> dict[str, list[str]]:
    faker = Faker(["en_US", "en_GB", "de_DE", "fr_FR", "es_ES", "it_IT"])
    faker.seed_instance("scopes numbers")
    us = faker["en_US"]
    lot = random.Random("scopes")  # noqa: S311 - a fixed sample
    return {
        "ssn": [us.ssn() for _ in range(600)],
        "email": [faker.email() for _ in range(300)] + [faker.ascii_company_email() for _ in range(300)],
        "phone": [us.numerify(lot.choice(PHONES)) for _ in range(600)],
        "card": [us.credit_card_number(lot.choice(["visa", "mastercard", "amex", "discover"])) for _ in range(600)],
        "iban": [faker[lot.choice(["en_GB", "de_DE", "fr_FR", "es_ES", "it_IT"])].iban() for _ in range(600)],
        "birth": [us.date_of_birth(minimum_age=1, maximum_age=99).isoformat() for _ in range(600)],
        "passport": [us.passport_number() for _ in range(600)],
    }


PHONES = (
    "+1-2##-555-01##",
    "(3##) 555-0###",
    "+1 4## 555 0###",
    "5##-555-0###",
    "+44 20 7946 0###",
    "+49 30 901820###",
)


if __name__ == "__main__":
    made: dict[str, Any] = {"names": names(), "numbers": numbers()}
    json.dump(made, sys.stdout)
