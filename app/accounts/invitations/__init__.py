"""Asking somebody to become a member, and answering that.

letters     what they are written
"""
