"""What detection and forecast share: the grid of days, the calendar, the baseline, arrivals."""
