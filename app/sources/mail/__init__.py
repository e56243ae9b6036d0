"""Mails: whether one is a lead, whose it is, and what it says."""
