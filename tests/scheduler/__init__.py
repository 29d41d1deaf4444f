"""What happens by itself: delivery, the daily slots, silent orders, the demo's clock."""
