"""`holdfast`: the API for people and scripts.

main        the command itself: groups that are imported when they are used
operations  a command of each method of the client
login       signing in by the console
profiles    which platform, and as whom
output      answers as tables, lines, JSON or CSV
failures    errors in words, and exit codes
call        `holdfast api`: any request
reference   the API's description, offline
"""
