"""Something new for the devices of a target, in phases.

phases     where a device stands, where phases end, what follows from how the devices fare: pure
census     how they fare
service    roll-outs of bindings: begun, paused, resumed, canceled, rolled back; the clock's step
overview   all of the organization, and the devices of one, for who looks at them
"""
