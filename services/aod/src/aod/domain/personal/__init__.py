"""Personal data: what kind a column holds, and how its values are shown."""
