"""Driving licences and their points: a ledger with 12-month cycles."""
