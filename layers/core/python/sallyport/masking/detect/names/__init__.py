"""Names of people and of places: what each word may be, which words stand together, what makes them somebody's."""
