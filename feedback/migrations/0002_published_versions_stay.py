"""A published version never changes, whoever tries: the product, the admin or a hand in the database."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION feedback_version_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.published_at IS NULL THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    -- Only the name behind published_by may go, with the account of that colleague.
    IF TG_OP = 'UPDATE' AND (NEW.id, NEW.survey_id, NEW.number, NEW.texts, NEW.published_at, NEW.created_at)
            IS NOT DISTINCT FROM (OLD.id, OLD.survey_id, OLD.number, OLD.texts, OLD.published_at, OLD.created_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A published version of a survey cannot be changed; make a new version.'
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER feedback_version_stays BEFORE UPDATE OR DELETE ON feedback_version
    FOR EACH ROW EXECUTE FUNCTION feedback_version_stays();

CREATE FUNCTION feedback_question_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched bigint[] := CASE TG_OP
        WHEN 'INSERT' THEN ARRAY[NEW.version_id]
        WHEN 'DELETE' THEN ARRAY[OLD.version_id]
        ELSE ARRAY[OLD.version_id, NEW.version_id] END;
BEGIN
    IF EXISTS (SELECT FROM feedback_version WHERE id = ANY(touched) AND published_at IS NOT NULL) THEN
        RAISE EXCEPTION 'A question of a published version cannot be changed; make a new version.'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER feedback_question_stays BEFORE INSERT OR UPDATE OR DELETE ON feedback_question
    FOR EACH ROW EXECUTE FUNCTION feedback_question_stays();
"""

BACKWARD = """
DROP TRIGGER feedback_question_stays ON feedback_question;
DROP FUNCTION feedback_question_stays();
DROP TRIGGER feedback_version_stays ON feedback_version;
DROP FUNCTION feedback_version_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("feedback", "0001_first_storey")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
