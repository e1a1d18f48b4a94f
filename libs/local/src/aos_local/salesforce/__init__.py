"""An emulator of Salesforce's REST and Bulk API 2.0, for the tests of clients and the demo.

It speaks the wire protocol as `docs` of Salesforce describe it and as clients nobody here wrote expect it; it is no
Salesforce, and holds its records in memory. `python -m aos_local.salesforce --port 0 --data org.json` runs it.
"""
