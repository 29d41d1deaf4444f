"""A life in the town, and its chats, as the tests of flows and handlers have them."""

from tests.flows.conftest import life as life
from tests.handlers.conftest import li as li
from tests.handlers.conftest import wang as wang
from tests.handlers.conftest import world as world
