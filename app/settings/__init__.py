"""Every setting of the service, in groups of frozen structs; the only reader of the environment.

| file             | group              | what                                                    |
|------------------|--------------------|---------------------------------------------------------|
| `server.py`      | settings.server    | where it listens, and how the world finds it            |
| `connections.py` | settings.connections | what a client holds before it has said who it is    |
| `database.py`    | settings.database  | PostgreSQL: addresses by role, pools                    |
| `storage.py`     | settings.storage   | Valkey and the object store                             |
| `security.py`    | settings.security  | secrets, lifetimes of tokens and certificates           |
| `logs.py`        | settings.logs      | format and level                                        |
| `limits.py`      | settings.limits    | sizes, counts, requests a second                        |
| `quotas.py`        | settings.quotas    | how much an organization may have                       |
| `retention.py`   | settings.retention | accepted ages, and how long things are kept             |
| `live.py`        | settings.live      | live streams                                            |
| `responses.py`   | settings.responses | streamed responses                                      |
| `webhooks.py`    | settings.webhooks  | who may be called                                       |
| `mail.py`        | settings.mail      | the mail server                                         |
| `backups.py`     | settings.backups   | when an embedded installation is backed up, and where   |
| `cameras.py`     | settings.cameras   | which cameras are connected to, and how much one keeps  |
| `footage.py`     | settings.footage   | clips, captures, who watches                            |
| `foreign_tokens.py` | settings.foreign_tokens | whose access tokens are taken beside ours        |
| `group.py`       |                    | what a group is written with                            |
| `environment.py` |                    | names of the environment ↔ fields of groups             |
| `settings.py`    |                    | all groups together                                     |

A field says by which name the environment gives it: `streams: Annotated[Positive,
named("LIVE_STREAMS")]` in live.py is settings.live.streams, and HOLDFAST_LIVE_STREAMS. Whoever has
the one finds the other by searching for it. `placed` instead of `named` marks what says where
things are, which the embedded default decides itself.

All that is missing or wrong is said at start-up, by name and with what it must be, never with the
value; what looks like a setting and is none is warned of.
"""

from app.settings.database import DatabaseSettings
from app.settings.group import PREFIX, SettingsError
from app.settings.mail import MailSettings
from app.settings.security import SecuritySettings
from app.settings.server import ServerSettings
from app.settings.settings import Settings
from app.settings.storage import StorageSettings

__all__ = [
    "PREFIX",
    "DatabaseSettings",
    "MailSettings",
    "SecuritySettings",
    "ServerSettings",
    "Settings",
    "SettingsError",
    "StorageSettings",
]
