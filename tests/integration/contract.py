"""The contract of proto/, as the generated code knows it."""

import importlib
import pkgutil
from functools import cache

import autonomos
from google.protobuf.descriptor import ServiceDescriptor

__all__ = ["rpc_services"]


@cache
def rpc_services() -> dict[str, ServiceDescriptor]:
    """Return every service of the contract by its full name."""
    names = [m.name for m in pkgutil.walk_packages(autonomos.__path__, "autonomos.") if m.name.endswith("_pb2")]
    files = [importlib.import_module(name).DESCRIPTOR for name in names]
    return {service.full_name: service for file in files for service in file.services_by_name.values()}
