"""The mirror: a user's own lookups beside the peers', for a talk about awareness at the user's own wish."""
