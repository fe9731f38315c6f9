T={{token:github-classic-pat|damage}}
