"""信衡 Xinheng: a public credit information platform for organisations."""

__version__ = "0.1.0"
