"""Traffic violations and fines: catalogue, cases, decisions, payments."""
