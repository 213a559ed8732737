"""What people look at: dashboards, and the answers of all their widgets in one request.

ids          as they travel
dashboards   kept, changed, made of packs' templates
widget_data  what all widgets of one show, by a constant number of statements
"""
