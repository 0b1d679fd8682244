"""Every test starts with a scripted channel that has said nothing yet."""

import pytest

from omnichannel.tests.factories import ScriptedChannel


@pytest.fixture(autouse=True)
def scripted() -> type[ScriptedChannel]:
    ScriptedChannel.reset()
    return ScriptedChannel
