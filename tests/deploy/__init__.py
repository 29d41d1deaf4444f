"""What `deploy/` promises: files that name what exists, backups that come back, upgrades that the version before lives through."""
