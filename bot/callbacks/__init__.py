"""What carriers and WeChat Pay call us with; each verifies through a method of its port."""
