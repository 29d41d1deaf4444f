"""WeChat: the chat, what it pushes to the account's service, and what the service may call."""
