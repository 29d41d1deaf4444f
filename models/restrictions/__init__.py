"""Restrictions on a basis: the wallet lock, with its warning before and its lifting after."""
