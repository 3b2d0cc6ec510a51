"""What tests share: servers, the browser, the rule on skipped tests."""
