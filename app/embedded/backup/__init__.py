"""A whole installation in one file, and back: database, objects, secrets.

    what is kept ─▶ tar ─▶ zstd ─▶ age ─▶ pieces of a second tar, after a head for anybody

| file          | what                                                                         |
|---------------|------------------------------------------------------------------------------|
| `format.py`   | names within a backup, its head and its list of contents  ← start here       |
| `pieces.py`   | a stream of unknown length as members of a tar, and back                     |
| `seal.py`     | encryption for a recovery key or under a passphrase                          |
| `envelope.py` | the outer tar: head, sealed stream, checksum                                 |
| `database.py` | the dump of one snapshot, and a database made of it                          |
| `creation.py` | `holdfast backup create`: of a platform that runs, or rests                  |
| `opening.py`  | `holdfast backup verify`; what `restore` and it read alike                   |
| `restore.py`  | `holdfast restore`: into an empty state directory, and what is void after it |
| `recovery.py` | the recovery key: shown once, and typed back before it counts                |
| `schedule.py` | backups by a clock, and which of them are kept                               |

No program of ours is needed to open one: `tar -xOf FILE --wildcards 'data/*' | age -d -i KEY |
zstd -d | tar -t`.
"""
