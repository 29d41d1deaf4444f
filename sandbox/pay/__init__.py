"""WeChat Pay v3: orders of the merchant, payments of the citizens, notifications."""
