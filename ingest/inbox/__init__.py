"""Group commit: what arrives while one transaction runs becomes the next one, in fair turns.

    put ──▶ a line for each source ──take──▶ prepared ──▶ transaction ──▶ receipts, each to its own
             device, or organization       beside the     one after
             over HTTP                     one that runs  the other

group_commit.py  the loop: one batch is prepared while another is in its transaction
fair_queue.py    whose turn it is, and how much of a commit
unread.py        what a device has published, before anybody has looked into it
suspects.py      what can't be stored while others are: tried by itself, set aside

What always holds
- There is no timer. An idle platform stores the first message at once; a busy one makes larger
  transactions, and each reading costs less. Who waits, waits for work that is being done.
- Transactions follow each other, and a source's messages keep their order: what a device sent later
  is never stored before what it sent earlier.
- Nobody is answered before the commit, and everybody is: an error of one who is told is its own.
- While nothing can be stored, everything waits, however long. While others are stored, nothing is
  tried for ever: what is at fault is found and set aside, and everybody else goes on.
- A message may be taken in pieces, between elements; its receipt is complete when all of them are
  stored.

Who is at fault: a message, or a database that is away
- An error alone doesn't tell. A message that PostgreSQL can't take may look like a connection that
  broke, and a database that is away like anything. What tells is what becomes of others meanwhile.
- A batch that has failed twice isn't tried whole any more. Refused for its data, it is halved at
  once. Else one source after the other is tried alone: while none is stored, the database is away,
  and all of this goes on. As soon as one is, the rest is what can't be stored: it is halved, by
  sources. A source that is alone is tried together with whoever else waits.
- Where nobody else is there to be stored, and a connection has ended in the middle, a transaction
  that commits nothing but itself is asked instead. What the database calls the moment's (a lock, a
  full disk, a shutdown) it doesn't settle: there is room for that one where there is none for
  readings.
- Halving is harmless, and so needs no certainty. Setting aside does, and is left to a place of its
  own: the source is held, so that its messages keep their order, and what can't be stored is tried
  by itself, beside everybody else's transactions, with growing pauses. A failure counts only if
  others were stored since the one before it, or the transaction above was committed just after it:
  a database that goes away and comes back costs nobody a reading unless it does so at each of these
  attempts and at no other one.
- What has failed often enough (twice for its data, four times for a broken connection, twenty times
  for what the database calls the moment's) is cut between its bodies and its elements, and what
  fails alone is refused: quarantined as it was sent where its data was refused; else a note with
  its hash and its length, since it may be the very bytes that can't be sent; and if that can't be
  kept either, as when its organization has been deleted, it is answered as refused, and logged.

Fairness, in two classes
- Light: who has no more than LIGHT_READINGS waiting. All of them are served with every commit,
  before anybody else: a device that reports now waits for one transaction, whatever others do.
- Uploading: who has more. While anybody has reported lightly within the last second, uploads get
  UPLOAD_READINGS of a commit in all, in turns of UPLOAD_TURN_READINGS, and only every other commit
  where light ones came meanwhile; the rest of the time they get whole commits.
- Who has become an upload is remembered as one for a second: else its last few readings would count
  as light, and the next upload would be kept waiting for them.
- A source whose readings need a partition first is held, alone; everybody else goes on.
- Weighed is what it costs everybody, in readings: 200 bytes of a body are one at least, so that a
  commit has a budget of bytes, too; and a source of which much was refused or sent twice pays for
  its next readings what its last ones have cost.
- Devices of which much is refused have a turn ten times a second, all together, while others
  report lightly: so most of these meet none. Not so over HTTP, where somebody waits for the answer.
- What can't be cut and is larger than its source's turn is owed: the source is passed over until
  its turns have made up for it, unless nobody else is there.
- Who has little waiting is decoded as it comes, while a transaction runs; an upload in its turn.

What was left, and why
- A timer that gathers for some milliseconds: everybody waits for it on an idle platform, and under
  load the running transaction is the better one.
- Served in the order of arrival: a device that uploads a month holds up everybody for seconds.
- Turns by messages: one with 20,000 readings and one with a single one are not the same. By
  readings, where a structured payload counts its values.
- Several transactions of one process at once: a source's readings would lose their order. Who needs
  more runs several processes; four stored 1.3 times as much as one on two cores.
- Errors told apart by their kind alone: one body of a few kilobytes, of which the quarantine made a
  statement beyond PostgreSQL's gigabyte, looked like a database that is away, and was tried for
  ever; nobody's readings were stored any more.
- What was refused owed, instead of a price: turns in which much is refused, and many in which
  nothing is, instead of equal ones.
- Preparing the next batch always: what is prepared early stands before whoever comes then, so that
  is only done while nobody reports lightly.
"""
