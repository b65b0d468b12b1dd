"""The routes of scorecards, assessments and the self-check of the city monitoring."""

from xinheng.faces.web.desk import (
    appraisal,
    appraisal_card,
    appraisal_report,
    assessments,
    assessments_acting,
    monitoring_check,
    openness,
)
from xinheng.faces.web.portal import assessments as public

ROUTERS = (
    appraisal_report.router,  # before the cards, whose addresses it is like
    appraisal_card.router,
    appraisal.router,
    assessments_acting.router,
    assessments.router,
    monitoring_check.router,
    openness.router,
    public.router,
)
FILES = (appraisal.ACT, assessments_acting.ACT, monitoring_check.ACT)  # of forms that carry a file
