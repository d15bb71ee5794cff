"""Group robots that only speak: 企业微信, 钉钉, 飞书."""
