"""The other side of every wire: WeChat, WeChat Pay, an SMS carrier, the SIM register, the wallet, and a phone.

Written from the specifications alone (the providers' documentation and `docs/wires.md`); it shares no code with the
service and neither imports the other. `python -m sandbox CONFIG.json` runs it on loopback, for the demo and for tests.
"""
