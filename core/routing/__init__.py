"""From an alert to the people who must hear of it, with a reason for each who must not."""
