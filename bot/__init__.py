"""The doors of the service: chat, pages, staff console, API, callbacks, and the gateways to other systems."""
