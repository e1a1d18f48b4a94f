"""Whether PostgreSQL answers; apart from the rest because the driver takes longer to load than a command to run."""

import psycopg


def ready(admin_url: str) -> bool:
    """True when the server answers a query with the password of this cluster."""
    try:
        with psycopg.connect(admin_url, connect_timeout=2) as connection:
            connection.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True
