"""What the service does by itself: the notices that go out, and the jobs that run each day, in their order."""

from models.flows import challenge, enforcement, plan, voiding
from models.identity import binding
from models.licences import notices as licences
from models.post import late_reply
from models.post.notices import Kinds
from models.restrictions import acts as restrictions
from models.restrictions import matter_notices
from models.schools import answer_notices, broadcast, membership
from models.violations import nomination_notices, officer_acts, refunds, silent_owners
from models.violations import notices as violations
from scheduler.jobs import (
    announce_overdue_fines,
    apply_lighter_rules,
    close_point_cycles,
    decide_announced_records,
    end_matters,
    impose_ripe_measures,
    lapse_nominations,
    remind_of_due_fines,
    remind_of_undecided_cases,
    watch_challenges,
    watch_plans,
    watch_pleas,
)

KINDS = Kinds(
    (
        *late_reply.KINDS,
        *binding.KINDS,
        *violations.KINDS,
        *nomination_notices.KINDS,
        *enforcement.KINDS,
        *restrictions.KINDS,
        *matter_notices.KINDS,
        *refunds.KINDS,
        *challenge.KINDS,
        *plan.KINDS,
        *officer_acts.KINDS,
        *silent_owners.KINDS,
        *voiding.KINDS,
        *licences.KINDS,
        *membership.KINDS,
        *broadcast.KINDS,
        *answer_notices.KINDS,
    )
)
DAILY = (
    apply_lighter_rules.JOB,
    close_point_cycles.JOB,
    lapse_nominations.JOB,
    watch_plans.JOB,
    announce_overdue_fines.JOB,
    decide_announced_records.JOB,
    remind_of_undecided_cases.JOB,
    remind_of_due_fines.JOB,
    impose_ripe_measures.JOB,
    watch_challenges.JOB,
    end_matters.JOB,
    watch_pleas.JOB,
)
