"""`shimin doctor`: is this installation well? One file for each check; what to do with each line is in docs/operators.md."""
