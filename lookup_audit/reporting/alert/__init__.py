"""One alert, or one lookup of the control sample, in words: by pseudonym, and without any text of the logs."""
