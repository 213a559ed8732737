"""What Grafana's InfluxDB data source asks, and every client of InfluxDB 1: InfluxQL, read-only.

A sensor is a series. Its measurement is its key, without the tags that line protocol puts behind
it; its tags are its device (`device`, `deviceId`), `component`, `site`, and those of line protocol;
its only field is `value`.

grammar, statements  from text to what it asks
conditions           WHERE: a range of time, and what series must be
aggregates           one column of many sensors' buckets
columns              what a SELECT makes of columns: transformations, arithmetic
select, show         the statements
schemas              InfluxDB's JSON
service, controller  a request of several statements; /query and /ping
"""
