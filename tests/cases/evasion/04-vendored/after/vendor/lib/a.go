const k = "{{token:github-classic-pat}}"
