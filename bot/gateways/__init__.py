"""One file per provider: the Protocols of `models/base/ports.py` over real wires.

Only `bot/wiring.py` names them.
"""
