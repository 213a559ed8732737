"""What every area stands on, and which knows none of them.

actor                   who asks, and what they may do
errors, problems        what can go wrong, and how its codes are shown; the codes: app/problem_codes/
wire, paging, resource  how values travel; pages of lists; administration objects
targets, target_reference  which devices and sensors somebody means, and as it travels
bulk                    many operations in one request
idempotency             a request that may be sent again without starting anything twice
documentation           words and real values for what travels
keys, credential_cache  derived keys and hashes; credentials that were verified a moment ago
signing_keys            what access tokens are signed with, and verified
foreign_tokens          access tokens of an issuer that the operator has named
key_text, share_tokens  how an API key is written; what a share link of a dashboard carries
limits, refusals        who may ask how often; who was refused, counted and told in few lines
live_events             what travels on live streams
running_responses       what lasts: it ends with whom it runs for, and leaves room for others
stream_event            what a stream tells, by name
addresses               who a client is by its address; lists of those that are allowed
fresh                   a value that is good for a moment for all who ask
jobs, events            work for later, and what happened: recorded with what causes it
objects/                files in a folder or an S3 store
pki, weak_keys          certificates, lists of those revoked; RSA keys that none is given for
authority, authorities  what signs them; those that are trusted now
revocation_list         the lists that are served
outside                 addresses that others chose: which may be connected to
webhooks                telling such an address what happened, signed
mail                    mail by the installation's own server
letters, letter_delivery  to people about their accounts: sealed until they are sent
timezones               names of the IANA list
targets                 which devices, which sensors: checked, and as a target of its own
job_functions           what job definitions compute, and the numbers that each takes
platform, pipeline      what the API's process holds; what the write path is told of the settings
process, logs, lifeline what a process does first; how it logs; it ends with its supervisor
http/                   all that knows Litestar

Nothing here but `http/` knows the web framework.
"""
