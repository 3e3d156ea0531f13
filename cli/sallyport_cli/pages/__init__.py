"""What pages for people outside have in common: one look, one way to escape, one way to write a CSV file."""
