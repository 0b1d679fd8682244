"""`bin/manage` where it cannot work: one sentence on standard error, nothing on standard output, code 1."""

import errno
import json
from pathlib import Path

import pytest

from config.services import ServiceError, room
from tests.supervisor import free_port
from tests.supervisor.product import manage


def test_command_before_the_first_start_says_what_comes_first(data_dir: Path) -> None:
    """With the folder that was looked into, and in words that work on it."""
    sentence = (
        f"The database in {data_dir} has not been made ready for this version: "
        f"run HILO_DATA={data_dir} bin/up, or HILO_DATA={data_dir} bin/manage prepare.\n"
    )
    answer = manage(data_dir, "consistency")

    assert (answer.returncode, answer.stdout, answer.stderr) == (1, "", sentence)

    answer = manage(data_dir, "createsuperuser", "--noinput", "--email=admin@house.example")

    assert (answer.returncode, answer.stdout, answer.stderr) == (1, "", f"CommandError: {sentence}")


@pytest.mark.parametrize("command", [["reference", "--check"], ["version"]])
def test_command_on_code_alone_starts_nothing_and_makes_no_data_directory(data_dir: Path, command: list[str]) -> None:
    place = data_dir / "house"

    answer = manage(place, *command)

    assert (answer.returncode, answer.stderr) == (0, "")
    assert not place.exists()


def test_mails_are_parsed_without_servers(data_dir: Path) -> None:
    mail = data_dir / "mail.eml"
    mail.write_bytes(b"From: ana@casa.example\r\nSubject: Pedido 4711\r\n\r\nHola, gracias.\r\n")

    answer = manage(data_dir / "house", "parse_mail", str(mail))

    told = json.loads(answer.stdout)
    assert (told["ok"], told["subject"], told["text"]) == (True, "Pedido 4711", "Hola, gracias.")
    assert not (data_dir / "house").exists()


def test_unreachable_database_is_the_sentence_of_a_start(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://hilo:secret@127.0.0.1:{free_port()}/hilo")

    answer = manage(data_dir, "create_api_key", "--name=shop", "--scopes=all")

    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr.startswith("The database at 127.0.0.1:")
    assert answer.stderr.endswith("check DATABASE_URL and that server.\n")
    assert "secret" not in answer.stderr


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        ServiceError('postgres did not start: FATAL:  could not write "postmaster.pid": No space left on device'),
    ],
)
def test_server_that_does_not_start_for_want_of_room_is_not_told_in_its_own_words(error: Exception) -> None:
    assert room.told(error, Path("/srv/hilo")) == (
        "The disk that holds /srv/hilo is full: free some space, or choose another folder with --data."
    )


def test_other_trouble_is_told_as_it_is_or_not_at_all() -> None:
    assert room.told(ServiceError("It is so."), Path("/srv/hilo")) == "It is so."
    assert room.told(OSError(errno.EIO, "Input/output error"), Path("/srv/hilo")) is None
    assert room.told(ValueError("a fault"), Path("/srv/hilo")) is None
