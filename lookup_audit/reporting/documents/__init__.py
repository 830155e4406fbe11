"""The documents for those who must sign, filled in from the warehouse at hand."""

from lookup_audit.reporting.documents.documents import DOCUMENTS, unfilled_places, write_documents

__all__ = ["DOCUMENTS", "unfilled_places", "write_documents"]
