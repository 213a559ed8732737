"""What a gateway has sent: read behind walls, and written anew in our own form, or refused.

job     the job: fetches, has it inspected, stores it like a recorder's segment
grants  the same asked for over MQTT: where to send it, what was sent
child   the sandbox (workers/sandbox)
"""
