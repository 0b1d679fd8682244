"""Recounts of journeys: where people stand against what they wait for."""

from collections.abc import Iterator

from kernel.consistency import recount, rows


@recount("enrolments and what they wait for")
def waiting() -> Iterator[str]:
    yield from rows(
        "SELECT e.id, e.node FROM journeys_enrolment e WHERE e.state = 'active'"
        " AND NOT EXISTS (SELECT 1 FROM journeys_timer t WHERE t.enrolment_id = e.id)"
        " AND NOT EXISTS (SELECT 1 FROM journeys_wait w WHERE w.enrolment_id = e.id) ORDER BY 1",
        "enrolment {id}: stands at {node} and waits for nothing",
    )
    for table, noun in (("journeys_timer", "timer"), ("journeys_wait", "wait")):
        yield from rows(
            f"SELECT w.id, e.state FROM {table} w JOIN journeys_enrolment e ON e.id = w.enrolment_id"  # noqa: S608
            " WHERE e.state <> 'active' OR w.node <> e.node OR w.visit <> e.visit ORDER BY 1",
            noun + " {id}: is not where its enrolment ({state}) stands",
        )


@recount("places of enrolments")
def places() -> Iterator[str]:
    """Everybody stands at a node of the version that they entered."""
    yield from rows(
        "SELECT e.id, e.node FROM journeys_enrolment e JOIN journeys_version v ON v.id = e.version_id"
        " WHERE NOT jsonb_path_exists(v.graph, '$.nodes[*] ? (@.id == $node)', jsonb_build_object('node', e.node))"
        " ORDER BY 1",
        "enrolment {id}: stands at {node}, which its version does not have",
    )
