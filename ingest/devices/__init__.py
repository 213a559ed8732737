"""What the broker learns of devices, written together and not each time.

presence  who is connected, last seen, with which firmware
health    what devices say of themselves
receipts  what became of a message, for who asks in it
"""
