"""A command for one device, in the transaction of what asks for it: checked, written down with its
message to the device, recorded in the journal.

Who has no tenant's session (a worker's loop, as iot_ingest) uses ingest/devices/command_queue.py,
which checks nothing.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.control.commands.methods import Declared, check_params
from app.core.errors import Conflict, NotFound
from db.connections.sessions import SessionReader
from db.models import Device, DeviceProfile
from db.queries.commands import CommandRow
from ingest.devices.command_queue import DEVICE_GONE, CommandOrder, queue_commands


async def queue_command(tx: AsyncSession, order: CommandOrder) -> CommandRow:
    """The device gets it after the commit, after all that were queued for it before.

    Raises NotFound for a device that isn't there, Unprocessable for a method that it doesn't know
    or parameters that the method doesn't take, Conflict where too many commands wait for it.
    """
    await check_params(order.method, order.params, await _declared(tx, order))
    [row] = await queue_commands(await SessionReader(tx).connected(), [order])
    if row.error == DEVICE_GONE:
        raise NotFound(f"no device {order.device_id}")
    if row.error is not None:
        raise Conflict(row.error, code="TOO_MANY_COMMANDS")
    return row


async def _declared(tx: AsyncSession, order: CommandOrder) -> Declared:
    """What the device's profile says that it can be told."""
    found = await tx.execute(
        select(Device.id, DeviceProfile.commands)
        .outerjoin(DeviceProfile, DeviceProfile.id == Device.device_profile_id)
        .where(Device.id == order.device_id, Device.deleted_at.is_(None))
    )
    row = found.one_or_none()
    if row is None:
        raise NotFound(f"no device {order.device_id}")
    return row.commands or []
