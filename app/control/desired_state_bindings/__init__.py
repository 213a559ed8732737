"""What is to have which configuration: bound by people, explained for a device, compared with what
devices report.

service    bindings: put, listed, deleted
effective  what is desired of one device, and why
drift      what devices report otherwise than is desired
"""
