"""What the broker learns of devices, written together and not each time.

presence         who is connected, last seen, with which firmware; the log and the journal of it
allowance        how much of that is written down of one device in an hour
receipts         what became of their readings, to devices that ask
config           what devices report of their configuration
health           what devices say of themselves
command_queue    what devices are to be told to do
command_answers  what they answer
media_requests   which footage they want to send, and have sent
"""
