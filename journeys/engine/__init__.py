"""Takes people along their journeys, set by set.

    intake.take_in(events)   what happened: who enters, whose wait is over
    timing.expire(timers)    whose time is up
    advance.advance(people)  from node to node until all of them wait, are through, or failed; then one write
    store                    the only module that writes enrolments, steps, timers and waits

Everything runs in the transaction of whoever called: the consumer's batch, or one batch of timers.
"""
