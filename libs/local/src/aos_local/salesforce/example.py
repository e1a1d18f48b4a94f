"""The example organisation: the customers of a small company, with what every object of Salesforce has."""

from typing import Any

CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN = "autonomos-example", "example-secret", "5Aep861example"
USER_NAME = "integration@example.com"
INDUSTRIES = ["Agriculture", "Banking", "Energy", "Retail", "Technology"]
STAGES = ["Prospecting", "Qualification", "Proposal", "Closed Won", "Closed Lost"]

ACCOUNT = [
    {"name": "Name", "label": "Account Name", "nillable": False},
    {"name": "ExternalKey__c", "label": "External Key", "length": 64, "unique": True},
    {"name": "Industry", "type": "picklist", "picklist": INDUSTRIES},
    {
        "name": "AnnualRevenue", "type": "currency", "label": "Annual Revenue", "precision": 18, "scale": 2,
        "help": "Revenue of the last full business year, in the currency of the organisation.",
    },
    {"name": "NumberOfEmployees", "type": "int", "label": "Employees", "precision": 8},
    {"name": "Website", "type": "url"},
    {"name": "Phone", "type": "phone", "length": 40},
    {"name": "Description", "type": "textarea", "length": 32_000},
    {"name": "Active__c", "type": "boolean", "label": "Active", "nillable": False},
    {"name": "BillingStreet", "type": "textarea", "label": "Billing Street"},
    {"name": "BillingCity", "label": "Billing City", "length": 40},
    {"name": "BillingCountry", "label": "Billing Country", "length": 80},
    {
        "name": "BillingAddress", "type": "address", "label": "Billing Address", "writable": False,
        "parts": {"street": "BillingStreet", "city": "BillingCity", "country": "BillingCountry"},
    },
    {"name": "ParentId", "type": "reference", "label": "Parent Account ID", "length": 18, "reference_to": ["Account"]},
]  # fmt: skip
CONTACT = [
    {"name": "AccountId", "type": "reference", "label": "Account ID", "length": 18, "reference_to": ["Account"]},
    {"name": "FirstName", "label": "First Name", "length": 40},
    {"name": "LastName", "label": "Last Name", "length": 80, "nillable": False},
    {"name": "Email", "type": "email", "length": 80},
    {"name": "Birthdate", "type": "date"},
    {"name": "DoNotCall", "type": "boolean", "label": "Do Not Call", "nillable": False},
]
OPPORTUNITY = [
    {"name": "AccountId", "type": "reference", "label": "Account ID", "length": 18, "reference_to": ["Account"]},
    {"name": "Name", "length": 120, "nillable": False},
    {"name": "StageName", "type": "picklist", "label": "Stage", "picklist": STAGES, "nillable": False},
    {"name": "Amount", "type": "currency", "precision": 18, "scale": 2},
    {"name": "Probability", "type": "percent", "label": "Probability (%)", "precision": 3},
    {"name": "CloseDate", "type": "date", "label": "Close Date", "nillable": False},
    {"name": "LastActivity__c", "type": "datetime", "label": "Last Activity"},
]
STATUS = [{"name": "MasterLabel", "nillable": False}, {"name": "SortOrder", "type": "int", "precision": 9}]
LOGIN = [
    {"name": "UserId", "type": "reference", "length": 18, "reference_to": ["User"], "writable": False},
    {"name": "LoginTime", "type": "datetime", "nillable": False, "writable": False},
    {"name": "SourceIp", "length": 39, "writable": False},
]
CASE_STATUS = [
    {"Id": f"01J0000000000{number:02}AAA", "MasterLabel": label, "SortOrder": number}
    for number, label in enumerate(("New", "Working", "Escalated", "Closed"), 1)
]

EXAMPLE: dict[str, Any] = {
    "apps": [
        {
            "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "users": [USER_NAME],
            "refresh_tokens": [REFRESH_TOKEN],
        }
    ],
    "objects": [
        {"name": "Account", "prefix": "001", "fields": ACCOUNT},
        {"name": "Contact", "prefix": "003", "fields": CONTACT},
        {"name": "Opportunity", "prefix": "006", "fields": OPPORTUNITY},
        {"name": "CaseStatus", "label": "Case Status Value", "prefix": "01J", "fields": STATUS, "bulk": False,
         "system_fields": False, "records": CASE_STATUS},
        {"name": "LoginHistory", "label": "Login History", "prefix": "0Ya", "fields": LOGIN, "system_fields": False},
        {"name": "AccountChangeEvent", "label": "Account Change Event", "prefix": "7Ev", "queryable": False,
         "system_fields": False},
    ],
}  # fmt: skip
