"""What WeChat Pay and carriers call us with, through the real gateways, over HTTP."""
