"""The WeChat side: signatures and AES, messages in, replies out, the API client and its access token."""
