"""What a rule would have done, and what it should do instead: backtest, luck, tuning."""
