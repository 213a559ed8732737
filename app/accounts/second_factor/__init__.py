"""What a person shows beside their password: codes that an app computes of a shared secret.

operator                      one that is lost
schemas, service, controller  enrolled, confirmed, shown again, removed
"""
