"""Stand-ins for the services AOA calls: the contract's servicers over scripted state, and real data behind views."""
