"""`holdfast demo`: a small fleet that does what real devices do, and the screen that shows it.

| file           | what                                                                           |
|----------------|--------------------------------------------------------------------------------|
| `run.py`       | the fleet, the screen, and what can be asked ← start here                      |
| `fleet.py`     | all devices: weather stations that replay a year, and simulated cold rooms     |
| `readings.py`  | what they measure, and what goes wrong with it                                 |
| `device.py`    | one device: connected by mutual TLS, however often it loses its connection     |
| `registrar.py` | how it comes to its certificate                                                |
| `home.py`      | what it keeps over its restarts                                                |
| `outbox.py`    | what it has yet to hand over                                                   |
| `watch.py`     | alert rules that fire and clear, and a dashboard                               |
| `mail.py`      | what is mailed of alerts, as lines of the terminal                             |
| `camera.py`    | a camera that shows a cold room's temperature                                  |
| `figures.py`   | the platform's own counters                                                    |
| `screen.py`    | what is shown of both                                                          |
| `together.py`  | parts of which none goes on without the others                                 |
"""
