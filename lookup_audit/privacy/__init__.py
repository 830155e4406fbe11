"""What guards people: disclosure control for numbers, and the log of who looked at whom."""
