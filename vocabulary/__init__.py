"""The exchange's words as code: enums, identifiers, units, reject reasons and limits. Standard library only."""
