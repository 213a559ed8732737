"""The certificates that devices prove themselves with, and the authority that signs them.

service    listed, ended
renewal    another one by proof of the current key
challenges nonces to prove it with
issuing    for a key, in the transaction of what it is given for
authority  the certificate authority: made at the first start, its key encrypted
roll       one authority takes another's place
broker_tls what the broker shows
samples    what the document shows
"""
