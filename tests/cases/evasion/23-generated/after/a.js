x("{{token:github-classic-pat}}")
