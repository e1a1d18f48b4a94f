"""`python -m aos_local.valkey_users --secrets FOLDER`: the ACL file for a Valkey or Redis of your own.

Passwords are generated into the folder, one file a user; the ACL file holds their hashes. Give it to the server as
`aclfile`, or type each line after `ACL SETUSER`. Each service then gets `redis://<svc>:<password>@host:6379/0`; the
embedded platform fills in `AOS_REDIS_URL=rediss://{service}:{password}@host:6380/0` by itself.
"""

import argparse
from pathlib import Path

from aos_local.backing.valkey_acl import acl
from aos_local.secrets import SecretStore

SERVICE, PASSWORD = "{service}", "{password}"
"""Places in a URL that every service fills with its own."""


def secret_name(user: str) -> str:
    """The name of the file with a user's password."""
    return f"valkey-{user}"


def url_for(url: str, service: str, store: SecretStore) -> str:
    """Return a service's URL: the same, with its name and password where the URL has places for them."""
    return url.replace(SERVICE, service).replace(PASSWORD, store.password(secret_name(service)))


def main() -> None:
    """Print the ACL file."""
    parser = argparse.ArgumentParser(prog="python -m aos_local.valkey_users", description=main.__doc__)
    parser.add_argument("--secrets", type=Path, required=True, help="folder for the generated passwords")
    store = SecretStore(parser.parse_args().secrets)
    print(acl(lambda user: store.password(secret_name(user))), end="")


if __name__ == "__main__":
    main()
