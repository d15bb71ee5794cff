"""The four doors to the world. Everything that decides stands below them; one file, `bot/app.py`, fills them."""

from core.ports.transaction import Conflict as Conflict
from core.ports.transaction import Pulse as Pulse
from core.ports.transaction import Transaction as Transaction
from core.ports.transaction import Turn as Turn
from core.ports.warehouse import Arrival as Arrival
from core.ports.warehouse import Aside as Aside
from core.ports.warehouse import Attests as Attests
from core.ports.warehouse import Inbox as Inbox
from core.ports.warehouse import Intake as Intake
from core.ports.warehouse import Keeps as Keeps
from core.ports.warehouse import Receipt as Receipt
from core.ports.warehouse import Reject as Reject
from core.ports.warehouse import Stamps as Stamps
from core.ports.warehouse import Warehouse as Warehouse
from core.ports.world import Clock as Clock
from core.ports.world import Dispatch as Dispatch
from core.ports.world import Messenger as Messenger
from core.ports.world import Pages as Pages
from core.ports.world import Store as Store
from core.ports.world import World as World
