"""How a device becomes one of ours: a one-time token, a signing request, a certificate.

service  tokens, and what is given for them
batches  a production line's many tokens at once
"""
