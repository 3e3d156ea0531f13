"""Somebody else's judge over the catalogue's schemas."""
