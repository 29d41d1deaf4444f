"""The WeChat wire, against wechatpy as an independent reader and writer of it."""
