"""The one place where accounts turn into protobuf messages."""

from autonomos.identity.v1 import identity_pb2 as pb

from identity.domain.account import User
from identity.domain.credentials.service_account import ServiceAccount
from identity.usecases.issue_tokens import Tokens


def user_message(found: User | ServiceAccount, tenant_name: str) -> pb.User:
    """Return the protobuf form of a user; a service account has no address."""
    email = found.email if isinstance(found, User) else ""
    return pb.User(
        id=str(found.id), tenant_id=str(found.tenant_id), tenant_name=tenant_name, email=email, roles=found.roles
    )


def tokens_message(tokens: Tokens) -> pb.Tokens:
    """Return the protobuf form of tokens."""
    return pb.Tokens(access_token=tokens.access_token, refresh_token=tokens.refresh_token, expires_in=tokens.expires_in)
