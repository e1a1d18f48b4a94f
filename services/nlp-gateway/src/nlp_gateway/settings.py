"""Every environment variable of the NLP gateway."""

from aos_common.settings import ConnectorSettings


class Settings(ConnectorSettings):
    """The NLP gateway's settings, beside those every service has."""
