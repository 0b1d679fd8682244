"""What a start may believe before it says Ready."""

from pathlib import Path

import psycopg

from config.services import Services
from config.supervisor import ready


def test_report_of_a_worker_that_was_killed_does_not_count(made_dir: Path) -> None:
    with Services(made_dir, fast=True) as services, psycopg.connect(services.database_url, autocommit=True) as database:
        database.execute("INSERT INTO crm_heartbeat (service, detail) VALUES ('worker', '{}')")

        ready.forget_earlier_reports(services.servers)

        assert database.execute("SELECT service FROM crm_heartbeat").fetchall() == []
