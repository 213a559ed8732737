"""What is computed of series: numbers in, figures out. Pure, and exact far from zero: means are
taken away before anything is squared.

comparison  a series beside one that is trusted
"""
