"""What spans two systems; each flow names in the import contract which ones it may touch."""
