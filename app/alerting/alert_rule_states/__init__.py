"""Where a rule stands for what it watches, now and before.

standing  a machine's state in the words of the wire
"""
