"""An SMS carrier in the shape of Aliyun's."""
