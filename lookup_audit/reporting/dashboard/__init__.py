"""The prevention dashboard: counts → the disclosure gate → statistics and figures → pages."""
