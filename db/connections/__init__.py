"""How the database is reached, and who may hold what for how long.

pools, types          asyncpg's pools for each role
sessions              SQLAlchemy's, and the one place that opens a tenant's transaction
authors               who asked for what is written
tenants               whose data it is: an organization's, or a customer's of it
snapshots, readers    a tenant's data at one moment; reading rows without entities
statements            SQLAlchemy writes, asyncpg runs
transactions, faults  how one ends on a pool's connection; whose fault an error is
bulkhead, shares      no organization takes all connections, nor anybody all of anything
background            no task without an owner: loops that run while a block runs
lasting               a connection that is kept as long as a loop runs
notifications, locks  NOTIFY; parts of which only one process plays each
"""
