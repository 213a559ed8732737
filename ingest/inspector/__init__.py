"""What a device does, for whoever looks: what it sends and gets, with what became of it.

entry     one line of it
log       in Valkey: who is looked at, and what was told of each
recorder  tells the log; costs nothing for a device that nobody looks at
outcomes  what a commit means to the devices in it
traffic   what goes over their connections

What always holds
- Problems (refused, quarantined, failed handshakes) are told of every device: they are rare, and
  whoever looks comes after them. All else is told of devices that somebody has looked at within the
  hour. Connections stand in the database's own log, and are told here to who looks at that moment.
- Nothing waits for it. What can't be told at once is bounded, then counted.
- In Valkey each device's part is a ring, gone an hour after its last line; how many rings there
  are, of each organization and in all, is bounded too, and the oldest makes room.
"""
