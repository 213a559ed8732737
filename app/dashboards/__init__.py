"""What people look at: dashboards with the data of all widgets, the first page, finding.

ids          as they travel
dashboards   kept, changed, made of packs' templates
widget_data  what all widgets of one show, by a constant number of statements
shares       links that show a dashboard to whoever holds them
overview     how an organization is doing, in one request
search       things by their names, as one types
"""
