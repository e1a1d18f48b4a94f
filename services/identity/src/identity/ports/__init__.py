"""What the use cases need from outside."""

from identity.ports.administration import AuditLog, Flags, SigningKeys
from identity.ports.credentials import (
    Attempts,
    OneTimeCodes,
    PasswordHasher,
    PasswordJudge,
    PasswordResets,
    SecondFactors,
    ServiceAccounts,
    Sessions,
    Signer,
)
from identity.ports.people import Accounts, Clock, Invitations, Mails, MailSender, Users
from identity.ports.sign_on import IdentityProviders, OpenIdConnect

__all__ = [
    "Accounts",
    "Attempts",
    "AuditLog",
    "Clock",
    "Flags",
    "IdentityProviders",
    "Invitations",
    "MailSender",
    "Mails",
    "OneTimeCodes",
    "OpenIdConnect",
    "PasswordHasher",
    "PasswordJudge",
    "PasswordResets",
    "SecondFactors",
    "ServiceAccounts",
    "Sessions",
    "Signer",
    "SigningKeys",
    "Users",
]
