"""Appraisal: scorecards of agencies, third-party assessment, and the self-check of the city monitoring."""
