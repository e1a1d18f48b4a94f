"""How each backing service is found on this machine, started and known to be ready."""
