"""Numbers from the warehouse, through the disclosure gate, into self-contained pages."""
