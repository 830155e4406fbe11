"""One user's file for an authorised investigation: numbers, what speaks for and against, and the page."""
