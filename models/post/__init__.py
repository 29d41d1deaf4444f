"""What must reach somebody, once: the inbox of what came in, the outbox of what goes out, the desk of what a person must do."""
