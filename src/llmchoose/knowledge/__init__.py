"""What is known: hardware, prices, models, priors, criteria and published runs, as data."""
