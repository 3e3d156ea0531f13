"""Formats whose parts say what they hold: field names, FHIR, HL7 v2, tables, and documents inside strings."""
