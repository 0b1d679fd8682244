"""`bin/manage messages`: keep the translations complete. Needs neither a database nor GNU gettext.

--update   collect all texts, merge the parts that pieces of work brought along, write the catalogues
--compile  write the .mo files (part of the set-up; not committed)
--check    exit 1 and name what is missing, fuzzy, obsolete or has other placeholders than the original
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.translations import catalogue, extract

HELP = (
    "`bin/manage messages --update` collects the texts and drops old ones; "
    "then write what is missing or wrong into locale/…/LC_MESSAGES/django.po."
)


class Command(BaseCommand):
    help = "Collect, check and compile translations."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--update", action="store_true", help="collect the texts and merge parts")
        what.add_argument("--compile", action="store_true", help="write the .mo files")
        what.add_argument("--check", action="store_true", help="exit 1 unless every catalogue is complete")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["compile"]:
            for path in catalogue.compile_all():
                self.stdout.write(f"{path.parent.parent.name}: compiled")
        elif options["update"]:
            self.update()
        else:
            self.check_all()

    def update(self) -> None:
        texts = list(extract.all_texts())
        for language in catalogue.languages():
            built = catalogue.build(language, texts)
            catalogue.write(language, built)
            for part in catalogue.parts_of(language):
                part.unlink()
            open_ones = sum(1 for message in built if message.id and not catalogue.is_whole(message))
            self.stdout.write(f"{language}: {len(built)} texts, {open_ones} to translate")

    def check_all(self) -> None:
        texts = list(extract.all_texts())
        found = [line for language in catalogue.languages() for line in catalogue.problems(language, texts)]
        if found:
            raise CommandError("\n".join([*found, f"{len(found)} problems. {HELP}"]))
        self.stdout.write(f"{len({text.key for text in texts})} texts complete in every language.")
