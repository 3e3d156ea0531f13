# ruff: noqa: E501 - patterns and word lists are read alternative by alternative, not by the column
"""Small closed lists that decide what a capitalised word is doing."""

from __future__ import annotations


def listed(text: str) -> frozenset[str]:
    """The words of `text`."""
    return frozenset(text.split())


TITLES = listed(
    "mr mrs ms miss mx dr prof professor doctor sir madam mme mlle herr frau sr sra srta don dona rev fr sgt capt lt col judge hon"
)
SUFFIXES = listed(
    "jr sr ii iii iv md phd rn np pa do dds dvm esq lpn mph msn bsn dnp pharmd facs faap mba rph lcsw psyd pa-c fnp crna cnm pt ot"
)
PARTICLES = listed(
    "de la le van von der den del della di da dos das du ten ter el al bin ibn abu san santa y e af av zu zur st"
)
FACILITY = listed(
    "hospital hospitals clinic clinics center centre centers medical hospice health healthcare infirmary sanatorium pharmacy"
    " rehabilitation rehab institute university college school academy nursing home surgery ward unit department practice"
    " office laboratory laboratories lab labs associates group foundation church library prison jail shelter presbyterian"
    " campus pavilion tower building ctr med gen general memorial pharm hosp dispensary polyclinic specialists physicians associates pediatrics paediatrics cardiology oncology orthopedics orthopaedics radiology dermatology neurology urology psychiatry gynecology obstetrics dentistry imaging diagnostics"
)
# Heads that make a place of what stands before them, even alone in small letters.
FACILITY_STRONG = listed(
    "hospital hospitals clinic clinics center centre hospice infirmary sanatorium pharmacy institute university college med ctr presbyterian hosp polyclinic memorial gen"
)
GENERIC = listed(
    "the a an our this that his her their my your local same other another nearby main new any each every which outpatient inpatient"
    " primary care urgent emergency intensive pain sleep stroke trauma burn birth surgical medical clinical specialty community public private"
    " teaching tertiary referral nursing home day family acute long term assisted living mental behavioral health heart cancer eye"
    " dental pediatric paediatric women's children's veterans research data call fitness poison control vaccination testing infusion"
    " dialysis rehabilitation walk-in follow-up general rural urban large small academic level first last hospital clinic center unit"
    " department ward office and or of in at to for with from by via no all one two"
)
STREET = listed(
    "cliff cliffs canyon knolls forges trafficway bluff bluffs camp cape common commons crest crossroad crossroads forks glens groves locks passage pine ports"
    " ridges shoal shoals stravenue streets tunnel underpass unions valleys views villages walks chowk nagar marg dreef singel stigen contrada canale urbanización callejón plac aleja osiedle"
    " street st avenue ave av road rd boulevard blvd lane ln drive dr court ct place pl terrace ter way parkway pkwy highway hwy circle cir"
    " square sq trail trl crescent cres close alley aly loop route rte run row walk path pike plaza mews hollow glen grove ridge"
    " extension throughway club mill manor bay ranch forge fork ferry crossing turnpike freeway expressway bypass byway mall rapids courts"
    " parks gardens green heights hill hills park point pointe shore shores station summit valley view village ville vista bridge branch"
    " brook causeway corner corners course cove creek curve dale dam divide estate estates falls field fields flat flats ford forest fort"
    " garden gateway harbor harbour haven inlet island isle junction key keys knoll lake land landing light lodge meadow meadows mission"
    " motorway mount mountain neck orchard oval overpass pass passage pines plain port prairie radial ramp rest river skyway spring springs"
    " spur stream track trace union viaduct wall well wells wynd gate burg"
    " rua via calle avenida paseo plaza camino carrera strasse straße weg gasse allee platz rue chemin impasse quai viale piazza corso"
    " straat laan gade vej gata vägen katu tie ulica ul utca ut ter rkp ulice trg cesta tänav tee"
)
SETTLEMENTS = listed(
    "city town township county borough village parish district island islands coast beach mills furnace landing mound junction heath quay moor"
    " reach weald wold wick mere"
)
STREET_ENDINGS = (
    "strasse",
    "straße",
    "str",
    "gasse",
    "weg",
    "allee",
    "platz",
    "straat",
    "laan",
    "gracht",
    "gade",
    "vej",
    "veg",
    "vegen",
    "gata",
    "gatan",
    "gate",
    "katu",
    "tie",
    "polku",
    "utca",
    "gata",
    "stien",
    "bakken",
    "tänav",
    "ulica",
    "brücke",
    "vägen",
    "kroken",
    "krogen",
)
FOREIGN_STREETS = listed(
    "rua via calle avenida paseo plaza camino carrera rue chemin impasse quai viale piazza piazzetta corso ulica trg strada largo rambla"
)
# Words without which no address is looked for, other than by its numbers.
ADDRESS = FOREIGN_STREETS | listed(
    "street st avenue ave road rd boulevard blvd lane drive court parkway pkwy highway hwy turnpike freeway crescent"
    " avda corner intersection usns uss uscgc usnv usnav apo fpo dpo box live lives living resides residing side address located"
)
STREET_SURE = listed(
    "street avenue ave road rd boulevard blvd lane ln drive court terrace parkway pkwy highway hwy crescent cres rua calle avenida paseo strasse straße rue viale piazza straat laan"
)
MONTHS = listed(
    "january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec"
)
# The names and short forms of six languages that dates are written with.
MONTH_NAMES = listed(
    "jan january januar janvier jaenner janner enero gennaio feb february februar febrero febbraio fevrier mar march mars marzo marz mrz"
    " apr april aprile avril abr abril may mai mayo maggio jun june juni juin junio giugno jul july juli juillet julio luglio"
    " aug august aout agosto sep sept september septembre septiembre set settembre oct october octobre octubre okt oktober ottobre"
    " nov november novembre noviembre dec december decembre dic diciembre dicembre dez dezember"
)
# Capitalised without naming anybody: ethnicities, weekdays and feasts, bodies of medicine, headings, units.
BENIGN = listed(
    "i i'm i've i'll i'd ok african american asian caucasian hispanic latino latina white black indian european jewish muslim christian"
    " medicare medicaid english spanish french german italian covid monday tuesday wednesday thursday friday saturday sunday"
    " stage type grade class phase part section step level figure table chapter act title no yes male female patient patients"
    " aadhaar abha hicn mbi npi vin imei lic pmid pmcid doi isbn issn nct cpt icd loinc snomed rxnorm ndc hcpcs drg"
    " mg ml kg mcg rx hx dx tx sx fx pt pts dob mrn ssn ekg ecg mri ct icu er ed or np pa md rn bp hr rr iv po prn bid tid qid"
    " select insert update delete from where into values and or not null table create drop alter join on order by group count"
    " true false none string int float bool http https json xml html api url uri sql get post put patch head options token bearer"
    " authorization content accept key value name data id user users host port error warning info debug env export set let var const"
    " north south east west northern southern eastern western central sincerely regards dear hi hello thanks thank please"
)
# Peoples, faiths and languages: said of many, they name nobody, except behind a title or a given name.
PEOPLES = listed(
    "afghan albanian algerian andorran angolan argentine argentinian armenian australian austrian azerbaijani bahamian bahraini"
    " bangladeshi barbadian basque belarusian belgian belizean beninese bengali bermudian bhutanese bolivian bosnian brazilian bulgarian"
    " burmese burundian cambodian cameroonian canadian catalan chadian chechen chilean chinese colombian congolese croatian cuban"
    " cypriot czech danish djiboutian dominican dutch ecuadorian egyptian emirati eritrean estonian ethiopian fijian filipina filipino"
    " finnish flemish gabonese gambian georgian ghanaian greek grenadian guatemalan guinean guyanese haitian hawaiian hmong honduran"
    " hungarian icelandic indonesian iranian iraqi irish israeli ivorian jamaican japanese jordanian kazakh kenyan korean kurdish"
    " kuwaiti kyrgyz laotian latvian lebanese liberian libyan lithuanian macedonian malagasy malawian malaysian maldivian malian maltese"
    " mauritian mexican moldovan mongolian montenegrin moroccan mozambican namibian navajo nepalese nepali nicaraguan nigerian norwegian"
    " omani pakistani palestinian panamanian paraguayan persian peruvian polish polynesian portuguese punjabi qatari romanian russian"
    " rwandan salvadoran samoan saudi scottish senegalese serbian singaporean slovak slovakian slovenian somali sudanese surinamese"
    " swedish swiss syrian taiwanese tajik tamil tanzanian thai tibetan tongan tunisian turkish turkmen ugandan ukrainian uruguayan"
    " uzbek venezuelan vietnamese welsh yemeni zambian zimbabwean arab arabic hindi urdu mandarin cantonese tagalog swahili yiddish"
    " hebrew farsi creole latin alaskan ashkenazi sephardic romani cherokee sioux apache inuit maori buddhist hindu sikh catholic"
    " protestant mormon orthodox baptist lutheran methodist"
)
EPONYM_HEAD = listed(
    "disease diseases response responses tenderness fibers fibres scan view series syndrome syndromes sign signs test tests testing reflex reflexes score scores scale scales criteria criterion lymphoma lymphomas"
    " thyroiditis palsy cyst ataxia phenomenon granulomatosis point index classification staging fracture fractures procedure operation catheter"
    " tube virus viruses esophagus oesophagus disorder chorea tumor tumour sarcoma carcinoma anemia anaemia dystrophy maneuver manoeuvre position stain"
    " bodies body cells cell node nodes gland glands contracture arthritis encephalopathy psychosis aphasia area duct ring loop law angle line lines"
    " equation formula curve effect block murmur pulse respiration respirations breathing nail nails deformity foot neuroma hernia pouch space"
    " membrane ligament triangle tract canal spots nodule nodules rash fever paralysis dementia apnea lesion model trial study studies method"
    " inventory questionnaire assessment protocol regimen diet solution agar medium technique approach incision repair anastomosis flap graft"
    " lift drain drains boot boots readings monitor exam dressing catheters dilator retractor forceps clamp needle splint brace collar"
    " pump ventilator valve shunt stent suture bandage stockings cannula trocar fall pacemaker booster sensor tests tubes lines drape"
    " stage grade type dose unit units risk nephropathy neuropathy melanoma ulcer ulcers gangrene purpura mellitus macroglobulinemia"
    " glomerulonephritis vasculitis arteritis hepatitis colitis enteritis diverticulum malformation anomaly tetralogy triad pentad"
)
# Devices and operations that are called after people: a word of how they are handled tells which is meant.
DEVICES = listed(
    "foley penrose hickman holter whipple nissen hoyer kocher malecot miller macintosh yankauer salem levin blakemore minnesota swan hudson"
)
# Geographic short forms that people write in capitals.
PLACE_SHORT = listed(
    "nyc nola sf dc philly ucsf ucla ucsd nyu mgh bidmc chop jfk lax hopkins upmc utsw uw msk mskcc bwh cedars-sinai cedars ohsu umass uchealth la va nhs chla hss mayo kaiser"
)
STATES = listed(
    "al ak az ar ca co ct de fl ga hi id il in ia ks ky la me md ma mi mn ms mo mt ne nv nh nj nm ny nc nd oh ok or pa ri sc sd tn tx ut vt va wa wv wi wy dc pr"
)
STATE_NAMES = [
    "Alabama",
    "Alaska",
    "Arizona",
    "Arkansas",
    "California",
    "Colorado",
    "Connecticut",
    "Delaware",
    "Florida",
    "Georgia",
    "Hawaii",
    "Idaho",
    "Illinois",
    "Indiana",
    "Iowa",
    "Kansas",
    "Kentucky",
    "Louisiana",
    "Maine",
    "Maryland",
    "Massachusetts",
    "Michigan",
    "Minnesota",
    "Mississippi",
    "Missouri",
    "Montana",
    "Nebraska",
    "Nevada",
    "New Hampshire",
    "New Jersey",
    "New Mexico",
    "New York",
    "North Carolina",
    "North Dakota",
    "Ohio",
    "Oklahoma",
    "Oregon",
    "Pennsylvania",
    "Rhode Island",
    "South Carolina",
    "South Dakota",
    "Tennessee",
    "Texas",
    "Utah",
    "Vermont",
    "Virginia",
    "Washington",
    "West Virginia",
    "Wisconsin",
    "Wyoming",
]
# People after whom diseases are called so often that the bare possessive means the disease.
EPONYMS = listed(
    "parkinson alzheimer crohn hodgkin addison graves cushing huntington raynaud sjogren hashimoto wegener kawasaki gehrig tourette asperger marfan barrett"
    " dupuytren meniere bell wilson paget behcet peyronie goodpasture still pott charcot lyme ewing kaposi burkitt conn non-hodgkin"
)
