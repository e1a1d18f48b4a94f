"""Tenants, users, sign-in and tokens."""

from aos_common.memory import stay_small

stay_small()
