"""The web console: a program for browsers, made of app/console/web and served from here.

build       `python -m app.console.build`: made anew where its sources have changed
bundle      what was made, read once
controller  / and /console/…: files, headers, policy
hatch_build the same builder for wheels
web/        its sources: Svelte and TypeScript
"""
