"""Register a tenant and its first user."""

from aos_common.errors import InvalidRequest
from aos_common.ids import new_id

from identity.domain.account import User, check_password, normal_email
from identity.domain.roles import OWNER
from identity.ports import Accounts, Clock, PasswordHasher, PasswordJudge

MAX_NAME = 120


async def register_tenant(
    tenant_name: str,
    email: str,
    password: str,
    *,
    accounts: Accounts,
    judge: PasswordJudge,
    hasher: PasswordHasher,
    clock: Clock,
) -> User:
    """Create the tenant with one user, its owner; raise `EmailTaken` or `PasswordTooWeak`."""
    name = tenant_name.strip()
    if not 1 <= len(name) <= MAX_NAME:
        raise InvalidRequest(f"A tenant's name has 1 to {MAX_NAME} characters.")
    check_password(password, email, name)
    await judge.check(password, email, name)
    user = User(
        tenant_id=new_id(),
        id=new_id(),
        tenant_name=name,
        email=normal_email(email),
        password_hash=await hasher.hash(password),
        roles=(OWNER,),
    )
    await accounts.add_tenant(user, clock())
    return user
