"""What a person shows beside their password: codes that an app computes of a shared secret.

schemas, service, controller  enrolled, confirmed, shown again, removed
"""
