"""The hot path, from the wire to the watchers. It knows no HTTP and no areas.

service   what a process runs
mqtt      the broker: a codec without a socket, our own server around it
delivery_router  what a device publishes, to who takes it; and back
pipeline  the line of a reading: start there
alerting  what rules make of readings: episodes, right when data is late
expressions  calculations that people write, over columns of numbers
inbox     group commit, in fair turns
formats   bodies of HTTP: a reader for each
live      what was committed, to the live log
devices   presence and health
inspector  what a device does, for whoever looks
write_behind  gathered and written together, tried until it is
clock     the database's time, without asking it each time
metrics   what is counted
"""
