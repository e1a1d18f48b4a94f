"""Refusals as Salesforce words them."""

from typing import Any


class ApiError(Exception):
    """An error of the data API: its body is a list with one entry."""

    def __init__(self, status: int, code: str, message: str, *, fields: list[str] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.fields = status, code, message, fields

    def body(self) -> list[dict[str, Any]]:
        """The answer's body."""
        told: dict[str, Any] = {"message": self.message, "errorCode": self.code}
        return [told if self.fields is None else told | {"fields": self.fields}]


class OAuthError(Exception):
    """An error of the token endpoint: its body is an object."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.status, self.error, self.description = status, error, description

    def body(self) -> dict[str, str]:
        """The answer's body."""
        return {"error": self.error, "error_description": self.description}


def malformed(message: str) -> ApiError:
    """A query that does not parse."""
    return ApiError(400, "MALFORMED_QUERY", message)


def no_column(field: str, entity: str) -> ApiError:
    """A query of a field that is not there, or not for this user."""
    return ApiError(
        400,
        "INVALID_FIELD",
        f"\nSELECT {field} FROM {entity}\n       ^\nERROR at Row:1:Column:8\nNo such column '{field}' on entity "
        f"'{entity}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field "
        "name. Please reference your WSDL or the describe call for the appropriate names.",
    )


def not_found() -> ApiError:
    """A path, record or job that is not there."""
    return ApiError(404, "NOT_FOUND", "The requested resource does not exist")
