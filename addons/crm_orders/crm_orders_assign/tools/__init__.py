from . import assign, conditions, schedule, sla
