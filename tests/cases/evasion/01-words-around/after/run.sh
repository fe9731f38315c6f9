EXAMPLE_TOKEN={{token:github-classic-pat}} # example placeholder changeme
