"""A camera's twin: pictures made by a program, served as a camera does. For the demonstration, and
for tests, which read in every picture when it was taken.

| file          | what                                                        |
|---------------|-------------------------------------------------------------|
| `__main__.py` | the process: it says its port, and is told what to show     |
| `pictures.py` | pictures with a number, a clock and a line of text in them  |
| `encoder.py`  | the same as H.264, and numbers read back                    |
| `rtsp.py`     | RTSP over TCP, as cameras speak it; it can misbehave, too   |
"""
