"""Real servers and guards that tests stand on; nothing here stands in for a part of ours."""
