"""FHIR R4: lists of elements, by what the specification puts into them."""

from __future__ import annotations


def _listed(names: str) -> frozenset[str]:
    return frozenset(names.split())


# Values come from the specification or a terminology, not from anybody's life.
KEEP = _listed(
    """
    resourceType id system code status use unit language intent mode gender type url reference fullUrl profile
    versionId contentType comparator relation rank currency method fhirVersion verificationStatus clinicalStatus
    criticality priority kind category implicitRules version instantiates instantiatesCanonical instantiatesUri
    valueCode valueUri valueCanonical valueOid valueUnit state country periodUnit durationUnit dayOfWeek
    interpretation operator direction outcome lifecycleStatus vitalStatus security tag doNotPerform modality
    hash size
    """
)
# Of these, the ones whose values may have several words.
WORDS = _listed("state country prefix suffix unit valueUnit")
# References to people, where nothing else says what the reference is to.
PERSON_ROLES = _listed(
    """
    subject patient practitioner author performer requester individual member actor recorder asserter
    informationSource source enterer provider generalPractitioner who beneficiary policyHolder subscriber payee
    sender recipient owner participant attester party interpreter resultsInterpreter receiver handler collector
    responsibleParty assessor reviewer contributor link other practitionerRole onBehalfOf
    """
)
HUMAN_NAME = frozenset(("family", "given", "text"))
ADDRESS = frozenset(("line", "city", "district", "postalCode", "text"))
# Numbers are looked at here; any other number is a count, a rank or a measure.
NUMBERS = HUMAN_NAME | ADDRESS | {"value", "uid", "latitude", "longitude", "valueDecimal", "display"}
