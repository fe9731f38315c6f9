T={{token:github-classic-pat}}
