"""信衡 Xinheng: a public credit information platform for organisations."""
