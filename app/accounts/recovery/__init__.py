"""What a person does about their own password and address.

allowance   how many of them somebody may ask for
"""
