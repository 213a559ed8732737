"""Group commit: what arrives while one transaction runs becomes the next one, in fair turns.

    put ──▶ a line for each source ──take──▶ prepared ──▶ transaction ──▶ receipts, each to its own
             device, or organization       beside the     one after
             over HTTP                     one that runs  the other

group_commit.py  the loop: one batch is prepared while another is in its transaction
fair_queue.py    whose turn it is, and how much of a commit

What always holds
- There is no timer. An idle platform stores the first message at once; a busy one makes larger
  transactions, and each reading costs less. Who waits, waits for work that is being done.
- Transactions follow each other, and a source's messages keep their order: what a device sent later
  is never stored before what it sent earlier.
- Nobody is answered before the commit, and everybody is: an error of one who is told is its own.
- What isn't the data's fault is tried until it passes. What is, is halved until the message at fault
  stands alone, and that one is set aside: no tenant's bad row fails another's good one.
- A message may be taken in pieces, between elements; its receipt is complete when all of them are
  stored.

Fairness, in two classes
- Light: who has no more than LIGHT_READINGS waiting. All of them are served with every commit,
  before anybody else: a device that reports now waits for one transaction, whatever others do.
- Uploading: who has more. While anybody has reported lightly within the last second, uploads get
  UPLOAD_READINGS of a commit in all, in turns of UPLOAD_TURN_READINGS, and only every other commit
  where light ones came meanwhile; the rest of the time they get whole commits.
- Who has become an upload is remembered as one for a second: else its last few readings would count
  as light, and the next upload would be kept waiting for them.
- A source whose readings need a partition first is held, alone; everybody else goes on.

What was left, and why
- A timer that gathers for some milliseconds: everybody waits for it on an idle platform, and under
  load the running transaction is the better one.
- Served in the order of arrival: a device that uploads a month holds up everybody for seconds.
- Turns by messages: one with 20,000 readings and one with a single one are not the same. By
  readings, where a structured payload counts its values.
- Several transactions of one process at once: a source's readings would lose their order. Who needs
  more runs several processes; four stored 1.3 times as much as one on two cores.
- Preparing the next batch always: what is prepared early stands before whoever comes then, so that
  is only done while nobody reports lightly.
"""
