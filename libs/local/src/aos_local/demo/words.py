"""Names the example company is made of; all invented."""

FIRST = [
    "Ada",
    "Björn",
    "Chloé",
    "Dagny",
    "Emil",
    "Fatima",
    "Grażyna",
    "Hana",
    "Igor",
    "Jonas",
    "Katja",
    "Liam",
    "Maëlle",
    "Noor",
    "Oskar",
    "Priya",
    "Quentin",
    "Rosa",
    "Sven",
    "Tara",
    "Umut",
    "Vera",
    "Wanda",
    "Yara",
    "Zoë",
]
LAST = [
    "Almeida",
    "Brandt",
    "Castillo",
    "Duarte",
    "Ekström",
    "Fischer",
    "Grünwald",
    "Hoang",
    "Ivanova",
    "Jansen",
    "Kowalski",
    "Lindqvist",
    "Moreau",
    "Nguyen",
    "Okafor",
    "Petrov",
    "Quispe",
    "Rossi",
    "Sørensen",
    "Takeda",
    "Ueda",
    "Varga",
    "Weiß",
    "Yilmaz",
    "Zhao",
]
COMPANY_HEAD = [
    "Arbor",
    "Basalt",
    "Cobalt",
    "Delta",
    "Ember",
    "Fjord",
    "Glacier",
    "Harbor",
    "Indigo",
    "Juniper",
    "Keystone",
    "Lumen",
    "Meridian",
    "Nimbus",
    "Orchid",
    "Pioneer",
    "Quarry",
    "Ridge",
    "Solstice",
    "Tundra",
    "Umbra",
    "Vertex",
    "Willow",
    "Xenon",
    "Yonder",
    "Zephyr",
]
COMPANY_TAIL = ("Analytics", "Biotech", "Foods", "Freight", "Health", "Instruments", "Labs", "Robotics")
COMPANY_FORM = ("Inc.", "GmbH", "Ltd", "AB", "S.A.")
SECTORS = ("software", "medical", "retail", "finance", "logistics", "manufacturing")
CITIES = ("Malmö", "Zürich", "Lyon", "Porto", "Gdańsk", "Austin", "Leeds", "Turku")
COUNTRIES = ("Sweden", "Switzerland", "France", "Portugal", "Poland", "United States", "United Kingdom", "Finland")
PRODUCTS = ("Spectra", "Caliper", "Beacon", "Torque", "Lattice", "Pulse")
EDITIONS = ("Basic", "Plus", "Pro")
REGIONS = ("North", "South", "West")
SERVICES = (
    ("Compute Engine", "Compute", "vm-hours", "Hours", "0.0416"),
    ("Object Storage", "Storage", "stored-gb", "GB-Months", "0.0230"),
    ("Managed Database", "Databases", "db-hours", "Hours", "0.1450"),
    ("Data Transfer", "Networking", "egress-gb", "GB", "0.0900"),
    ("Model Inference", "AI and Machine Learning", "tokens-1k", "1K Tokens", "0.0020"),
)
CLOUD_REGIONS = (("eu-north-1", "Stockholm"), ("eu-west-3", "Paris"), ("us-east-2", "Ohio"))
TEAMS = ("platform", "research", "web", "data")
