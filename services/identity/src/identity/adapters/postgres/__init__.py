"""Identity's tables, one repository a noun."""
