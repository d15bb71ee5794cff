"""Time as a business sees it: grains, periods, windows, workdays, promotions."""
