"""`holdfast recorder`: cameras recorded for as long as they are to be, one process each below this
one. Its own program beside the workers: a recording never ends, and a job does.

| file          | what                                                                       |
|---------------|----------------------------------------------------------------------------|
| `__main__.py` | the process, until SIGTERM                                                 |
| `room.py`     | which cameras are this recorder's: leases, renewed and claimed ← start here |
| `camera.py`   | one camera: its child, started again and again; segments out of its parts  |
| `storing.py`  | segments, to the store and then to the database                            |
| `live.py`     | the newest seconds, to Valkey while somebody watches                       |
| `watch.py`    | which cameras somebody watches                                             |
| `relay.py`    | the only connection to the camera: to an address that was checked          |
| `feed.py`     | the same for a camera that speaks HLS: what is fetched, and handed in      |
| `hls.py`      | its playlists                                                              |
| `pace.py`     | how fast a camera is read                                                  |
| `messages.py` | what a child tells its parent                                              |
| `child.py`    | the child: a stream in, parts and segments out                             |
| `muxing.py`   | packets into fragmented MP4, cut at key frames                             |
| `sighting.py` | when pictures were taken: the camera's word, or that of their arrival      |

libav can crash, and does so in the child, which holds no credentials of the platform and no way
out but the relay. Of a segment the parent has every part that was complete.

    camera ──RTSP──▶ relay ──▶ child (libav) ──parts──▶ parent ──▶ object store, then the row
                                                          └──▶ Valkey, while somebody watches

Objects are named by the lease's fence and a number. The row follows its object, under the fence:
of two recorders of one camera one writes. Whoever takes over deletes the few numbers after the last
row's, so no object is ever without a row for long, and no row without an object.
"""
