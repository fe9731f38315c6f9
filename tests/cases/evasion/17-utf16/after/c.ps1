$token = "{{token:github-classic-pat}}"
