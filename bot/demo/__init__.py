"""The demo town: keys of its own, two processes, and a story told over real wires."""
