"""What the broker learns of devices, written together and not each time.

presence         who is connected, last seen, with which firmware
receipts         what became of their readings, to devices that ask
health           what devices say of themselves
command_queue    what devices are to be told to do
command_answers  what they answer
"""
