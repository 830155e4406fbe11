"""What came in against what came in before: silent systems, missing rosters, values that change."""

from lookup_audit.quality.gap import Gap, Stretch, gaps, stretches
from lookup_audit.quality.note import note_gaps

__all__ = ["Gap", "Stretch", "gaps", "note_gaps", "stretches"]
