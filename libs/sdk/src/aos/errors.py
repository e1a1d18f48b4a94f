"""Failures, as the platform names them."""

from typing import Any

__all__ = ["AosError"]


class AosError(Exception):
    """A call failed. `reason` is stable for programs; message and hint are for people; `status` is the HTTP status.

    `status` is 0 and the reason `UNREACHABLE` when the platform did not answer at all.
    """

    def __init__(self, reason: str, message: str, *, hint: str = "", status: int = 0) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.hint = hint
        self.status = status

    def __str__(self) -> str:
        return f"{self.reason}: {self.message} {self.hint}".strip()

    @classmethod
    def of_problem(cls, status: int, body: Any) -> "AosError":
        """Read an RFC 9457 problem, or whatever came instead."""
        problem = body if isinstance(body, dict) else {}
        return cls(
            str(problem.get("reason", f"HTTP_{status}")),
            str(problem.get("detail") or problem.get("title") or "The platform answered with an error."),
            hint=str(problem.get("hint", "")),
            status=status,
        )
